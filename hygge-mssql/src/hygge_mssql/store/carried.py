"""Frames as a bulk load takes them: exactly the types of the staging table, or a refusal.

The driver refuses most of what does not fit, but cuts digits off times without a word, so what a
column cannot hold is looked for here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.types import instance
from hygge_mssql.created import KEY_MOST_BYTES, KEY_MOST_LETTERS

#: What ``__hygge_order`` counts: the place of a row in its load, where that matters.
ORDER = "__hygge_order"

_CAST: dict[type[pl.DataType], pl.DataType] = {
    pl.Int8: pl.Int16(),
    pl.UInt16: pl.Int32(),
    pl.UInt32: pl.Int64(),
    pl.UInt64: pl.Decimal(20, 0),
    pl.Categorical: pl.String(),
    pl.Enum: pl.String(),
}
#: SQL Server's moments: the years 1 to 9999, in days since 1970.
_FIRST_DAY = (date.min - date(1970, 1, 1)).days
_LAST_DAY = (date.max - date(1970, 1, 1)).days
#: How a column counts a day; nanoseconds reach from 1677 to 2262 only.
_A_DAY: dict[pl.DataType, int] = {
    pl.Date(): 1,
    pl.Datetime("ms"): 86_400_000,
    pl.Datetime("us"): 86_400_000_000,
}


def carried(
    batch: pl.DataFrame, schema: pl.Schema, *, nan: Literal["fail", "null"], order: int | None
) -> pl.DataFrame:
    """The batch for the wire; ``order`` numbers its rows from there on. Raises ``StoreError``."""
    made = [_column(batch.get_column(name), name, nan) for name in schema]
    frame = pl.DataFrame(made)
    if order is None:
        return frame
    return frame.with_columns(pl.int_range(order, order + frame.height).alias(ORDER))


def demand_short(batch: pl.DataFrame, keys: Sequence[str]) -> None:
    """Raise ``StoreError`` for a key that the staging table has no place for."""
    for name in keys:
        values = batch.get_column(name)
        if values.dtype == pl.Binary():
            _refuse_long(name, "value", values.bin.size(), KEY_MOST_BYTES, "bytes")
        elif values.dtype in (pl.String(), pl.Categorical(), pl.Enum):
            # In UTF-8 no letter has fewer bytes than it has halves in UTF-16.
            texts = values.cast(pl.String())
            long = texts.filter(texts.str.len_bytes() > KEY_MOST_LETTERS)
            halves = pl.Series([len(each.encode("utf-16-le")) // 2 for each in long])
            _refuse_long(name, "text", halves, KEY_MOST_LETTERS, "letters")


def _refuse_long(name: str, what: str, sizes: pl.Series, most: int, unit: str) -> None:
    longest = sizes.max()
    if isinstance(longest, int) and longest > most:
        raise StoreError(
            f"the key column {name!r} has a {what} of {longest} {unit}, and an index of SQL Server"
            f" takes {most}",
            hint="set store.key_columns to something shorter",
        )


def _column(values: pl.Series, name: str, nan: Literal["fail", "null"]) -> pl.Series:
    dtype = instance(values.dtype)
    if dtype.is_float():
        return _finite(values, name, nan)
    if isinstance(dtype, pl.Time) or (isinstance(dtype, pl.Datetime) and dtype.time_unit == "ns"):
        _whole_ticks(values, name)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone not in (None, "UTC"):
        values = values.dt.convert_time_zone("UTC")
    a_day = _A_DAY.get(pl.Datetime(dtype.time_unit) if isinstance(dtype, pl.Datetime) else dtype)
    if a_day is not None:
        _within_years(values, name, a_day)
    wanted = _CAST.get(type(dtype))
    return values if wanted is None else values.cast(wanted)


def _finite(values: pl.Series, name: str, nan: Literal["fail", "null"]) -> pl.Series:
    finite = values.is_finite()
    if finite.all():
        return values
    wrong = ~finite.fill_null(value=True)
    if nan == "fail":
        raise StoreError(
            f"column {name!r} has {values.filter(wrong)[0]}, which SQL Server cannot hold",
            hint='set nan = "null"',
        )
    return values.set(wrong, None)


def _whole_ticks(values: pl.Series, name: str) -> None:
    """100 nanoseconds are the finest that SQL Server counts."""
    if (values.to_physical() % 100 != 0).any():
        raise StoreError(
            f"column {name!r} has a time finer than 100 nanoseconds, which SQL Server cannot hold",
            hint="round it in the source's query",
        )


def _within_years(values: pl.Series, name: str, a_day: int) -> None:
    counted = values.to_physical()
    if ((counted < _FIRST_DAY * a_day) | (counted >= (_LAST_DAY + 1) * a_day)).any():
        raise StoreError(
            f"column {name!r} has a date outside of the years 1 to 9999, which SQL Server"
            " cannot hold",
            hint="mend it in the source's query",
        )
