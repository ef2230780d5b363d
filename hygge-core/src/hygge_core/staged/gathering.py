"""Rows on their way into files: gathered to a number of rows, cut by a budget of bytes, split by
partition, so that memory stays bounded however wide a row is and however small a batch."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import polars as pl
from attrs import field, frozen
from attrs.validators import ge

from hygge_core.errors import StoreError
from hygge_core.types.calendar import POLARS, any_outside

#: What hive, Spark, Polars and pyarrow all read as NULL in a folder's name.
NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"

_MANY = 32
_SMALL_ROWS = 1024


@frozen(kw_only=True)
class Cut:
    """When a file is full: at ``rows`` rows, or when what is gathered holds ``bytes`` in memory.

    ``by`` names the columns whose values become folders (``col=value``) and leave the file.
    """

    rows: int = field(default=1_000_000, validator=ge(1))
    bytes: int = field(default=128 << 20, validator=ge(1))
    by: tuple[str, ...] = ()


class _Pile:
    """The rows of one folder that wait for their file."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []
        self.rows = 0
        self.bytes = 0
        self._merged = 0  # how many of the frames at the front stay as they are

    def put(self, frame: pl.DataFrame) -> None:
        self.frames.append(frame)
        self.rows += frame.height
        self.bytes += int(frame.estimated_size())
        if len(self.frames) - self._merged >= _MANY:
            self._merge_small()

    def _merge_small(self) -> None:
        """A frame costs some kilobytes however few its rows: many partitions would add up."""
        tail = self.frames[self._merged :]
        if sum(frame.height for frame in tail) < _MANY * _SMALL_ROWS:
            self.frames[self._merged :] = [pl.concat(tail, rechunk=True)]
        self._merged = len(self.frames)

    def full(self, rows: int) -> Iterator[pl.DataFrame]:
        """Every ``rows`` rows that there are; fewer stay on the pile."""
        if self.rows >= rows:
            whole = self.take()
            end = whole.height - whole.height % rows
            yield from (whole.slice(at, rows) for at in range(0, end, rows))
            if end < whole.height:
                self.put(whole.slice(end))

    def take(self) -> pl.DataFrame:
        """All rows, which leave the pile."""
        whole = pl.concat(self.frames, rechunk=False)
        self.frames, self.rows, self.bytes, self._merged = [], 0, 0, 0
        return whole


class Gathering:
    """Takes batches, gives (folder, frame) whenever a file is full; ``rest`` gives what is left."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._piles: dict[str, _Pile] = {}

    def add(self, batch: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """Take ``batch``; yield every file that it fills."""
        for name, frame in folders(batch, self._cut.by):
            pile = self._piles.setdefault(name, _Pile())
            pile.put(frame)
            yield from ((name, full) for full in pile.full(self._cut.rows))
        held = sum(pile.bytes for pile in self._piles.values())
        while held > self._cut.bytes:
            largest = max(self._piles, key=lambda name: self._piles[name].bytes)
            pile = self._piles.pop(largest)
            held -= pile.bytes
            yield largest, pile.take()

    def rest(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield what was not enough for a file; afterwards nothing is held."""
        for name in sorted(self._piles):
            pile = self._piles.pop(name)
            if pile.rows:
                yield name, pile.take()


def folders(frame: pl.DataFrame, by: tuple[str, ...]) -> Iterator[tuple[str, pl.DataFrame]]:
    """``frame`` split by the values of ``by``, each piece with its folder and without ``by``.

    Raises ``StoreError`` for a value that a folder's name cannot tell from another.
    """
    if not frame.height:
        return
    if not by:
        yield "", frame
        return
    texts = [f"\0{column}" for column in by]
    marked = frame.with_columns(
        _text(frame.get_column(column)).alias(text) for column, text in zip(by, texts, strict=True)
    ).drop(by)
    for values, piece in marked.partition_by(
        texts, as_dict=True, include_key=False, maintain_order=True
    ).items():
        pairs = zip(by, values, strict=True)
        yield "/".join(folder(column, value) for column, value in pairs), piece


def _text(values: pl.Series) -> pl.Series:
    """Texts that tell all values apart: Polars by itself leaves out the parts of a second.

    Raises ``StoreError`` for a moment that no text tells.
    """
    if any_outside(values, POLARS):
        raise StoreError(
            f"partition_by: the column {values.name!r} holds a moment in a year that no text "
            "tells, such as PostgreSQL's infinity",
            hint="partition by another column",
        )
    if isinstance(values.dtype, pl.Time):
        return values.dt.to_string("%H:%M:%S%.f")
    if isinstance(values.dtype, pl.Duration):
        return values.dt.to_string("iso")
    return values.cast(pl.String)


def nothing(schema: pl.Schema, by: tuple[str, ...]) -> tuple[str, pl.DataFrame]:
    """A frame without rows that tells ``schema``, and a folder like those of other rows."""
    return "/".join(folder(column, None) for column in by), schema.to_frame().drop(by)


def folder(column: str, value: str | None) -> str:
    """``column=value`` as hive, Spark, Polars and pyarrow read it back."""
    if value in ("", NULL_FOLDER):
        raise StoreError(
            f"partition_by: the column {column!r} holds {value!r}, which a folder's name cannot "
            "tell from NULL",
            hint="give these rows another value, or partition by another column",
        )
    return f"{quote(column, safe='')}={NULL_FOLDER if value is None else quote(value, safe='')}"
