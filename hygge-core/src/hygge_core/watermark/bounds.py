"""Ranges as Polars expressions that a scan can push down to its file's statistics; their rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

import polars as pl

from hygge_core.records import Mark, Range
from hygge_core.types import parse, spell
from hygge_core.types.spelling import instance
from hygge_core.watermark.marks import Point, axis, count, point, position, same_axis

_BITS = {
    pl.Int8: 7, pl.Int16: 15, pl.Int32: 31, pl.Int64: 63, pl.Int128: 127,
    pl.UInt8: 8, pl.UInt16: 16, pl.UInt32: 32, pl.UInt64: 64, pl.UInt128: 128,
    pl.Date: 31, pl.Datetime: 63,
}  # fmt: skip


def literal(mark: Mark) -> pl.Expr:
    """The mark as a literal of exactly its type.

    Raises ``FlowError`` for a mark in a home's own words.
    """
    where = point(mark)
    dtype = parse(mark.type)
    return _literal(count(where, dtype), dtype)


def in_range(asked: Range, dtype: pl.DataType) -> pl.Expr:
    """Which rows a range wants of a column that has this type now, NULL and NaN rows included.

    A mark of another type on the same axis (a finer unit, another zone, a wider integer) is
    compared exactly. Raises ``FlowError`` where the axis changed, or the type has no order.
    """
    return _in_range(asked, instance(dtype))


def sifted(
    batches: Iterable[pl.DataFrame], wanted: pl.Expr | None, limit: int | None
) -> Iterator[pl.DataFrame]:
    """The rows that ``wanted`` lets through (an ``in_range``; ``None``: all), ``limit`` at most.

    A batch of which nothing is left does not come, and nothing is read beyond the limit.
    """
    left = limit
    for batch in batches:
        rows = batch if wanted is None else batch.filter(wanted)
        if left is not None:
            rows = rows.head(left)
            left -= rows.height
        if rows.height:
            yield rows
        if left == 0:
            return


@lru_cache(maxsize=64)  # of each batch the same is asked
def _in_range(asked: Range, made: pl.DataType) -> pl.Expr:
    column = pl.col(asked.column)
    value = column.cast(pl.String) if axis(made) == "texts" else column
    wanted = pl.lit(value=True)
    if asked.low is not None:
        wanted = _above(value, _on_axis(asked.low, made), made, asked.include_low)
    if asked.high is not None:
        wanted = wanted & _below(value, _on_axis(asked.high, made), made)
    unusable = column.is_null()
    if made.is_float():
        unusable = unusable | ~column.is_finite()
    return wanted | unusable


def _on_axis(mark: Mark, dtype: pl.DataType) -> Point:
    where = point(mark)
    same_axis(mark.type, where.axis, spell(dtype), axis(dtype))
    return where


def _above(value: pl.Expr, low: Point, dtype: pl.DataType, include: bool) -> pl.Expr:
    """``value >= low``, or ``value > low``: the same as above the floor of a finer ``low``."""
    at = position(low, dtype)
    if not isinstance(at, Fraction):
        return value >= pl.lit(at) if include else value > pl.lit(at)
    if dtype.is_float():
        bound = _float_at_most(at)
        exact = include and Fraction(bound) == at
        return value >= _float(bound) if exact else value > _float(bound)
    units = math.ceil(at) - 1 if include else math.floor(at)
    lowest, highest = _limits(dtype)
    if units < lowest:
        return pl.lit(value=True)
    return value > _literal(units, dtype) if units < highest else pl.lit(value=False)


def _below(value: pl.Expr, high: Point, dtype: pl.DataType) -> pl.Expr:
    """``value <= high``."""
    at = position(high, dtype)
    if not isinstance(at, Fraction):
        return value <= pl.lit(at)
    if dtype.is_float():
        return value <= _float(_float_at_most(at))
    units = math.floor(at)
    lowest, highest = _limits(dtype)
    if units < lowest:
        return pl.lit(value=False)
    return value <= _literal(units, dtype) if units < highest else pl.lit(value=True)


def _limits(dtype: pl.DataType) -> tuple[int, int]:
    """The lowest and the highest physical value of the type."""
    if isinstance(dtype, pl.Decimal):
        return -(10**dtype.precision) + 1, 10**dtype.precision - 1
    most = 2 ** _BITS[type(dtype)] - 1
    return (0 if dtype.is_unsigned_integer() else -most - 1), most


def _float_at_most(at: Fraction) -> float:
    """The highest float that is not above ``at``."""
    try:
        near = float(at)
    except OverflowError:
        near = math.inf if at > 0 else -math.inf
    return math.nextafter(near, -math.inf) if near > at else near


def _float(value: float) -> pl.Expr:
    # Typed: a plain Python float would be rounded to a float32 column before the comparison.
    return pl.lit(value, dtype=pl.Float64)


def _literal(at: Any, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Decimal):
        # By text: arithmetic on Python's decimals rounds to 28 digits.
        return pl.lit(Decimal(f"{at}E-{dtype.scale}"), dtype=dtype)
    return pl.lit(at, dtype=dtype)
