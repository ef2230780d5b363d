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

    ``dtype`` of its column in a frame; ``selected`` is T-SQL with ``{0}`` for the column; ``fine``
    says that a scale of 7 has a digit more than the driver brings, which is asked for beside it.
    ``text`` makes a text of what is selected, with all that it holds: a plain CAST leaves six
    digits of a float, and two behind the point of a money.
    """

    dtype: Typed
    selected: str = "{0}"
    fine: bool = False
    text: str = "CAST({0} AS nvarchar(max))"


def _is(dtype: pl.DataType) -> Typed:
    return lambda column: dtype


def _decimal(column: Column) -> pl.DataType:
    return pl.Decimal(column.precision, column.scale)


def _moment(column: Column) -> pl.DataType:
    return pl.Datetime("ns" if column.scale == 7 else "us")


def _zoned(column: Column) -> pl.DataType:
    return pl.Datetime("ns" if column.scale == 7 else "us", "UTC")


#: The styles of https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
_DIGITS = "CONVERT(nvarchar(40), {0}, 3)"
_CENTS = "CONVERT(nvarchar(40), {0}, 2)"
_ISO = "CONVERT(nvarchar(40), {0}, 126)"
_HEX = "CONVERT(nvarchar(max), {0}, 1)"

_TEXT = Held(_is(pl.String()))
_BYTES = Held(_is(pl.Binary()), text=_HEX)
_AS_TEXT = Held(_is(pl.String()), "CAST({0} AS nvarchar(max))")
_AS_SHAPE = Held(_is(pl.Binary()), "{0}.AsBinaryZM()", text=_HEX)
_LETTERS = (
    " WHEN '{kind}' THEN CASE WHEN DATALENGTH({{0}}) > 4000"
    " THEN CONVERT(nvarchar(max), CAST({{0}} AS varchar(8000)))"
    " ELSE CAST({{0}} AS nvarchar(4000)) END"
)
#: Each value of it has a type of its own, of which some lose by a plain CAST.
_VARIANT = (
    "CASE CAST(SQL_VARIANT_PROPERTY({0}, 'BaseType') AS nvarchar(128))"
    " WHEN 'float' THEN CONVERT(nvarchar(40), CAST({0} AS float(53)), 3)"
    " WHEN 'real' THEN CONVERT(nvarchar(40), CAST({0} AS real), 3)"
    " WHEN 'money' THEN CONVERT(nvarchar(40), CAST({0} AS money), 2)"
    " WHEN 'smallmoney' THEN CONVERT(nvarchar(40), CAST({0} AS money), 2)"
    " WHEN 'datetime' THEN CONVERT(nvarchar(40), CAST({0} AS datetime), 121)"
    " WHEN 'smalldatetime' THEN CONVERT(nvarchar(40), CAST({0} AS smalldatetime), 121)"
    " WHEN 'binary' THEN CONVERT(nvarchar(max), CAST({0} AS varbinary(8000)), 1)"
    " WHEN 'varbinary' THEN CONVERT(nvarchar(max), CAST({0} AS varbinary(8000)), 1)"
    + _LETTERS.format(kind="char")
    + _LETTERS.format(kind="varchar")
    + " ELSE CAST({0} AS nvarchar(4000)) END"
)

#: https://learn.microsoft.com/sql/t-sql/data-types/data-types-transact-sql
TYPES: dict[str, Held] = {
    "bit": Held(_is(pl.Boolean())),
    "tinyint": Held(_is(pl.UInt8())),
    "smallint": Held(_is(pl.Int16())),
    "int": Held(_is(pl.Int32())),
    "bigint": Held(_is(pl.Int64())),
    "decimal": Held(_decimal),
    "numeric": Held(_decimal),
    "money": Held(_is(pl.Decimal(19, 4)), text=_CENTS),
    "smallmoney": Held(_is(pl.Decimal(10, 4)), text=_CENTS),
    "real": Held(_is(pl.Float32()), text=_DIGITS),
    "float": Held(_is(pl.Float64()), text=_DIGITS),
    "date": Held(_is(pl.Date()), text=_ISO),
    "time": Held(_is(pl.Time()), text=_ISO),
    "smalldatetime": Held(_is(pl.Datetime("us")), text=_ISO),
    "datetime": Held(_is(pl.Datetime("us")), text=_ISO),
    "datetime2": Held(_moment, fine=True, text=_ISO),
    "datetimeoffset": Held(_zoned, fine=True, text=_ISO),
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
    "image": Held(_is(pl.Binary()), "CAST({0} AS varbinary(max))", text=_HEX),
    "timestamp": Held(_is(pl.Binary()), "CAST({0} AS binary(8))", text=_HEX),
    "sql_variant": Held(_is(pl.String()), _VARIANT),
    "hierarchyid": Held(_is(pl.String()), "{0}.ToString()"),
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
