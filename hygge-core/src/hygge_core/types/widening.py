"""Which type holds every value of two types, and which change of type keeps every value.

Exact or nothing: integers never become floats that round them, numbers never become text, and a
naive datetime never becomes a zoned one, because nobody said which zone it was in.

Two widenings are of the type and not of every value: a date or datetime may lie outside the range
of a finer unit (1677 to 2262 in ``ns``). Whoever casts checks the values (:mod:`hygge_core.drift`).
"""

from __future__ import annotations

from typing import Any

import polars as pl

from hygge_core.types.spelling import instance

_UNITS = ("ms", "us", "ns")
_MAX_DIGITS = 38
#: Bits of each integer type, the sign's not counted for the unsigned ones.
_SIGNED: dict[type[pl.DataType], int] = {
    pl.Int8: 8, pl.Int16: 16, pl.Int32: 32, pl.Int64: 64, pl.Int128: 128,
}  # fmt: skip
_UNSIGNED: dict[type[pl.DataType], int] = {
    pl.UInt8: 8, pl.UInt16: 16, pl.UInt32: 32, pl.UInt64: 64, pl.UInt128: 128,
}  # fmt: skip
#: Up to how many bits an integer is exact in each float type.
_EXACT_BITS: dict[type[pl.DataType], int] = {pl.Float16: 11, pl.Float32: 24, pl.Float64: 53}
_TEXTS = (pl.String, pl.Categorical, pl.Enum)


def wider(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    """The narrowest type that holds every value of both exactly; ``None`` if there is none.

    Symmetric. A struct gets the fields of both (those that one lacks are NULL in its rows).
    Categoricals and enums that differ become strings; zones that differ become UTC.
    """
    a, b = instance(a), instance(b)
    if a == b or isinstance(b, pl.Null):
        return a
    if isinstance(a, pl.Null):
        return b
    for join in (_integers, _floats, _decimals, _times, _texts, _nested):
        joined = join(a, b)
        if joined is not None:
            return joined
    return None


def lossless(from_: pl.DataType, to: pl.DataType) -> bool:
    """Whether every value of ``from_`` is a value of ``to``, unchanged.

    Instants keep their meaning in another zone, so zoned datetimes may change zone. Structs need
    the same field names, in any order: a field that is missing or extra is a change of schema.
    """
    from_, to = instance(from_), instance(to)
    if isinstance(from_, pl.Struct) and isinstance(to, pl.Struct):
        return _fields_lossless(from_, to)
    if isinstance(from_, pl.List | pl.Array) and isinstance(to, pl.List):
        return lossless(_inner(from_), _inner(to))
    if isinstance(from_, pl.Array) and isinstance(to, pl.Array):
        return from_.size == to.size and lossless(_inner(from_), _inner(to))
    if isinstance(from_, pl.Datetime) and isinstance(to, pl.Datetime):
        return _same_awareness(from_, to) and _finer(from_, to) == to.time_unit
    return wider(from_, to) == to


def _fields_lossless(from_: pl.Struct, to: pl.Struct) -> bool:
    into = {each.name: each.dtype for each in to.fields}
    return len(from_.fields) == len(into) and all(
        each.name in into and lossless(instance(each.dtype), instance(into[each.name]))
        for each in from_.fields
    )


def _inner(dtype: pl.List | pl.Array) -> pl.DataType:
    return instance(dtype.inner)


def _integers(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    signs = [_SIGNED if type(each) in _SIGNED else _UNSIGNED for each in (a, b)]
    if type(a) not in signs[0] or type(b) not in signs[1]:
        return None
    bits = signs[0][type(a)], signs[1][type(b)]
    if signs[0] is signs[1]:
        return a if bits[0] >= bits[1] else b
    signed, unsigned = bits if signs[0] is _SIGNED else reversed(bits)
    # Few stores have 128 bits, so a column gets them only where one side had them already.
    most = max(64, signed)
    fits = (kind for kind, has in _SIGNED.items() if signed <= has <= most and has > unsigned)
    found = next(fits, None)
    return None if found is None else found()


def _floats(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    needed = [_float_bits(each) for each in (a, b)]
    if None in needed or not any(type(each) in _EXACT_BITS for each in (a, b)):
        return None
    most = max(bits for bits in needed if bits is not None)
    found = next((kind for kind, exact in _EXACT_BITS.items() if exact >= most), None)
    return None if found is None else found()


def _float_bits(dtype: pl.DataType) -> int | None:
    kind = type(dtype)
    return _EXACT_BITS.get(kind) or _UNSIGNED.get(kind) or _SIGNED.get(kind)


def _decimals(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    shapes = [_digits(each) for each in (a, b)]
    if None in shapes or not any(isinstance(each, pl.Decimal) for each in (a, b)):
        return None
    whole, scale = (max(each) for each in zip(*(s for s in shapes if s is not None), strict=True))
    return pl.Decimal(whole + scale, scale) if whole + scale <= _MAX_DIGITS else None


def _digits(dtype: pl.DataType) -> tuple[int, int] | None:
    """Digits before and after the point that hold every value of the type."""
    if isinstance(dtype, pl.Decimal):
        return dtype.precision - dtype.scale, dtype.scale
    signed, unsigned = _SIGNED.get(type(dtype)), _UNSIGNED.get(type(dtype))
    if signed is not None:
        return len(str(2 ** (signed - 1))), 0
    return None if unsigned is None else (len(str(2**unsigned - 1)), 0)


def _times(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    if isinstance(a, pl.Duration) and isinstance(b, pl.Duration):
        return pl.Duration(_finer(a, b))
    if isinstance(a, pl.Datetime) and isinstance(b, pl.Datetime):
        if not _same_awareness(a, b):
            return None
        zone = a.time_zone if a.time_zone == b.time_zone else "UTC"
        return pl.Datetime(_finer(a, b), zone)
    for day, moment in ((a, b), (b, a)):
        if isinstance(day, pl.Date) and isinstance(moment, pl.Datetime):
            return moment if moment.time_zone is None else None
    return None


def _finer(a: pl.Datetime | pl.Duration, b: pl.Datetime | pl.Duration) -> Any:
    return max(a.time_unit, b.time_unit, key=_UNITS.index)


def _same_awareness(a: pl.Datetime, b: pl.Datetime) -> bool:
    return (a.time_zone is None) == (b.time_zone is None)


def _texts(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    return pl.String() if isinstance(a, _TEXTS) and isinstance(b, _TEXTS) else None


def _nested(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    if isinstance(a, pl.Struct) and isinstance(b, pl.Struct):
        return _structs(a, b)
    if not (isinstance(a, pl.List | pl.Array) and isinstance(b, pl.List | pl.Array)):
        return None
    inner = wider(_inner(a), _inner(b))
    if inner is None:
        return None
    if isinstance(a, pl.Array) and isinstance(b, pl.Array) and a.size == b.size:
        return pl.Array(inner, a.size)
    return pl.List(inner)


def _structs(a: pl.Struct, b: pl.Struct) -> pl.DataType | None:
    joined = {each.name: instance(each.dtype) for each in a.fields}
    for each in b.fields:
        dtype = wider(joined.get(each.name, pl.Null()), instance(each.dtype))
        if dtype is None:
            return None
        joined[each.name] = dtype
    return pl.Struct(joined)
