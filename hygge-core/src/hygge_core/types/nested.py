"""What nested types and values are made of, however deep: lists, arrays, structs and maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from hygge_core.types.spelling import instance


def within(dtype: pl.DataType) -> Iterator[pl.DataType]:
    """The type and every type inside it."""
    yield dtype
    if isinstance(dtype, pl.List | pl.Array):
        yield from within(instance(dtype.inner))
    elif isinstance(dtype, pl.Struct):
        for each in dtype.fields:
            yield from within(instance(each.dtype))
    elif isinstance(dtype, pl.Map):
        yield from within(instance(dtype.key))
        yield from within(instance(dtype.value))
    elif isinstance(dtype, pl.BaseExtension):
        yield from within(instance(dtype.ext_storage()))


def leaves(values: pl.Series) -> Iterator[pl.Series]:
    """The single values, a series for each place in the type."""
    if isinstance(values.dtype, pl.Map):
        values = values.cast(pl.List(entry_of(values.dtype)))
    if isinstance(values.dtype, pl.List | pl.Array):
        yield from leaves(values.explode())
    elif isinstance(values.dtype, pl.Struct):
        for each in values.struct.fields:
            yield from leaves(values.struct.field(each))
    else:
        yield values


def with_leaves(dtype: pl.DataType, change: Callable[[pl.DataType], pl.DataType]) -> pl.DataType:
    """The type with each single type in it changed."""
    if isinstance(dtype, pl.List):
        return pl.List(with_leaves(instance(dtype.inner), change))
    if isinstance(dtype, pl.Array):
        return pl.Array(with_leaves(instance(dtype.inner), change), dtype.size)
    if isinstance(dtype, pl.Struct):
        fields = {each.name: instance(each.dtype) for each in dtype.fields}
        return pl.Struct({name: with_leaves(each, change) for name, each in fields.items()})
    if isinstance(dtype, pl.Map):
        key, value = (with_leaves(instance(each), change) for each in (dtype.key, dtype.value))
        return pl.Map(key, value)
    return change(dtype)


def entry_of(dtype: pl.Map) -> pl.Struct:
    """What a map is a list of."""
    return pl.Struct({"key": dtype.key, "value": dtype.value})
