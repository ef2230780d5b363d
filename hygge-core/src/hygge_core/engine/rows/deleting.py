"""Deletes that no source tells of: the keys that the destination knows and the source has no more.

The home lists its keys after its rows were read, so a row that was added meanwhile is known to be
there, and one that was removed meanwhile is deleted behind its own upsert.

The known keys are held in memory, those of the source a million at a time. For 10 million keys
that was seen to take 0.2 GiB beside the 76 MiB of the keys themselves where they are integers, and
0.45 GiB beside 185 MiB where they are texts of 20 characters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import polars as pl

from hygge_core.engine.given import given
from hygge_core.engine.rows.marking import is_true
from hygge_core.errors import ConfigError, HomeError
from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.protocols import KnowsRows, LikensKeys

if TYPE_CHECKING:
    from collections.abc import Generator

    from hygge_core.records import Load, Opened
    from hygge_core.task import Deletes

_KEYS_AT_ONCE = 1_000_000
#: Begins the names of the columns in which keys stand as the destination compares them.
_ALIKE = "__hygge_alike_"

Alike = Callable[[pl.DataFrame], pl.DataFrame]


def vanished(
    store: object,
    opened: Opened,
    load: Load,
    deletes: Deletes,
    keys: Generator[pl.DataFrame, None, None],
) -> Iterator[pl.DataFrame]:
    """The rows that say what vanished, in the load's schema; ``keys`` are all that the source has.

    Raises ``HomeError`` when more vanished than ``deletes.max_share`` allows.
    """
    if not isinstance(store, KnowsRows):
        raise ConfigError("deletes: this store cannot tell which rows it has")
    soft = deletes.apply == "soft"
    columns = [name for name in load.schema if name != ROW_MARKER] if soft else list(load.keys)
    wanted = pl.Schema({name: load.schema[name] for name in columns})
    rows = given(store.known_rows(tuple(columns)), Iterable, opened, "known_rows")
    known = _gathered(rows, wanted)
    if soft:
        known = known.filter(~is_true(pl.col(deletes.column)))
    if not known.height:
        return
    with closing(keys) as listed:
        schema = pl.Schema({key: load.schema[key] for key in load.keys})
        gone = _without(known, listed, schema, _alike(store, opened))
    _refuse_too_many(gone.height, known.height, deletes.max_share)
    if gone.height:
        yield _told(gone, load, deletes)


def _gathered(frames: Iterable[pl.DataFrame], schema: pl.Schema) -> pl.DataFrame:
    cast = (frame.select(pl.col(n).cast(t) for n, t in schema.items()) for frame in frames)
    return pl.concat([schema.to_frame(), *cast])


def _alike(store: object, opened: Opened) -> Alike | None:
    """What makes keys the same that the destination takes for one; ``None``: only the same are."""
    if not isinstance(store, LikensKeys):
        return None

    def alike(keys: pl.DataFrame) -> pl.DataFrame:
        made = given(store.alike(keys), pl.DataFrame, opened, "alike")
        return made.select(pl.all().name.prefix(_ALIKE))

    return alike


def _without(
    known: pl.DataFrame, frames: Iterator[pl.DataFrame], keys: pl.Schema, alike: Alike | None
) -> pl.DataFrame:
    """What of ``known`` is in none of ``frames``; of rows with one key, one."""
    names, columns = list(keys), known.columns
    compared = names if alike is None else [_ALIKE + name for name in names]
    if alike is not None:
        known = known.hstack(alike(known.select(names)))
    while known.height and (some := list(_rows(frames, _KEYS_AT_ONCE))):
        there = _gathered(iter(some), keys)
        there = there if alike is None else alike(there)
        known = known.join(there, on=compared, how="anti", nulls_equal=True)
    return known.unique(names, keep="first", maintain_order=True).select(columns)


def _rows(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The next frames, until they have so many rows together."""
    while rows > 0 and (frame := next(frames, None)) is not None:
        rows -= frame.height
        yield frame


def _refuse_too_many(gone: int, known: int, share: float) -> None:
    if gone > share * known:
        raise HomeError(
            f"{gone:,} of {known:,} known rows ({gone / known:.0%}) are not in the source any "
            f"more, and deletes.max_share is {share:.0%}: nothing was changed",
            hint="if that is right, raise deletes.max_share for one run, or run --full-drop",
        )


def _told(gone: pl.DataFrame, load: Load, deletes: Deletes) -> pl.DataFrame:
    """As rows of the load: deleted by their keys, or whole with the soft-delete column set."""
    marker = Marker.UPSERT if deletes.apply == "soft" else Marker.DELETE
    if deletes.apply == "soft":
        gone = gone.with_columns(pl.lit(1).cast(load.schema[deletes.column]).alias(deletes.column))
    given = {name: pl.col(name) for name in gone.columns}
    given[ROW_MARKER] = pl.lit(int(marker))
    return gone.select(
        given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in load.schema.items()
    )
