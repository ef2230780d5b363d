"""RPC requests: which procedure, with what values ([MS-TDS] 2.2.6.6)."""

from __future__ import annotations

import struct
from typing import Any

from attrs import frozen

from . import decoding, framing
from .types import SqlType

_NUMBERED = {
    1: "sp_cursor", 2: "sp_cursoropen", 3: "sp_cursorprepare", 4: "sp_cursorexecute",
    5: "sp_cursorprepexec", 6: "sp_cursorunprepare", 7: "sp_cursorfetch", 8: "sp_cursoroption",
    9: "sp_cursorclose", 10: "sp_executesql", 11: "sp_prepare", 12: "sp_execute",
    13: "sp_prepexec", 14: "sp_prepexecrpc", 15: "sp_unprepare",
}  # fmt: skip
_BY_REFERENCE = 0x01
_SEPARATORS = frozenset({0x80, 0xFF, 0xFE})


@frozen
class Value:
    name: str
    type: SqlType
    value: Any
    output: bool


@frozen
class Call:
    procedure: str
    values: tuple[Value, ...]


def headers_end(message: bytes) -> int:
    """Where ALL_HEADERS (2.2.5.3) ends: its first four bytes count themselves too."""
    (length,) = struct.unpack_from("<I", message, 0)
    return int(length)


def read(message: bytes) -> list[Call]:
    """The calls of a request, in order."""
    at = headers_end(message)
    calls = []
    while at < len(message):
        call, at = _call(message, at)
        calls.append(call)
    return calls


def _call(message: bytes, at: int) -> tuple[Call, int]:
    (length,) = struct.unpack_from("<H", message, at)
    at += 2
    if length == 0xFFFF:
        (number,) = struct.unpack_from("<H", message, at)
        name = _NUMBERED.get(number, f"procedure {number}")
        at += 2
    else:
        name = message[at : at + 2 * length].decode("utf-16-le")
        at += 2 * length
    at += 2  # option flags: recompile, no metadata
    values = []
    while at < len(message):
        if message[at] in _SEPARATORS:
            at += 1
            break
        value, at = _value(message, at)
        values.append(value)
    return Call(name, tuple(values)), at


def _value(message: bytes, at: int) -> tuple[Value, int]:
    length = message[at]
    name = message[at + 1 : at + 1 + 2 * length].decode("utf-16-le")
    at += 1 + 2 * length
    status = message[at]
    type, framed, at = framing.type_info(message, at + 1)
    raw: list[framing.Raw] = []
    at = framing.splitter([framed], [raw])(message, at)
    value = decoding.column(raw, type)[0].as_py()
    return Value(name, type, value, bool(status & _BY_REFERENCE)), at
