"""Values of parsed JSON against types: slow, and only for telling what is wrong where."""

from __future__ import annotations

import struct
from typing import Any

import polars as pl

from hygge_core.types.spelling import instance

#: Each float as ``struct`` writes it: in standard sizes, or it would let what is too large pass.
_FORMS: dict[type[pl.DataType], str] = {pl.Float16: "<e", pl.Float32: "<f", pl.Float64: "<d"}
_INT64 = range(-(2**63), 2**63)
_UINT64 = range(2**64)


def type_of(value: Any) -> pl.DataType:
    """The narrowest type that the value has by itself; a list that mixes kinds is one of nulls."""
    if isinstance(value, dict):
        return pl.Struct({name: type_of(each) for name, each in value.items()})
    if isinstance(value, list):
        inner: pl.DataType = pl.Null()
        for each in value:
            inner = joined(inner, type_of(each)) or pl.Null()
        return pl.List(inner)
    if isinstance(value, int) and not isinstance(value, bool):
        if value in _INT64:
            return pl.Int64()
        return pl.UInt64() if value in _UINT64 else pl.Int128()
    plain = {type(None): pl.Null, bool: pl.Boolean, float: pl.Float64, str: pl.String}
    return plain[type(value)]()


def joined(a: pl.DataType, b: pl.DataType) -> pl.DataType | None:
    """A type for the values of both, as readers of JSON join them; ``None``: there is none.

    Not exact as :func:`hygge_core.types.wider` is: whole numbers become floats, and ``misfit``
    finds those that would be rounded.
    """
    if isinstance(a, pl.List) and isinstance(b, pl.List):
        inner = joined(instance(a.inner), instance(b.inner))
        return None if inner is None else pl.List(inner)
    if isinstance(a, pl.Struct) and isinstance(b, pl.Struct):
        return _joined_fields(_fields(a), _fields(b))
    if a == b or isinstance(b, pl.Null):
        return a
    if isinstance(a, pl.Null):
        return b
    return pl.Float64() if a.is_numeric() and b.is_numeric() else None


def mixes(value: Any) -> bool:
    """Whether a list in the value, however deep, holds values that no one type has."""
    if isinstance(value, dict):
        return any(map(mixes, value.values()))
    if not isinstance(value, list):
        return False
    inner: pl.DataType | None = pl.Null()
    for each in value:
        inner = inner and joined(inner, type_of(each))
    return inner is None or any(map(mixes, value))


def misfit(value: Any, dtype: pl.DataType) -> bool:
    """Whether the value cannot be one of this type, exactly."""
    if value is None:
        return False
    if isinstance(dtype, pl.List):
        inner = instance(dtype.inner)
        return not isinstance(value, list) or any(misfit(each, inner) for each in value)
    if isinstance(dtype, pl.Struct):
        fields = _fields(dtype)
        return not isinstance(value, dict) or any(
            name not in fields or misfit(each, fields[name]) for name, each in value.items()
        )
    return not _is(value, dtype)


def _is(value: Any, dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.Boolean) or isinstance(value, bool):
        return isinstance(dtype, pl.Boolean) and isinstance(value, bool)
    if dtype.is_integer():
        return isinstance(value, int) and _in_range(value, dtype)
    if dtype.is_float():
        return isinstance(value, int | float) and _is_kept(value, dtype)
    kinds = {pl.Decimal: int | float | str, pl.Null: ()}
    return isinstance(value, kinds.get(type(dtype), str))


def _fields(struct: pl.Struct) -> dict[str, pl.DataType]:
    return {each.name: instance(each.dtype) for each in struct.fields}


def _joined_fields(
    fields: dict[str, pl.DataType], others: dict[str, pl.DataType]
) -> pl.DataType | None:
    for name, dtype in others.items():
        both = joined(fields.get(name, pl.Null()), dtype)
        if both is None:
            return None
        fields[name] = both
    return pl.Struct(fields)


def _in_range(value: int, dtype: pl.DataType) -> bool:
    limits = pl.select(low=pl.lit(0, dtype).lower_bound(), high=pl.lit(0, dtype).upper_bound())
    return bool(limits["low"].item() <= value <= limits["high"].item())


def _is_kept(value: int | float, dtype: pl.DataType) -> bool:
    """Whether a float is as large as the number, and has it where it is a whole one."""
    form = _FORMS[type(dtype)]
    try:
        [near] = struct.unpack(form, struct.pack(form, value))
    except OverflowError:
        return False
    return not isinstance(value, int) or int(near) == value
