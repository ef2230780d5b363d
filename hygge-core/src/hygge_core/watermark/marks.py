"""Marks: watermark values as exact typed text, and their order.

A mark lies on one of five axes: numbers, naive datetimes (dates too), zoned datetimes, texts (in
the order of their code points, which is that of their UTF-8), and bytes. Marks on one axis compare
whatever their types, in exact fractions and whole nanoseconds; marks on two axes do not. Zoned
datetimes are written in UTC, without an offset.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import frozen

from hygge_core.errors import FlowError
from hygge_core.records import Mark, Span, Watermark
from hygge_core.types import parse, spell
from hygge_core.types.spelling import instance
from hygge_core.watermark import moments

if TYPE_CHECKING:
    from hygge_core.task import WatermarkSetting

AFRESH = "run `hygge run --full-drop -s NAME` once, or `hygge journal watermarks reset NAME`"

_TEXTS = (pl.String, pl.Categorical, pl.Enum)


def refuse_another(setting: WatermarkSetting, before: Watermark | None) -> None:
    """Raise ``FlowError`` when the watermark was kept for another column, or another way."""
    if before is None or (before.kind, before.column) == (setting.kind, setting.column):
        return
    what = f"the column {before.column!r}" if before.column else repr(before.kind)
    raise FlowError(
        f"the watermark is kept for {what}, but the configuration "
        f"says {setting.name!r}: nobody knows which rows were moved",
        hint=AFRESH,
    )


@frozen
class Point:
    """Where a mark lies. ``at``: a fraction, nanoseconds since 1970, a text, or bytes."""

    axis: str
    at: Any


def mark_of(value: Any, dtype: pl.DataType) -> Mark:
    """The exact mark of one value of a column of this type.

    ``value`` is Python's for it; an integer for a date or datetime counts its units since 1970 (the
    nanoseconds that Python's datetimes lack); or text as a person writes it, ``2024-01-31 06:30``.
    Raises ``FlowError`` for a type without an order to follow, ``ValueError`` for a text that is no
    value of the type.
    """
    kept = stored_type(dtype)
    if isinstance(kept, pl.String | pl.Binary) or (kept.is_temporal() and isinstance(value, int)):
        return mark_at(value, kept)
    if isinstance(value, str):
        return mark_at(count(point(Mark(spell(kept), value)), kept), kept)
    if isinstance(value, datetime) and (value.tzinfo is None) == (axis(kept) == "zoned datetimes"):
        raise ValueError(f"a column of the type {spell(kept)} has no such value as {value!r}")
    return mark_at(pl.Series([value], dtype=kept).to_physical().item(), kept)


def mark_at(at: Any, dtype: pl.DataType) -> Mark:
    """The mark of a physical value: what ``physical`` made of a value of a column of this type."""
    kept = stored_type(dtype)
    if isinstance(kept, pl.Datetime | pl.Date):
        text = moments.written(at, moments.unit_of(kept))
    elif isinstance(kept, pl.Decimal):
        text = _with_point(at, kept.scale)
    else:
        text = at.hex() if isinstance(at, bytes) else str(at)
    return Mark(spell(kept), text)


def highest(values: pl.Series) -> Mark | None:
    """The mark of the highest usable value; ``None`` where every value is NULL or not finite."""
    kept = stored_type(values.dtype)
    top = physical(values).filter(usable(values)).max()
    return None if top is None else mark_at(top, kept)


def span_of(frames: Iterable[pl.Series]) -> Span:
    """The span of a column of which ``frames`` are the values, all of them."""
    lows: list[Mark] = []
    highs: list[Mark] = []
    unusable = 0
    for values in frames:
        fit = values.filter(usable(values))
        unusable += values.len() - fit.len()
        if fit.len():
            reached = physical(fit)
            lows.append(mark_at(reached.min(), values.dtype))
            highs.append(mark_at(reached.max(), values.dtype))
    order = cmp_to_key(compare)
    return Span(
        lowest=min(lows, key=order, default=None),
        highest=max(highs, key=order, default=None),
        unusable=unusable,
    )


def compare(a: Mark, b: Mark) -> int:
    """-1, 0 or 1 as ``a`` is lower than, equal to, or higher than ``b``.

    Raises ``FlowError`` for marks on two axes (a naive datetime and a zoned one, a number and a
    text) and for marks in a home's own words.
    """
    one, other = point(a), point(b)
    same_axis(b.type, other.axis, a.type, one.axis)
    return int(one.at > other.at) - int(one.at < other.at)


def same_axis(was: str, was_on: str, now: str, now_on: str) -> None:
    """Raise ``FlowError`` when a watermark changed to a type that is not comparable."""
    if was_on != now_on:
        raise FlowError(
            f"the watermark was {was} and its column is {now} now: {was_on} and {now_on} "
            "cannot be compared",
            hint=f"give the column its old type again, or move everything again: {AFRESH}",
        )


def axis(dtype: pl.DataType) -> str:
    """Where the values of a column lie. Raises ``FlowError`` where they have no order to follow."""
    if isinstance(dtype, pl.Datetime) and dtype.time_zone is not None:
        return "zoned datetimes"
    for kinds, name in (
        (pl.Datetime | pl.Date, "naive datetimes"),
        (pl.String | pl.Categorical | pl.Enum, "texts"),
        (pl.Binary, "bytes"),
    ):
        if isinstance(dtype, kinds):
            return name
    if dtype.is_numeric():
        return "numbers"
    raise FlowError(
        f"a column of the type {spell(dtype)} cannot be a watermark",
        hint="a watermark is a number, a date, a datetime or a text that grows with new rows",
    )


def stored_type(dtype: pl.DataType) -> pl.DataType:
    """The type that a mark of such a column is written in."""
    made = instance(dtype)
    axis(made)
    return pl.String() if isinstance(made, _TEXTS) else made


def physical(values: pl.Series) -> pl.Series:
    """The values in a form whose order and equality are exact: integers, floats, texts, bytes."""
    if values.dtype.is_integer() or values.dtype.is_float():
        return values
    return values.cast(pl.String) if isinstance(values.dtype, _TEXTS) else values.to_physical()


def usable(values: pl.Series) -> pl.Series:
    """Which values can be a watermark: those that are neither NULL nor NaN nor infinite."""
    if values.dtype.is_float():
        return values.is_finite().fill_null(value=False)
    if not values.null_count():  # most often; Polars' own way is a query
        return pl.Series(values.name, [True]).new_from_index(0, values.len())
    return values.is_not_null()


def point(mark: Mark) -> Point:
    """Where the mark lies.

    Raises ``FlowError`` for a mark in a home's own words, ``ValueError`` for a text that is none.
    """
    if not readable(mark):
        raise FlowError(f"only the home that wrote it can read the watermark {mark}")
    dtype = parse(mark.type)
    where = axis(dtype)
    match where:
        case "numbers":
            # A float's text is the shortest that finds it again, not its value: 0.1 is not 1/10.
            return Point(where, Fraction(float(mark.value) if dtype.is_float() else mark.value))
        case "texts":
            return Point(where, mark.value)
        case "bytes":
            return Point(where, bytes.fromhex(mark.value))
    zoned = where == "zoned datetimes"
    return Point(where, moments.read(mark.value, moments.unit_of(dtype), zoned=zoned))


def readable(mark: Mark) -> bool:
    """Whether the mark is of a spelled type, and not in a home's own words."""
    try:
        parse(mark.type)
    except ValueError:
        return False
    return True


