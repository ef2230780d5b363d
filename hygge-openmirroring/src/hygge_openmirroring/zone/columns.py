"""Which types a column has in the mirrored table: decided once per table, the same in every file.

What Fabric documents is thin: simple types, nested values as JSON text, valid pairs of logical and
physical Parquet types. The rest is this project's policy: nothing is written that Delta has no type
for, and no value changes but the digits of a time below a microsecond.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl
from attrs import frozen

from hygge_core.errors import StoreError
from hygge_core.markers import ROW_MARKER
from hygge_core.types import instance, parse, spell
from hygge_openmirroring.zone.documents import SchemaColumn, SchemaDocument

_WIDER: Mapping[type[pl.DataType], pl.DataType] = {
    pl.UInt8: pl.Int16(),
    pl.UInt16: pl.Int32(),
    pl.UInt32: pl.Int64(),
    pl.UInt64: pl.Decimal(20, 0),
    pl.Int128: pl.Decimal(38, 0),
    pl.Float16: pl.Float32(),
    pl.Time: pl.String(),
    pl.Duration: pl.Int64(),
    pl.Categorical: pl.String(),
    pl.Enum: pl.String(),
    pl.List: pl.String(),
    pl.Array: pl.String(),
    pl.Struct: pl.String(),
}
_DELTA: Mapping[type[pl.DataType], str] = {
    pl.Boolean: "boolean",
    pl.Int8: "byte",
    pl.Int16: "short",
    pl.Int32: "integer",
    pl.Int64: "long",
    pl.Float32: "float",
    pl.Float64: "double",
    pl.String: "string",
    pl.Binary: "binary",
    pl.Date: "date",
}
_PARAMETRIC: Mapping[type[pl.DataType], Callable[[Any], str]] = {
    pl.Datetime: lambda dtype: "timestamp" if dtype.time_zone else "timestamp_ntz",
    pl.Decimal: lambda dtype: f"decimal({dtype.precision},{dtype.scale})",
}
_MOST_DIGITS = 38
_ADVICE = "change it in the home, or drop it with `polish`"


@frozen
class Column:
    """A column of a mirrored table, as it is remembered.

    ``source`` is the spelled type that the rows come with, ``landed`` the one in the files; empty
    for a column of nothing but NULLs, which is in no file until it has a type.
    """

    name: str
    source: str
    landed: str

    @property
    def delta(self) -> str:
        """What the mirrored table calls its type."""
        return delta_name(parse(self.landed)) if self.landed else "unknown"


def columns_of(schema: Mapping[str, pl.DataType]) -> tuple[Column, ...]:
    """The columns of a load, without its row marker. Raises ``StoreError`` naming a column."""
    return tuple(
        Column(name, spell(dtype), _landed(name, instance(dtype)))
        for name, dtype in schema.items()
        if name != ROW_MARKER
    )


def landed_type(dtype: pl.DataType) -> pl.DataType | None:
    """The type in the files; ``None``: a type of nothing but NULLs. Raises ``ValueError``."""
    if isinstance(dtype, pl.Null):
        return None
    if isinstance(dtype, pl.Datetime):
        return pl.Datetime("us", "UTC" if dtype.time_zone else None)
    if isinstance(dtype, pl.Decimal):
        precision = _MOST_DIGITS if dtype.precision is None else dtype.precision
        return pl.Decimal(precision, dtype.scale)
    found = _WIDER.get(type(dtype), dtype)
    if type(found) not in _DELTA and type(found) not in _PARAMETRIC:
        raise ValueError(f"a mirrored table has no type for {spell(dtype)}")
    return found


def delta_name(dtype: pl.DataType) -> str:
    """A landed type by Delta's word for it."""
    told = _PARAMETRIC.get(type(dtype))
    return told(dtype) if told else _DELTA[type(dtype)]


def _landed(name: str, dtype: pl.DataType) -> str:
    try:
        found = landed_type(dtype)
    except ValueError as exc:
        raise StoreError(f"column {name!r}: {exc}", hint=_ADVICE) from exc
    return "" if found is None else spell(found)


def refuse_change(known: Iterable[Column], wanted: Iterable[Column]) -> None:
    """Raise ``StoreError`` telling every column that cannot be added to the table that is there.

    A new column is fine. Another type is not, nor a name that differs in case alone: the service
    stops at the first such file, and the table has to be made again.
    """
    problems = [*_twins(wanted), *_changes(known, wanted)]
    if problems:
        raise StoreError(
            f"the mirrored table cannot take these columns: {'; '.join(problems)}",
            hint="change it in the home or with `polish`, or make the table anew: --full-drop",
        )


def _twins(wanted: Iterable[Column]) -> list[str]:
    names: dict[str, str] = {ROW_MARKER.casefold(): ROW_MARKER}
    twins = []
    for column in wanted:
        other = names.setdefault(column.name.casefold(), column.name)
        if other != column.name:
            twins.append(f"{other!r} and {column.name!r} differ only in case")
    return twins


def _changes(known: Iterable[Column], wanted: Iterable[Column]) -> list[str]:
    before = {column.name.casefold(): column for column in known}
    changes = []
    for column in wanted:
        old = before.get(column.name.casefold())
        if old is None or not old.landed or not column.landed:
            continue
        if old.name != column.name:
            changes.append(f"{column.name!r} is called {old.name!r} there")
        elif old.landed != column.landed:
            changes.append(f"{column.name!r} is {old.delta} there and {column.delta} here")
    return changes


def merged(known: Iterable[Column], wanted: Iterable[Column]) -> tuple[Column, ...]:
    """The table's columns after a load: those that it has in their order, then the new ones."""
    columns = {column.name: column for column in known}
    for column in wanted:
        old = columns.get(column.name)
        if old is None or column.landed or not old.landed:
            columns[column.name] = column
    return tuple(columns.values())


def document(columns: Iterable[Column]) -> SchemaDocument:
    """The same for readers; a column that has no type yet is left out."""
    return SchemaDocument(
        tuple(
            SchemaColumn(name=each.name, type=each.delta, source=each.source)
            for each in columns
            if each.landed
        )
    )


def documented(document: SchemaDocument) -> tuple[Column, ...]:
    """The columns that ``document`` made it of. Raises ``ValueError`` for another's document."""
    made = columns_of({each.name: parse(each.source) for each in document.columns})
    for column, each in zip(made, document.columns, strict=True):
        if column.delta != each.type:
            raise ValueError(f"{column.name!r} is {each.type}, and would be {column.delta} now")
    return made
