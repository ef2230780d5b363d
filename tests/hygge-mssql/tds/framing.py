"""Types as the client sends them, and rows cut into values ([MS-TDS] 2.2.5.4, 2.2.5.2.3).

Splitting a row is bookkeeping, one slice for each value; ``decoding`` finds out what they mean.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from . import types
from .types import MAX, SqlType

Raw = bytes | None


class Unread(Exception):
    """A type word or a framing that the double does not read."""


_FIXED_WORDS = {
    0x30: "tinyint", 0x32: "bit", 0x34: "smallint", 0x38: "int", 0x3A: "smalldatetime",
    0x3B: "real", 0x3C: "money", 0x3D: "datetime", 0x3E: "float", 0x7A: "smallmoney",
    0x7F: "bigint",
}  # fmt: skip
_SIZED_WORDS = {
    types.INTN: {1: "tinyint", 2: "smallint", 4: "int", 8: "bigint"},
    types.FLTN: {4: "real", 8: "float"},
    types.MONEYN: {4: "smallmoney", 8: "money"},
    types.DATETIMEN: {4: "smalldatetime", 8: "datetime"},
    types.BITN: {1: "bit"},
    types.GUID: {16: "uniqueidentifier"},
}
_TIMES = {types.TIMEN: "time", types.DATETIME2N: "datetime2", types.OFFSETN: "datetimeoffset"}
_LONGS = {
    types.VARBINARY: "varbinary", types.BINARY: "binary", types.VARCHAR: "varchar",
    types.CHAR: "char", types.NVARCHAR: "nvarchar", types.NCHAR: "nchar",
}  # fmt: skip
_NAMES_OF_COLLATIONS = {raw: name for name, raw in types._COLLATIONS.items()}


class Framing:
    """How a value says its length: the words of the row splitter."""

    def __init__(self, kind: str, width: int = 0) -> None:
        self.kind = kind
        self.width = width


def type_info(buffer: bytes, at: int) -> tuple[SqlType, Framing, int]:
    """The type, how its values are framed, and where its TYPE_INFO ends."""
    word = buffer[at]
    at += 1
    if word in _FIXED_WORDS:
        name = _FIXED_WORDS[word]
        return SqlType(name), Framing("fixed", types.FIXED_BYTES[name]), at
    if word in _SIZED_WORDS:
        return SqlType(_SIZED_WORDS[word][buffer[at]]), Framing("byte"), at + 1
    if word in {types.DECIMALN, types.NUMERICN}:
        precision, scale = buffer[at + 1], buffer[at + 2]
        return SqlType("decimal", precision=precision, scale=scale), Framing("byte"), at + 3
    if word in _TIMES:
        return SqlType(_TIMES[word], scale=buffer[at]), Framing("byte"), at + 1
    if word == types.DATEN:
        return SqlType("date"), Framing("byte"), at
    if word == types.XML:
        if buffer[at]:
            raise Unread("xml with a schema")
        return SqlType("xml"), Framing("plp"), at + 1
    if word in _LONGS:
        return _long_type(_LONGS[word], buffer, at)
    raise Unread(f"the type word 0x{word:02X}")


def _long_type(name: str, buffer: bytes, at: int) -> tuple[SqlType, Framing, int]:
    (length,) = struct.unpack_from("<H", buffer, at)
    at += 2
    collation = types.SERVER_COLLATION
    if name in types.TEXTS:
        collation = _NAMES_OF_COLLATIONS.get(bytes(buffer[at : at + 5]), collation)
        at += 5
    if length == 0xFFFF:
        return SqlType(name, MAX, collation=collation), Framing("plp"), at
    characters = length // 2 if name in types.WIDE else length
    return SqlType(name, characters, collation=collation), Framing("short"), at


_SPLIT = {
    "fixed": ["end = at + {width}", "{append}(row[at:end])", "at = end"],
    "byte": [
        "end = at + 1 + row[at]",
        "{append}(row[at + 1:end] if end > at + 1 else None)",
        "at = end",
    ],
    "short": [
        "length = row[at] | row[at + 1] << 8",
        "if length == 65535: {append}(None); at += 2",
        "else: end = at + 2 + length; {append}(row[at + 2:end]); at = end",
    ],
    "plp": ["value, at = plp(row, at)", "{append}(value)"],
}


def splitter(framings: Sequence[Framing], columns: Sequence[list[Raw]]):  # type: ignore[no-untyped-def]
    """``split(row, at) -> at``: appends each value of the row at ``at`` to its column.

    Written out for these columns, as attrs writes ``__init__``. Raises IndexError where the buffer
    is too short for a length; whoever calls looks whether the end lies within the buffer.
    """
    lines = ["def split(row, at):"]
    for number, framing in enumerate(framings):
        words = {"append": f"a{number}", "width": framing.width}
        lines += [f"    {line.format(**words)}" for line in _SPLIT[framing.kind]]
    lines.append("    return at")
    names = {f"a{number}": column.append for number, column in enumerate(columns)}
    scope: dict[str, object] = {"plp": plp, **names}
    exec("\n".join(lines), scope)
    return scope["split"]


def plp(row: bytes, at: int) -> tuple[Raw, int]:
    """A partially length-prefixed value and where it ends (2.2.5.2.3)."""
    (total,) = _need(row, "<Q", at)
    at += 8
    if total == 0xFFFFFFFFFFFFFFFF:
        return None, at
    chunks = []
    while True:
        (length,) = _need(row, "<I", at)
        at += 4
        if not length:
            return b"".join(chunks), at
        if at + length > len(row):
            raise IndexError
        chunks.append(row[at : at + length])
        at += length


def _need(row: bytes, form: str, at: int) -> tuple[int, ...]:
    try:
        return struct.unpack_from(form, row, at)
    except struct.error:
        raise IndexError from None
