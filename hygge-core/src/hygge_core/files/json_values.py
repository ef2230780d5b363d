"""Values of parsed JSON against types: slow, and only for telling what is wrong where."""

from __future__ import annotations

from functools import reduce
from typing import Any

import polars as pl

from hygge_core.types.spelling import instance

_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)


def type_of(value: Any) -> pl.DataType:
    """The narrowest type that the value has by itself; null where a list mixes kinds."""
    match value:
        case None:
            return pl.Null()
        case bool():
            return pl.Boolean()
        case int():
            wide: pl.DataType = pl.UInt64() if value in _UINT64 else pl.Int128()
            return pl.Int64() if value in _INT64 else wide
        case float():
            return pl.Float64()
        case str():
            return pl.String()
        case list():
            inner = reduce(_or_null, map(type_of, value), pl.Null())
            return pl.List(inner)
    return pl.Struct({name: type_of(each) for name, each in value.items()})


def joined(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    """A type for the values of both, as readers of JSON join them; ``None``: there is none.

    Not exact as :func:`hygge_core.types.wider` is: whole numbers become floats, and ``misfit``
    finds those that would be rounded.
    """
    if a == b or isinstance(b, pl.Null):
        return a
    if isinstance(a, pl.Null):
        return b
    if a.is_numeric() and b.is_numeric():
        return pl.Float64()
    if isinstance(a, pl.List) and isinstance(b, pl.List):
        inner = joined(instance(a.inner), instance(b.inner))
        return None if inner is None else pl.List(inner)
    if isinstance(a, pl.Struct) and isinstance(b, pl.Struct):
        fields = {each.name: instance(each.dtype) for each in a.fields}
        for each in b.fields:
            both = joined(fields.get(each.name, pl.Null()), instance(each.dtype))
            if both is None:
                return None
            fields[each.name] = both
        return pl.Struct(fields)
    return None


def misfit(value: Any, dtype: pl.DataType) -> bool:
    """Whether the value cannot be one of this type, exactly."""
    if value is None:
        return False
    if isinstance(dtype, pl.List):
        inner = instance(dtype.inner)
        return not isinstance(value, list) or any(misfit(each, inner) for each in value)
    if isinstance(dtype, pl.Struct):
        fields = {each.name: instance(each.dtype) for each in dtype.fields}
        return not isinstance(value, dict) or any(
            name not in fields or misfit(each, fields[name]) for name, each in value.items()
        )
    if isinstance(dtype, pl.Boolean) or isinstance(value, bool):
        return not (isinstance(dtype, pl.Boolean) and isinstance(value, bool))
    if dtype.is_integer():
        return not isinstance(value, int) or not _in_range(value, dtype)
    if dtype.is_float():
        return not (isinstance(value, float) or (isinstance(value, int) and _is_exact(value)))
    if isinstance(dtype, pl.Decimal):
        return not isinstance(value, int | float | str)
    return isinstance(dtype, pl.Null) or not isinstance(value, str)


def _or_null(a: pl.DataType, b: pl.DataType) -> pl.DataType:
    return joined(a, b) or pl.Null()


def _in_range(value: int, dtype: pl.DataType) -> bool:
    limits = pl.select(low=pl.lit(0, dtype).lower_bound(), high=pl.lit(0, dtype).upper_bound())
    return bool(limits["low"].item() <= value <= limits["high"].item())


def _is_exact(value: int) -> bool:
    try:
        return int(float(value)) == value
    except OverflowError:
        return False
