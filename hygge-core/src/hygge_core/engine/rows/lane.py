"""The file lane: whole Parquet files go from home to store as they are, where nothing changes them.

What cannot go whole goes by rows, in the same load: a file that straddles the watermark, one of
another schema, one that the store would have written otherwise. The reason is told in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cmp_to_key
from typing import TYPE_CHECKING, cast

from attrs import frozen

from hygge_core.engine.threads.patience import left
from hygge_core.errors import HomeError
from hygge_core.protocols import GivenFile, GivesFiles, StagesFiles, TakesFiles
from hygge_core.watermark import compare

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.engine.rows.reading import Reading
    from hygge_core.engine.trip import Trip
    from hygge_core.protocols import Staging
    from hygge_core.records import Lane, Load, Mark, Span


@frozen(kw_only=True)
class Way:
    """How the rows of one load go.

    * ``load`` what the store was told.
    * ``whole`` the files that are handed over, with the span of their watermark if there is one.
    * ``given`` the names of files that need no reading: those, and files without rows.
    * ``why_rows`` why rows are read; empty: none are.
    """

    load: Load

    whole: tuple[tuple[GivenFile, Span | None], ...] = ()
    given: frozenset[str] = frozenset()
    why_rows: str

    @property
    def lane(self) -> Lane:
        return "files" if self.whole else "rows"

    def __str__(self) -> str:
        files = f"{len(self.whole):,} whole files" if self.whole else ""
        return "; ".join(
            each for each in (files, self.why_rows and f"rows: {self.why_rows}") if each
        )


def way_of(trip: Trip, reading: Reading, load: Load) -> Way:
    """Which files may be handed over. Raises what the home raises."""
    why = _against_any(trip, reading, load)
    if why:
        return Way(load=load, why_rows=why)
    return reading.asked(lambda: _sorted_out(trip, reading, load))


def _against_any(trip: Trip, reading: Reading, load: Load) -> str:
    """Why no file at all can be handed over; empty: each has to be looked at."""
    task = trip.task
    for holds, why in (
        (task.lane == "rows", 'lane = "rows"'),
        (
            not isinstance(reading.visit.home, GivesFiles),
            f"a {task.home.type} home has no files to give",
        ),
        (not isinstance(trip.store, TakesFiles), f"a {task.store.type} store takes no files"),
        (task.limit is not None, "a limit cuts files"),
        (task.deletes is not None, "deletes are followed row by row"),
        (reading.follower is not None, "changes are followed row by row"),
        (not reading.shape.keeps_rows, "polish changes the rows"),
        (load.schema != reading.shape.raw, "the destination has another schema"),
    ):
        if holds:
            return why
    return ""


def _sorted_out(trip: Trip, reading: Reading, load: Load) -> Way:
    home, store = cast("GivesFiles", reading.visit.home), cast("TakesFiles", trip.store)
    whole: list[tuple[GivenFile, Span | None]] = []
    given = set()
    reasons: Counter[str] = Counter()
    files = home.files(reading.ask)
    for file in files:
        trip.cancel.check()
        if not file.rows:
            given.add(file.name)
            continue
        why, span = _looked_at(file, reading, load, store)
        if why:
            reasons[why] += 1
        else:
            whole.append((file, span))
            given.add(file.name)
    why_rows = "; ".join(f"{n:,} of {len(files):,} files: {why}" for why, n in reasons.items())
    if not (whole or reasons):
        why_rows = "the files have no rows"
    return Way(load=load, whole=tuple(whole), given=frozenset(given), why_rows=why_rows)


def _looked_at(
    file: GivenFile, reading: Reading, load: Load, store: TakesFiles
) -> tuple[str, Span | None]:
    """Why its rows have to be read, and where its watermark lies, as far as anybody had to ask."""
    if file.schema != load.schema:
        return "other columns than the load's", None
    why = store.refusal(load, file)
    if why or reading.tracker is None:
        return why, None
    span = file.span(reading.tracker.column)
    return reading.tracker.against(span), span


def hand_over(trip: Trip, reading: Reading, staging: Staging, way: Way) -> int:
    """Stage the whole files; returns their rows, by their footers."""
    rows = 0
    done = 0

    def heed(copied: int) -> None:
        trip.cancel.check()
        left(reading.visit.deadline)
        trip.voice.progress(rows, done + copied, reading.expected)

    for file, _ in way.whole:
        cast("StagesFiles", staging).take(file, heed)
        rows += file.rows
        done += file.bytes
    if reading.tracker is not None:
        _follow(reading, way)
    return rows


def _follow(reading: Reading, way: Way) -> None:
    """Tell the tracker of what it did not see: NULL rows, and the rows at the highest watermark."""
    tracker = reading.tracker
    assert tracker is not None
    spans = [(file, span) for file, span in way.whole if span is not None]
    columns = tuple(dict.fromkeys((*tracker.identity(reading.shape.raw), tracker.column)))
    reading.asked(
        lambda: tracker.passed(
            sum(span.unusable for _, span in spans), _crest(spans, tracker.column, columns)
        )
    )


def _crest(
    spans: Iterable[tuple[GivenFile, Span]], column: str, columns: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """The rows at the highest watermark of all the files."""
    tops = [(file, span.highest) for file, span in spans if span.highest is not None]
    if tops:
        top = max((mark for _, mark in tops), key=cmp_to_key(compare))
        for file, mark in tops:
            if compare(mark, top) == 0:
                yield from _found(file, column, top, columns)


def _found(
    file: GivenFile, column: str, top: Mark, columns: Sequence[str]
) -> Iterator[pl.DataFrame]:
    """The rows that the footer promised: a watermark that no row has would hide new rows."""
    found = False
    for rows in file.rows_at(column, top, columns):
        found = found or rows.get_column(column).count() > 0
        yield rows
    if not found:
        raise HomeError(
            f"{file.name}: its footer tells of {column} = {top.value}, but no row has that",
            hint='the file is damaged, or its writer is wrong; lane = "rows" reads the rows alone',
        )
