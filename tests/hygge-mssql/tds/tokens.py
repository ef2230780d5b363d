"""The tokens of an answer ([MS-TDS] 2.2.7), each a function that returns its bytes."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from .types import Column, type_words

ERROR, INFO, LOGIN_ACK, ENVIRONMENT, DONE, DONE_PROC, DONE_IN_PROC = (
    0xAA, 0xAB, 0xAD, 0xE3, 0xFD, 0xFE, 0xFF,
)  # fmt: skip
RETURN_STATUS, RETURN_VALUE, METADATA, FEATURE_ACK = 0x79, 0xAC, 0x81, 0xAE
ROW, NULLABLE_ROW = 0xD1, 0xD2

MORE, FAILED, IN_TRANSACTION, COUNTED, ATTENTION_SEEN = 0x01, 0x02, 0x04, 0x10, 0x20

# ENVCHANGE types (2.2.7.9).
DATABASE, LANGUAGE, PACKET_SIZE, COLLATION = 1, 2, 4, 7
BEGIN, COMMIT, ROLLBACK, RESET_DONE = 8, 9, 10, 18

TDS_7_4 = 0x74000004
SERVER_NAME = "hygge-double"


def short(text: str) -> bytes:
    """B_VARCHAR: one byte of length in characters, UTF-16."""
    raw = text.encode("utf-16-le")
    return bytes([len(raw) // 2]) + raw


def long(text: str) -> bytes:
    """US_VARCHAR: two bytes of length in characters, UTF-16."""
    raw = text.encode("utf-16-le")
    return struct.pack("<H", len(raw) // 2) + raw


def message(number: int, state: int, severity: int, text: str, line: int = 1) -> bytes:
    """ERROR above severity 10, INFO up to it (2.2.7.10, 2.2.7.13)."""
    body = struct.pack("<iBB", number, state, severity) + long(text)
    body += short(SERVER_NAME) + short("") + struct.pack("<I", line)
    token = ERROR if severity > 10 else INFO
    return struct.pack("<BH", token, len(body)) + body


def done(status: int, rows: int = 0, *, token: int = DONE, command: int = 0) -> bytes:
    return struct.pack("<BHHQ", token, status, command, rows)


def environment(kind: int, new: str | bytes, old: str | bytes) -> bytes:
    """ENVCHANGE; texts are B_VARCHAR, bytes are B_VARBYTE."""
    body = bytes([kind])
    for value in (new, old):
        body += short(value) if isinstance(value, str) else bytes([len(value)]) + value
    return struct.pack("<BH", ENVIRONMENT, len(body)) + body


def login_ack(program: str, version: bytes) -> bytes:
    body = b"\x01" + struct.pack(">I", TDS_7_4) + short(program) + version
    return struct.pack("<BH", LOGIN_ACK, len(body)) + body


def feature_ack(features: dict[int, bytes]) -> bytes:
    body = b"".join(
        struct.pack("<BI", feature, len(value)) + value for feature, value in features.items()
    )
    return bytes([FEATURE_ACK]) + body + b"\xff"


def return_status(value: int) -> bytes:
    return struct.pack("<Bi", RETURN_STATUS, value)


def return_value(ordinal: int, column: Column, value: bytes) -> bytes:
    """RETURNVALUE of an output parameter (2.2.7.19); ``value`` as its type writes it."""
    head = struct.pack("<BH", RETURN_VALUE, ordinal) + short(column.name) + b"\x01"
    return head + struct.pack("<IH", 0, 0) + type_words(column.type) + value


_NULLABLE, _IDENTITY, _COMPUTED, _UPDATABLE = 0x0001, 0x0010, 0x0020, 0x0008


def metadata(columns: Sequence[Column]) -> bytes:
    """COLMETADATA (2.2.7.4). Count 0xFFFF would say that there is none."""
    out = struct.pack("<BH", METADATA, len(columns))
    for column in columns:
        flags = _NULLABLE if column.nullable else 0
        flags |= _IDENTITY if column.identity else 0
        flags |= 0 if column.computed else _UPDATABLE
        out += struct.pack("<IH", 0, flags) + type_words(column.type) + short(column.name)
    return out
