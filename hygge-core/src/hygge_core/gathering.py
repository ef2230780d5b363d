"""Rows on their way into files: gathered to a number of rows, cut by a budget of bytes, split by
partition, so that memory stays bounded however wide a row is and however small a batch."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import polars as pl
from attrs import field, frozen
from attrs.validators import ge

from hygge_core.errors import StoreError

#: What hive, Spark, Polars and pyarrow all read as NULL in a folder's name.
NULL_FOLDER = "__HIVE_DEFAULT_PARTITION__"


@frozen(kw_only=True)
class Cut:
    """When a file is full: at ``rows`` rows, or when what is gathered holds ``bytes`` in memory.

    ``by`` names the columns whose values become folders (``col=value``) and leave the file.
    """

    rows: int = field(default=1_000_000, validator=ge(1))
    bytes: int = field(default=256 << 20, validator=ge(1))
    by: tuple[str, ...] = ()


class _Pile:
    """The rows of one folder that wait for their file."""

    def __init__(self) -> None:
        self.frames: list[pl.DataFrame] = []
        self.rows = 0
        self.bytes = 0

    def put(self, frame: pl.DataFrame) -> None:
        self.frames.append(frame)
        self.rows += frame.height
        self.bytes += int(frame.estimated_size())

    def take(self, rows: int) -> pl.DataFrame:
        """The first ``rows`` rows (or all there are), which leave the pile."""
        whole = pl.concat(self.frames, rechunk=False)
        self.frames, self.rows, self.bytes = [], 0, 0
        rest = whole.slice(rows)
        if rest.height:
            self.put(rest)
        return whole.head(rows)


class Gathering:
    """Takes batches, gives (folder, frame) whenever a file is full; ``rest`` gives what is left."""

    def __init__(self, cut: Cut) -> None:
        self._cut = cut
        self._piles: dict[str, _Pile] = {}

    def add(self, batch: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
        """Take ``batch``; yield every file that it fills."""
        for folder, frame in folders(batch, self._cut.by):
            pile = self._piles.setdefault(folder, _Pile())
            pile.put(frame)
            while pile.rows >= self._cut.rows:
                yield folder, pile.take(self._cut.rows)
        while sum(pile.bytes for pile in self._piles.values()) > self._cut.bytes:
            folder = max(self._piles, key=lambda name: self._piles[name].bytes)
            yield folder, self._piles.pop(folder).take(self._cut.rows)

    def rest(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield what was not enough for a file; afterwards nothing is held."""
        for folder in sorted(self._piles):
            pile = self._piles.pop(folder)
            if pile.rows:
                yield folder, pile.take(pile.rows)


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
        pl.col(column).cast(pl.String).alias(text) for column, text in zip(by, texts, strict=True)
    ).drop(by)
    for values, piece in marked.partition_by(
        texts, as_dict=True, include_key=False, maintain_order=True
    ).items():
        pairs = zip(by, values, strict=True)
        yield "/".join(folder(column, value) for column, value in pairs), piece


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
