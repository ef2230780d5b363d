"""How the double keeps each type: its Arrow type, its DuckDB type, and the count behind a date.

Moments are 64-bit counts of 100 ns since 0001-01-01, times since midnight: DuckDB's own timestamps
cannot hold 100 ns from the year 1 to 9999. A datetimeoffset is its UTC moment and its minutes.
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from .types import TEXTS, SqlType

TICKS_A_SECOND: Final = 10_000_000
TICKS_A_DAY: Final = 86_400 * TICKS_A_SECOND
DAYS_TO_1970: Final = 719_162
DAYS_TO_1900: Final = 693_595

OFFSET = pa.struct([("t", pa.int64()), ("o", pa.int16())])

_ARROW = {
    "bit": pa.bool_(),
    "tinyint": pa.uint8(), "smallint": pa.int16(), "int": pa.int32(), "bigint": pa.int64(),
    "real": pa.float32(), "float": pa.float64(),
    "money": pa.decimal128(19, 4), "smallmoney": pa.decimal128(10, 4),
    "date": pa.date32(), "time": pa.int64(),
    "datetime": pa.int64(), "smalldatetime": pa.int64(), "datetime2": pa.int64(),
    "datetimeoffset": OFFSET,
    "binary": pa.large_binary(), "varbinary": pa.large_binary(), "rowversion": pa.large_binary(),
}  # fmt: skip

_DUCK = {
    "bit": "BOOLEAN",
    "tinyint": "UTINYINT", "smallint": "SMALLINT", "int": "INTEGER", "bigint": "BIGINT",
    "real": "FLOAT", "float": "DOUBLE",
    "money": "DECIMAL(19,4)", "smallmoney": "DECIMAL(10,4)",
    "date": "DATE", "time": "BIGINT",
    "datetime": "BIGINT", "smalldatetime": "BIGINT", "datetime2": "BIGINT",
    "datetimeoffset": "STRUCT(t BIGINT, o SMALLINT)",
    "binary": "BLOB", "varbinary": "BLOB", "rowversion": "BLOB",
}  # fmt: skip


def arrow_type(type: SqlType) -> pa.DataType:
    """Texts, uniqueidentifier, xml and what only CAST can send are text."""
    if type.name in {"decimal", "numeric"}:
        return pa.decimal128(type.precision, type.scale)
    return _ARROW.get(type.name, pa.large_string())


def duck_type(type: SqlType) -> str:
    if type.name in {"decimal", "numeric"}:
        return f"DECIMAL({type.precision},{type.scale})"
    return _DUCK.get(type.name, "VARCHAR")


def is_text(type: SqlType) -> bool:
    return type.name in TEXTS or arrow_type(type) == pa.large_string()
