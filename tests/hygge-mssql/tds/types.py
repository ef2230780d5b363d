"""SQL Server's types: as they are declared, and on the wire ([MS-TDS] 2.2.5.4 to 2.2.5.6).

``SqlType`` is the one record of a type that the whole double shares: catalogue, binder, wire.
"""

from __future__ import annotations

import struct
from typing import Final

from attrs import evolve, frozen

MAX: Final = -1

# The wire's type words (2.2.5.4).
GUID, INTN, DECIMALN, NUMERICN, BITN, FLTN, MONEYN, DATETIMEN = (
    0x24, 0x26, 0x6A, 0x6C, 0x68, 0x6D, 0x6E, 0x6F,
)  # fmt: skip
DATEN, TIMEN, DATETIME2N, OFFSETN = 0x28, 0x29, 0x2A, 0x2B
VARBINARY, VARCHAR, BINARY, CHAR, NVARCHAR, NCHAR, XML = 0xA5, 0xA7, 0xAD, 0xAF, 0xE7, 0xEF, 0xF1

_WORDS = {
    "bit": BITN,
    "tinyint": INTN, "smallint": INTN, "int": INTN, "bigint": INTN,
    "real": FLTN, "float": FLTN,
    "decimal": DECIMALN, "numeric": NUMERICN,
    "money": MONEYN, "smallmoney": MONEYN,
    "date": DATEN, "time": TIMEN, "datetime2": DATETIME2N, "datetimeoffset": OFFSETN,
    "datetime": DATETIMEN, "smalldatetime": DATETIMEN,
    "char": CHAR, "varchar": VARCHAR, "nchar": NCHAR, "nvarchar": NVARCHAR, "sysname": NVARCHAR,
    "binary": BINARY, "varbinary": VARBINARY, "rowversion": BINARY,
    "uniqueidentifier": GUID, "xml": XML,
}  # fmt: skip

FIXED_BYTES = {
    "bit": 1, "tinyint": 1, "smallint": 2, "int": 4, "bigint": 8, "real": 4, "float": 8,
    "money": 8, "smallmoney": 4, "datetime": 8, "smalldatetime": 4, "date": 3,
    "uniqueidentifier": 16,
}  # fmt: skip

WIDE = frozenset({"nchar", "nvarchar", "sysname"})
NARROW = frozenset({"char", "varchar"})
TEXTS = WIDE | NARROW
BYTES = frozenset({"binary", "varbinary", "rowversion"})
INTEGERS = ("tinyint", "smallint", "int", "bigint")
DECIMALS = frozenset({"decimal", "numeric", "money", "smallmoney"})
FLOATS = frozenset({"real", "float"})
SCALED_TIMES = frozenset({"time", "datetime2", "datetimeoffset"})
MOMENTS = frozenset({"datetime", "smalldatetime", "datetime2"})
# Types that only a CAST in the query can bring over: the double refuses them in a result.
CLR = frozenset({"hierarchyid", "geography", "geometry"})
AS_TEXT = {"sql_variant", "vector"}  # kept as the text of their values
UNSENDABLE = CLR | AS_TEXT
KNOWN = frozenset(_WORDS) | UNSENDABLE

SERVER_COLLATION: Final = "SQL_Latin1_General_CP1_CI_AS"
# LCID and flags, then the sort id (2.2.5.1.2). UTF8 sets bit 26, BIN2 bit 25.
_COLLATIONS = {
    SERVER_COLLATION: bytes.fromhex("0904d00034"),
    "Latin1_General_CI_AS": bytes.fromhex("0904d00000"),
    "Latin1_General_CS_AS": bytes.fromhex("0904c00000"),
    "Latin1_General_BIN2": bytes.fromhex("0904000200"),
    "Latin1_General_100_BIN2": bytes.fromhex("0904002200"),
    "Latin1_General_100_BIN2_UTF8": bytes.fromhex("0904002600"),
    "Latin1_General_100_CI_AS": bytes.fromhex("0904d02000"),
    "Latin1_General_100_CS_AS": bytes.fromhex("0904c02000"),
    "Latin1_General_100_CI_AS_SC_UTF8": bytes.fromhex("0904d02400"),
}


class UnknownCollation(Exception):
    """A collation that the double has no bytes for."""


@frozen
class SqlType:
    """``length`` in characters for texts and in bytes for binaries, ``MAX`` for max."""

    name: str
    length: int = 0
    precision: int = 0
    scale: int = 0
    collation: str = SERVER_COLLATION

    def __str__(self) -> str:
        if self.name in TEXTS | BYTES - {"rowversion"} and self.name != "sysname":
            return f"{self.name}({'max' if self.length == MAX else self.length})"
        if self.name in {"decimal", "numeric"}:
            return f"{self.name}({self.precision},{self.scale})"
        return f"{self.name}({self.scale})" if self.name in SCALED_TIMES else self.name

    @property
    def is_max(self) -> bool:
        return self.length == MAX or self.name == "xml"

    @property
    def binary_collation(self) -> bool:
        return "_BIN" in self.collation

    @property
    def case_matters(self) -> bool:
        return self.binary_collation or "_CS" in self.collation

    @property
    def encoding(self) -> str:
        """How the wire writes this text."""
        if self.name in NARROW:
            return "utf-8" if self.collation.endswith("_UTF8") else "cp1252"
        return "utf-16-le"

    @property
    def wire_bytes(self) -> int:
        """The length in TYPE_INFO of what has one: the most bytes that a value takes."""
        return 2 * self.length if self.name in WIDE else self.length

    def of_length(self, length: int) -> SqlType:
        return evolve(self, length=length)


@frozen
class Column:
    """A column of a table or of a result."""

    name: str
    type: SqlType
    nullable: bool = True
    identity: bool = False
    computed: bool = False


def time_bytes(scale: int) -> int:
    """A time of this scale, on the wire (2.2.5.5.1.8)."""
    return 3 if scale <= 2 else 4 if scale <= 4 else 5


def decimal_bytes(precision: int) -> int:
    """A decimal's number without its sign (2.2.5.5.1.6)."""
    return 4 if precision <= 9 else 8 if precision <= 19 else 12 if precision <= 28 else 16


def collation_bytes(name: str) -> bytes:
    try:
        return _COLLATIONS[name]
    except KeyError:
        raise UnknownCollation(name) from None


def type_words(type: SqlType) -> bytes:
    """TYPE_INFO: always the nullable word of a type, as servers use for what may be NULL."""
    word = _WORDS[type.name]
    if type.name in {"decimal", "numeric"}:
        return bytes([word, decimal_bytes(type.precision) + 1, type.precision, type.scale])
    if type.name in SCALED_TIMES:
        return bytes([word, type.scale])
    if type.name == "date":
        return bytes([word])
    if type.name == "xml":
        return bytes([word, 0])
    if type.name in FIXED_BYTES:
        return bytes([word, FIXED_BYTES[type.name]])
    length = 0xFFFF if type.is_max else type.wire_bytes
    collation = collation_bytes(type.collation) if type.name in TEXTS else b""
    return struct.pack("<BH", word, length) + collation
