"""Every type of SQL Server: what it is in a frame, how it is selected, and how it is declared.

What a column is comes from the catalogue and never from its values. A type that is not in this
table is read as text, by a CAST, and said so in the error where even that fails.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from attrs import frozen

from hygge_mssql.catalogue import Column

Typed = Callable[[Column], pl.DataType]


@frozen
class Held:
    """One row of the table.

    ``dtype`` of its column in a frame; ``selected`` is T-SQL with ``{}`` for the column; ``fine``
    says that a scale of 7 has a digit more than the driver brings, which is asked for beside it.
    """

    dtype: Typed
    selected: str = "{}"
    fine: bool = False


def _is(dtype: pl.DataType) -> Typed:
    return lambda column: dtype


def _decimal(column: Column) -> pl.DataType:
    return pl.Decimal(column.precision, column.scale)


def _moment(column: Column) -> pl.DataType:
    return pl.Datetime("ns" if column.scale == 7 else "us")


def _zoned(column: Column) -> pl.DataType:
    return pl.Datetime("ns" if column.scale == 7 else "us", "UTC")


_TEXT = Held(_is(pl.String()))
_BYTES = Held(_is(pl.Binary()))
_AS_TEXT = Held(_is(pl.String()), "CAST({} AS nvarchar(max))")
_AS_SHAPE = Held(_is(pl.Binary()), "{}.AsBinaryZM()")

#: https://learn.microsoft.com/sql/t-sql/data-types/data-types-transact-sql
TYPES: dict[str, Held] = {
    "bit": Held(_is(pl.Boolean())),
    "tinyint": Held(_is(pl.UInt8())),
    "smallint": Held(_is(pl.Int16())),
    "int": Held(_is(pl.Int32())),
    "bigint": Held(_is(pl.Int64())),
    "decimal": Held(_decimal),
    "numeric": Held(_decimal),
    "money": Held(_is(pl.Decimal(19, 4))),
    "smallmoney": Held(_is(pl.Decimal(10, 4))),
    "real": Held(_is(pl.Float32())),
    "float": Held(_is(pl.Float64())),
    "date": Held(_is(pl.Date())),
    "time": Held(_is(pl.Time())),
    "smalldatetime": Held(_is(pl.Datetime("us"))),
    "datetime": Held(_is(pl.Datetime("us"))),
    "datetime2": Held(_moment, fine=True),
    "datetimeoffset": Held(_zoned, fine=True),
    "char": _TEXT,
    "varchar": _TEXT,
    "text": _AS_TEXT,
    "nchar": _TEXT,
    "nvarchar": _TEXT,
    "ntext": _AS_TEXT,
    "sysname": _TEXT,
    "xml": _AS_TEXT,
    "json": _AS_TEXT,
    "uniqueidentifier": _TEXT,
    "binary": _BYTES,
    "varbinary": _BYTES,
    "image": Held(_is(pl.Binary()), "CAST({} AS varbinary(max))"),
    "timestamp": Held(_is(pl.Binary()), "CAST({} AS binary(8))"),
    "sql_variant": Held(_is(pl.String()), "CAST({} AS nvarchar(4000))"),
    "hierarchyid": Held(_is(pl.String()), "{}.ToString()"),
    "geography": _AS_SHAPE,
    "geometry": _AS_SHAPE,
    "vector": _AS_TEXT,
}
OTHER = _AS_TEXT

_PADDED = frozenset({"char", "nchar"})
_WIDE = frozenset({"nchar", "nvarchar", "sysname"})
_SIZED = frozenset({"char", "varchar", "nchar", "nvarchar", "binary", "varbinary"})
_SCALED = frozenset({"time", "datetime2", "datetimeoffset"})


def held(column: Column) -> Held:
    """The column's row of the table."""
    return TYPES.get(column.type, OTHER)


def padded(column: Column) -> bool:
    """Whether the server fills its values up with blanks."""
    return column.type in _PADDED


def declared(column: Column) -> str:
    """The column's type as T-SQL declares it: ``decimal(18, 4)``, ``nvarchar(max)``."""
    if column.type in ("decimal", "numeric"):
        return f"{column.type}({column.precision}, {column.scale})"
    if column.type in _SCALED:
        return f"{column.type}({column.scale})"
    if column.type in _SIZED:
        size = column.length // 2 if column.type in _WIDE else column.length
        return f"{column.type}({'max' if column.length < 0 else size})"
    return "rowversion" if column.type == "timestamp" else column.type


def same_type(one: str, other: str) -> bool:
    """Whether two declarations say the same, however they are written."""
    return _bare(one) == _bare(other)


def _bare(text: str) -> str:
    return text.replace(" ", "").lower().replace("float(53)", "float")
