"""Which rows a mirrored table has: kept beside it, because nobody can ask the landing zone.

Where deletes are found by comparing keys, every load leaves a file of the keys (for soft deletes:
of whole rows) that the table has after it. It is staged with the load and counts from the moment at
which the table's record names it.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Literal

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.shelf import NameMissing, NameTaken

if TYPE_CHECKING:
    from hygge_adls import LakeShelf

Keeps = Literal["nothing", "keys", "rows"]


class Changes:
    """What a load does to the rows that are known, gathered while it is staged."""

    def __init__(self, keys: tuple[str, ...], keeps: Keeps) -> None:
        self._keys = list(keys)
        self._keeps = keeps
        self._frames: list[pl.DataFrame] = []

    def see(self, frame: pl.DataFrame) -> None:
        """Rows as the load has them, with their marker if there is one."""
        if self._keeps == "nothing":
            return
        if ROW_MARKER not in frame.columns:
            frame = frame.with_columns(pl.lit(int(Marker.UPSERT), pl.Int32).alias(ROW_MARKER))
        wanted = [*self._keys, ROW_MARKER] if self._keeps == "keys" else frame.columns
        self._frames.append(frame.select(wanted))

    def after(self, before: pl.DataFrame | None, schema: pl.Schema) -> pl.DataFrame:
        """The rows that are known after the load; of one key, the last word counts.

        What was known has the types that the source had then: they were narrower, if anything.
        """
        names = self._keys if self._keeps == "keys" else [n for n in schema if n != ROW_MARKER]
        shape = pl.Schema({**{n: schema[n] for n in names}, ROW_MARKER: pl.Int32()}).to_frame()
        last = pl.concat([shape, *self._frames]).unique(self._keys, keep="last")
        there = last.filter(pl.col(ROW_MARKER) != Marker.DELETE).drop(ROW_MARKER)
        if before is None:
            return there
        before = before.cast({n: t for n, t in schema.items() if n in before.columns})
        stay = before.join(last, on=self._keys, how="anti", nulls_equal=True)
        return pl.concat([stay, there], how="diagonal")


class KnownRows:
    """The file of known rows below ``folder``, which the table's record names."""

    def __init__(self, shelf: LakeShelf, folder: str) -> None:
        self._shelf = shelf
        self._folder = folder

    def read(self, name: str) -> pl.DataFrame:
        """Raises ``StoreError`` where it was removed."""
        path = f"{self._folder}/{name}"
        try:
            return pl.read_parquet(io.BytesIO(self._shelf.lake.read(self._shelf.path(path))))
        except NameMissing as exc:
            raise unknown(self._shelf.address(path)) from exc

    def stage(self, staged: str, frame: pl.DataFrame) -> None:
        with self._shelf.staging_file(staged) as path:
            frame.write_parquet(path, compression="zstd")

    def keep(self, staged: str, name: str) -> None:
        """What was staged becomes ``name``; done already where nothing is staged any more."""
        try:
            self._shelf.rename(staged, f"{self._folder}/{name}")
        except (NameMissing, NameTaken):
            if self._shelf.entry(f"{self._folder}/{name}") is None:
                raise

    def forget(self, name: str) -> None:
        self._shelf.delete(f"{self._folder}/{name}")


def unknown(what: str) -> StoreError:
    """The error where deletes cannot be found, for nobody remembers the rows."""
    return StoreError(
        f"{what} does not tell which rows the table has: deletes cannot be found by comparing",
        hint="run once with --full-drop: from then on they are kept",
    )
