"""LOGIN7: who asks for which database ([MS-TDS] 2.2.6.4)."""

from __future__ import annotations

import struct

from attrs import frozen

_FIXED = struct.Struct("<IIIIII4B2I")
# ibHostName, ibUserName, ... each an offset in bytes and a length in characters.
_NAMES = ("host", "user", "password", "program", "server", "extension", "library", "language")

UTF8_SUPPORT, END_OF_FEATURES = 0x0A, 0xFF
_HAS_EXTENSION = 0x10


@frozen
class Login:
    host: str
    user: str
    password: str
    program: str
    server: str
    library: str
    language: str
    database: str
    packet_size: int
    integrated: bool
    features: frozenset[int]


def read(message: bytes) -> Login:
    _, _tds, packet_size, *_, _one, option2, _types, option3, _zone, _lcid = _FIXED.unpack_from(
        message
    )
    spans = struct.unpack_from("<18H", message, 36)
    words = {
        name: _text(message, spans[2 * at], spans[2 * at + 1], secret=name == "password")
        for at, name in enumerate(_NAMES)
        if name != "extension"
    }
    database = _text(message, spans[16], spans[17])
    features: frozenset[int] = frozenset()
    if option3 & _HAS_EXTENSION:
        features = _features(message, spans[10])
    return Login(
        **words,
        database=database,
        packet_size=packet_size,
        integrated=bool(option2 & 0x80),
        features=features,
    )


def _text(message: bytes, offset: int, characters: int, *, secret: bool = False) -> str:
    raw = message[offset : offset + 2 * characters]
    if secret:
        # "swap the four high bits and the four low bits, then XOR 0xA5": here undone.
        raw = bytes(((byte ^ 0xA5) >> 4) | (((byte ^ 0xA5) & 0x0F) << 4) for byte in raw)
    return raw.decode("utf-16-le")


def _features(message: bytes, offset: int) -> frozenset[int]:
    """The feature ids that the client offers (FeatureExt); ``offset`` points at their offset."""
    (at,) = struct.unpack_from("<I", message, offset)
    found = set()
    while message[at] != END_OF_FEATURES:
        found.add(message[at])
        (length,) = struct.unpack_from("<I", message, at + 1)
        at += 5 + length
    return frozenset(found)
