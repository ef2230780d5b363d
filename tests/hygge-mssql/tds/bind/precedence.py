"""The type that several become together (Transact-SQL reference, "Data type precedence")."""

from __future__ import annotations

from attrs import evolve

from .. import types
from ..errors import unknown
from ..types import MAX, SqlType

# Data type precedence (Transact-SQL reference), highest first.
_PRECEDENCE = (
    "datetimeoffset", "datetime2", "datetime", "smalldatetime", "date", "time", "float", "real",
    "decimal", "numeric", "money", "smallmoney", "bigint", "int", "smallint", "tinyint", "bit",
    "rowversion", "uniqueidentifier", "xml", "nvarchar", "nchar", "varchar", "char",
    "varbinary", "binary",
)  # fmt: skip
_DIGITS = {
    "tinyint": 3,
    "smallint": 5,
    "int": 10,
    "bigint": 19,
    "bit": 1,
    "money": 19,
    "smallmoney": 10,
}


def common(*found: SqlType | None) -> SqlType:
    """The type that these become together: the higher in precedence, as wide as both need."""
    some = [type for type in found if type is not None]
    if not some:
        return SqlType("int")
    made = some[0]
    for other in some[1:]:
        made = _pair(made, other)
    return made


def _pair(left: SqlType, right: SqlType) -> SqlType:
    if left == right:
        return left
    for type in (left, right):
        if type.name not in _PRECEDENCE:
            raise unknown(f"how {type} combines with another type")
    high, low = sorted((left, right), key=lambda type: _PRECEDENCE.index(type.name))
    if high.name in {"decimal", "numeric"} and low.name in {*types.DECIMALS, *_DIGITS}:
        return _wider(high, low)
    if high.name == low.name and high.name in types.SCALED_TIMES:
        return evolve(high, scale=max(high.scale, low.scale))
    same = (high.name in types.TEXTS and low.name in types.TEXTS) or (
        high.name in types.BYTES and low.name in types.BYTES
    )
    if same and high.name != "rowversion":
        length = MAX if MAX in {high.length, low.length} else max(high.length, low.length)
        name = "nvarchar" if high.name in types.WIDE else high.name
        if "var" not in name and left.length != right.length:
            name = {"char": "varchar", "binary": "varbinary"}.get(name, name)
        return evolve(high, name=name, length=length)
    return high


def _wider(high: SqlType, low: SqlType) -> SqlType:
    scale = max(high.scale, scale_of(low))
    whole = max(high.precision - high.scale, precision_of(low) - scale_of(low))
    return SqlType("decimal", precision=min(whole + scale, 38), scale=scale)


def precision_of(type: SqlType) -> int:
    return type.precision or _DIGITS.get(type.name, 18)


def scale_of(type: SqlType) -> int:
    return 4 if type.name in {"money", "smallmoney"} else type.scale
