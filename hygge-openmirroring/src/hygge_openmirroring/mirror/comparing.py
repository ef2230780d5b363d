"""What is shown of a table beside its source: how many rows, which keys, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import polars as pl
from attrs import frozen

from hygge_core.markers import ROW_MARKER
from hygge_core.mirrors import Breach, Comparison
from hygge_openmirroring.replay.replaying import TableState

_AGAIN = "run the flow; if the difference stays, rebuild the table: hygge run --full-drop"
_KEEP = "all files since the table was made are needed: keep a copy, and look at that with --copy"
_SIDE, _ROWS = "__side", "__rows"


@frozen
class Beside:
    """A table as it is ``shown``, and its ``source`` in the same types; of both perhaps only keys.

    ``rows`` is the number of rows in the source.
    """

    table: str
    shown: pl.DataFrame
    source: pl.DataFrame
    rows: int
    keys: tuple[str, ...]


def compared(
    state: TableState,
    rows: Iterator[pl.DataFrame],
    how: Comparison,
    landed: Callable[[pl.DataFrame], pl.DataFrame],
) -> Iterator[Breach]:
    """The differences. ``landed`` gives a frame of the source the types that the table has.

    ``keys`` holds the keys of both in memory, ``rows`` all of both; of a table without keys whole
    rows are compared in either case.
    """
    keys = state.metadata.keys if state.metadata else ()
    if not state.told:
        why = str(state.stuck) if state.stuck else f"{state.pending[0]} waits for an earlier number"
        # Advice: what is wrong with it, if anything is, the rules have said.
        what = f"what is shown cannot be told: {why}"
        yield _breach("not-comparable", state.folder, what, _KEEP, advice=True)
        return
    frame, count = _gathered(map(landed, rows), keys if how == "keys" else (), how)
    if ROW_MARKER in frame.columns:
        what = f"the source tells changes ({ROW_MARKER}), and not the rows that there are"
        yield _breach("not-comparable", state.folder, what, "", advice=True)
        return
    beside = Beside(state.folder, state.frame, frame, count, keys)
    yield from _counts(beside)
    if how == "keys" and keys:
        yield from _keys(beside)
    elif how != "count":
        yield from _columns(beside)
        yield from _keys(beside) if keys else ()
        yield from _values(beside) if keys else _whole_rows(beside)


def _gathered(
    frames: Iterable[pl.DataFrame], keys: tuple[str, ...], how: Comparison
) -> tuple[pl.DataFrame, int]:
    kept, rows = [], 0
    for frame in frames:
        rows += frame.height
        narrow = frame.select(keys) if keys and set(keys) <= set(frame.columns) else frame
        kept.append(narrow.clear() if how == "count" else narrow)
    return pl.concat(kept), rows


def _counts(beside: Beside) -> Iterator[Breach]:
    if beside.rows != beside.shown.height:
        what = f"the source has {beside.rows:,} rows, and {beside.shown.height:,} are shown"
        yield _breach("row-count", beside.table, what, _AGAIN)


def _keys(beside: Beside) -> Iterator[Breach]:
    names = list(beside.keys)
    lacking = [key for key in names if key not in beside.source.columns]
    if lacking:
        what = f"the source has no key column {', '.join(lacking)}"
        yield _breach("keys", beside.table, what, "look at key_columns and polish")
        return
    source, shown = beside.source.select(names).unique(), _select(beside.shown, names)
    if source.schema != shown.schema:
        what = f"the keys are {_types(shown)} there, and {_types(source)} in the source"
        yield _breach("keys", beside.table, what, "rebuild the table: hygge run --full-drop")
        return
    for here, there, word in (
        (source, shown, "in the source, and not shown"),
        (shown, source, "shown, and not in the source"),
    ):
        gone = here.join(there, on=names, how="anti", nulls_equal=True)
        if gone.height:
            what = f"{gone.height:,} keys are {word}, such as {_told(gone, names)}"
            yield _breach("keys", beside.table, what, _AGAIN)
    if shown.height < beside.shown.height:
        what = f"{beside.shown.height - shown.height:,} rows are shown again under the same key"
        yield _breach("keys", beside.table, what, "rebuild the table with row_marker = 4")


def _columns(beside: Beside) -> Iterator[Breach]:
    source, shown = beside.source.schema, beside.shown.schema
    for name, dtype in source.items():
        if name not in shown:
            yield _breach("columns", beside.table, f"the column {name} is not shown", _AGAIN)
        elif shown[name] != dtype:
            what = f"the column {name} is {shown[name]} there, and {dtype} in the source"
            yield _breach("columns", beside.table, what, "rebuild the table: hygge run --full-drop")
    for name in shown.keys() - source.keys():
        # A dropped column stays in the table for ever, empty in new rows.
        what = f"the column {name} is shown, and not in the source"
        yield _breach(
            "columns", beside.table, what, "rebuild the table to be rid of it", advice=True
        )


def _values(beside: Beside) -> Iterator[Breach]:
    keys = list(beside.keys)
    shared = _shared(beside)
    if not set(keys) <= set(shared):
        return
    both = beside.source.select(shared).join(
        beside.shown.select(shared), on=keys, how="inner", suffix=_SIDE, nulls_equal=True
    )
    for name in shared:
        if name in keys:
            continue
        other = both.filter(pl.col(name).ne_missing(pl.col(f"{name}{_SIDE}")))
        if other.height:
            one = other.row(0, named=True)
            what = (
                f"{name} differs in {other.height:,} rows, such as {_told(other, keys)}: "
                f"{one[name]!r} in the source, {one[f'{name}{_SIDE}']!r} shown"
            )
            yield _breach("values", beside.table, what, _AGAIN)


def _whole_rows(beside: Beside) -> Iterator[Breach]:
    """Without keys, equal rows are counted on both sides."""
    shared = _shared(beside)
    source, shown = (
        frame.group_by(shared).agg(pl.len().alias(_ROWS)) for frame in (beside.source, beside.shown)
    )
    for here, there, word in ((source, shown, "the source"), (shown, source, "the mirror")):
        more = here.join(there, on=shared, how="left", suffix=_SIDE, nulls_equal=True)
        more = more.with_columns(pl.col(f"{_ROWS}{_SIDE}").fill_null(0))
        more = more.filter(pl.col(_ROWS) > pl.col(f"{_ROWS}{_SIDE}"))
        if more.height:
            what = f"{more.height:,} rows are in {word} more often, such as {_told(more, shared)}"
            yield _breach("values", beside.table, what, _AGAIN)


def _shared(beside: Beside) -> list[str]:
    shown = beside.shown.schema
    return [name for name, dtype in beside.source.schema.items() if shown.get(name) == dtype]


def _select(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    return frame.select(names).unique() if frame.width else frame


def _types(frame: pl.DataFrame) -> str:
    return ", ".join(f"{name} {dtype}" for name, dtype in frame.schema.items())


def _told(frame: pl.DataFrame, names: list[str]) -> str:
    first = frame.row(0, named=True)
    return ", ".join(f"{name} = {first[name]!r}" for name in names[:4])


def _breach(rule: str, table: str, what: str, fix: str, *, advice: bool = False) -> Breach:
    return Breach(rule=rule, where=table, what=what, fix=fix, advice=advice)
