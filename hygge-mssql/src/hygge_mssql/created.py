"""The columns of tables that hygge makes: what SQL Server declares for each type, exactly.

Text is nvarchar and never varchar: what a code page lacks would become question marks without a
word. A type that SQL Server does not have is refused by name.
"""

from __future__ import annotations

import polars as pl

from hygge_core.errors import FlowError
from hygge_core.types import instance, spell
from hygge_mssql.names import quoted

#: The longest key of an index has 900 bytes where it is clustered
#: (https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server).
KEY_MOST_BYTES = 900
KEY_MOST_LETTERS = KEY_MOST_BYTES // 2
KEY_TEXT = f"nvarchar({KEY_MOST_LETTERS})"
KEY_BYTES = f"varbinary({KEY_MOST_BYTES})"

_PLAIN: dict[type[pl.DataType], str] = {
    pl.Boolean: "bit",
    pl.UInt8: "tinyint",
    pl.Int8: "smallint",
    pl.Int16: "smallint",
    pl.UInt16: "int",
    pl.Int32: "int",
    pl.UInt32: "bigint",
    pl.Int64: "bigint",
    pl.UInt64: "decimal(20, 0)",
    pl.Float32: "real",
    pl.Float64: "float(53)",
    pl.Date: "date",
    pl.Time: "time(7)",
    pl.String: "nvarchar(max)",
    pl.Categorical: "nvarchar(max)",
    pl.Enum: "nvarchar(max)",
    pl.Binary: "varbinary(max)",
}
_DIGITS = {"ms": 3, "us": 6, "ns": 7}


def declaration(name: str, dtype: pl.DataType, raising: type[FlowError]) -> str:
    """The type that column ``name`` gets. Raises ``raising`` where SQL Server has none."""
    made = instance(dtype)
    if isinstance(made, pl.Decimal):
        return f"decimal({made.precision}, {made.scale})"
    if isinstance(made, pl.Datetime):
        kind = "datetime2" if made.time_zone is None else "datetimeoffset"
        return f"{kind}({_DIGITS[made.time_unit]})"
    found = _PLAIN.get(type(made))
    if found is None:
        raise raising(
            f"column {name!r}: SQL Server has no type for {spell(made)}",
            hint="drop it with polish, or read it as another type (schema_overrides)",
        )
    return found


def as_key(declared: str) -> str:
    """The type as one that an index can have as its key."""
    return {"nvarchar(max)": KEY_TEXT, "varbinary(max)": KEY_BYTES}.get(declared, declared)


def column_sql(
    name: str, declared: str, *, nullable: bool = True, collation: str | None = None
) -> str:
    """One column of a CREATE or an ALTER TABLE."""
    collate = f" COLLATE {collation}" if collation and collation.replace("_", "").isalnum() else ""
    return f"{quoted(name)} {declared}{collate} {'NULL' if nullable else 'NOT NULL'}"
