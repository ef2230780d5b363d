"""Rows as they lie in a landing zone's files: types mapped, the row marker last."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pyarrow as pa

from hygge_core.errors import StoreError
from hygge_core.files.elsewhere import refuse_not_json, refuse_types, told_by_minutes, write_parquet
from hygge_core.files.settings import ParquetWriting
from hygge_core.markers import ROW_MARKER
from hygge_core.types import instance, parse
from hygge_openmirroring.zone.columns import Column

_CELL = "_"
#: What stands around a cell when it is written as the only field of an object.
_BEFORE = len(f'{{"{_CELL}":')


def refuse_unwritable(schema: pl.Schema) -> None:
    """Raise ``StoreError`` for nested values that have no JSON text."""
    nested = pl.Schema({name: dtype for name, dtype in schema.items() if dtype.is_nested()})
    refuse_types(nested, nested=True, word="JSON text")


def landed(frame: pl.DataFrame, columns: Iterable[Column], marker: int | None) -> pl.DataFrame:
    """``frame`` with the columns and types of the table's files.

    ``marker`` is that of all rows, where they have none of their own; ``None``: no marker column.
    Raises ``StoreError`` for a value that JSON or the type has no room for.
    """
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    refuse_not_json(frame.select(nested))
    frame = frame.with_columns(told_by_minutes(frame.select(nested)).get_columns())
    exprs = [
        _cast(pl.col(each.name), frame.schema[each.name], parse(each.landed)).alias(each.name)
        for each in columns
        if each.landed
    ]
    if ROW_MARKER in frame.columns:
        exprs.append(pl.col(ROW_MARKER).cast(pl.Int32))
    elif marker is not None:
        exprs.append(pl.lit(marker, dtype=pl.Int32).alias(ROW_MARKER))
    try:
        return frame.select(exprs)
    except pl.exceptions.InvalidOperationError as exc:
        raise StoreError(f"a value does not fit the mirrored table: {exc}") from exc


def _cast(value: pl.Expr, source: pl.DataType, target: pl.DataType) -> pl.Expr:
    if source == target:
        return value
    if source.is_nested():
        return _json_text(value, source)
    if isinstance(source, pl.Time):
        return value.dt.to_string("%H:%M:%S%.6f")
    if isinstance(source, pl.Duration):
        return value.dt.total_microseconds()
    if isinstance(source, pl.Datetime) and source.time_zone:
        return value.dt.convert_time_zone("UTC").dt.cast_time_unit("us")
    return value.cast(target)


def _json_text(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    """Objects with their keys sorted: a source that changes their order changes no text."""
    cell = pl.struct(_ordered(value, dtype).alias(_CELL)).struct.json_encode()
    return pl.when(value.is_not_null()).then(cell.str.slice(_BEFORE).str.head(-1))


def _ordered(value: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Array):
        return _ordered(value.arr.to_list(), pl.List(dtype.inner))
    if isinstance(dtype, pl.List):
        return value.list.eval(_ordered(pl.element(), instance(dtype.inner)))
    if isinstance(dtype, pl.Struct) and dtype.fields:
        fields = [
            _ordered(value.struct.field(each.name), instance(each.dtype)).alias(each.name)
            for each in sorted(dtype.fields, key=lambda each: each.name)
        ]
        return pl.when(value.is_not_null()).then(pl.struct(fields))
    return value


def write(frame: pl.DataFrame, path: Path, how: ParquetWriting) -> int:
    """A landed frame as a Parquet file; the rows that its footer tells of.

    Every column may be NULL in later files, so all are optional; only the row marker is required.
    """
    return write_parquet(frame, path, how, arrow_schema=_arrow_schema(frame))


def _arrow_schema(frame: pl.DataFrame) -> pa.Schema | None:
    if ROW_MARKER not in frame.columns:
        return None
    # (Polars takes what it writes itself: views instead of plain strings.)
    given = pa.schema(frame.clear().to_arrow(compat_level=pl.CompatLevel.newest()).schema)
    at = given.get_field_index(ROW_MARKER)
    return given.set(at, given.field(at).with_nullable(False))