def position(where: Point, dtype: pl.DataType) -> Any:
    """The point in physical units of such a column: a fraction where the type is coarser."""
    if isinstance(dtype, pl.Datetime | pl.Date):
        return Fraction(where.at, moments.unit_of(dtype))
    return where.at * 10**dtype.scale if isinstance(dtype, pl.Decimal) else where.at


def count(where: Point, dtype: pl.DataType) -> Any:
    """The point as a physical value. Raises ``ValueError`` where the type cannot express it."""
    at = position(where, dtype)
    if not isinstance(at, Fraction):
        return at
    if dtype.is_float():
        return float(at)
    if at.denominator != 1:
        raise ValueError(f"the value is finer than the type {spell(dtype)}")
    return at.numerator


def earlier(mark: Mark, seconds: float) -> Mark:
    """The mark so much before ``mark``, rounded down. Raises ``FlowError`` if it is not a time."""
    where = point(mark)
    dtype = parse(mark.type)
    if not dtype.is_temporal():
        raise FlowError(
            f"lookback is a time, but the watermark is of the type {mark.type}",
            hint="use lookback with a date or datetime column, or leave it out",
        )
    moved = Point(where.axis, where.at - round(seconds * 1_000_000_000))
    return mark_at(position(moved, dtype).__floor__(), dtype)


def _with_point(digits: int, scale: int) -> str:
    text = str(abs(digits)).rjust(scale + 1, "0")
    whole, part = (text[:-scale], text[-scale:]) if scale else (text, "")
    return ("-" if digits < 0 else "") + whole + ("." if part else "") + part
