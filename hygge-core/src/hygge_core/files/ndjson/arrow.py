"""Types of JSON values between polars and pyarrow's reader."""

from __future__ import annotations

from typing import Any

import polars as pl
import pyarrow as pa

from hygge_core.types.spelling import instance

_PLAIN: dict[type[pl.DataType], Any] = {
    pl.Boolean: pa.bool_(),
    pl.Int8: pa.int8(),
    pl.Int16: pa.int16(),
    pl.Int32: pa.int32(),
    pl.Int64: pa.int64(),
    pl.UInt8: pa.uint8(),
    pl.UInt16: pa.uint16(),
    pl.UInt32: pa.uint32(),
    pl.UInt64: pa.uint64(),
    pl.Float32: pa.float32(),
    pl.Float64: pa.float64(),
    pl.Null: pa.null(),
}


def to_arrow(dtype: pl.DataType) -> Any:
    """The type to read JSON as. What JSON has no word for (dates, categories) is a string there."""
    if isinstance(dtype, pl.List):
        return pa.list_(to_arrow(instance(dtype.inner)))
    if isinstance(dtype, pl.Struct):
        return pa.struct([(each.name, to_arrow(instance(each.dtype))) for each in dtype.fields])
    if isinstance(dtype, pl.Decimal):
        return pa.decimal128(dtype.precision, dtype.scale)
    return _PLAIN.get(type(dtype), pa.string())


def is_read_as_text(dtype: pl.DataType) -> bool:
    """Whether a string in JSON has to become a value of the type."""
    return not isinstance(dtype, pl.String) and to_arrow(dtype) == pa.string()


def found_types(schema: Any) -> pl.Schema:
    """What pyarrow has found, but strings stay strings: it takes some of them for timestamps."""
    plain = pa.schema([(each.name, _without_timestamps(each.type)) for each in schema])
    return pl.DataFrame(plain.empty_table()).schema


def with_all_nulls(table: Any) -> Any:
    """The same; pyarrow's reader makes too few of the nulls in lists that hold nothing else."""
    for at, field in enumerate(table.schema):
        if _holds_lists_of_null(field.type):
            chunks = [_completed(each) for each in table.column(at).chunks]
            table = table.set_column(at, field, pa.chunked_array(chunks, field.type))
    return table


def _holds_lists_of_null(kind: Any) -> bool:
    if pa.types.is_list(kind):
        return pa.types.is_null(kind.value_type) or _holds_lists_of_null(kind.value_type)
    return pa.types.is_struct(kind) and any(_holds_lists_of_null(each.type) for each in kind)


def _completed(values: Any) -> Any:
    kind = values.type
    if not _holds_lists_of_null(kind):
        return values
    if pa.types.is_struct(kind):
        inner = [_completed(values.field(at)) for at in range(kind.num_fields)]
        own = values.buffers()[:1]
    else:
        null = pa.types.is_null(kind.value_type)
        inner = [pa.nulls(values.offsets[-1].as_py()) if null else _completed(values.values)]
        own = values.buffers()[:2]
    return pa.Array.from_buffers(kind, len(values), own, children=inner)


def _without_timestamps(kind: Any) -> Any:
    if pa.types.is_timestamp(kind):
        return pa.string()
    if pa.types.is_list(kind):
        return pa.list_(_without_timestamps(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([(each.name, _without_timestamps(each.type)) for each in kind])
    return kind
