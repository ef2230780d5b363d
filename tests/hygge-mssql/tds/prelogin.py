"""PRELOGIN: the first message each way, and what it says of encryption ([MS-TDS] 2.2.6.5)."""

from __future__ import annotations

import struct

VERSION, ENCRYPTION, INSTANCE, THREAD, MARS, TRACE, FEDAUTH, NONCE = range(8)
_END = 0xFF
OFF, ON, NOT_SUPPORTED, REQUIRED = 0, 1, 2, 3

# 16.0.1000: what the double answers to @@VERSION too.
SERVER_VERSION = bytes([16, 0, 0x03, 0xE8, 0, 0])

_ENTRY = struct.Struct(">BHH")


def read(message: bytes) -> dict[int, bytes]:
    """Option number -> its bytes."""
    options, at = {}, 0
    while message[at] != _END:
        option, offset, length = _ENTRY.unpack_from(message, at)
        options[option] = message[offset : offset + length]
        at += _ENTRY.size
    return options


def write(options: dict[int, bytes]) -> bytes:
    offset = _ENTRY.size * len(options) + 1
    head, body = b"", b""
    for option, value in options.items():
        head += _ENTRY.pack(option, offset + len(body), len(value))
        body += value
    return head + bytes([_END]) + body


def encryption(asked: dict[int, bytes], *, offered: bool, required: bool) -> int:
    """The server's half of the table in 2.2.6.5: what it answers to the client's ENCRYPTION."""
    wish = asked.get(ENCRYPTION, bytes([NOT_SUPPORTED]))[0]
    if not offered:
        return NOT_SUPPORTED
    if required:
        return REQUIRED
    return {OFF: OFF, ON: ON, REQUIRED: REQUIRED}.get(wish, NOT_SUPPORTED)


def answer(asked: dict[int, bytes], encryption: int) -> bytes:
    options = {VERSION: SERVER_VERSION, ENCRYPTION: bytes([encryption]), INSTANCE: b"\0"}
    options |= {THREAD: b"", MARS: b"\0"}
    if FEDAUTH in asked:
        options[FEDAUTH] = b"\0"
    return write(options)
