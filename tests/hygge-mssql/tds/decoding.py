"""Bytes to columns: types and values as the client sends them ([MS-TDS] 2.2.5.4, 2.2.5.5).

Splitting a row is bookkeeping, one slice for each value; what the slices mean is found out for a
whole column at once. Parameters of a call go the same way, as columns of one value.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from . import arrays, types
from .arrays import TICKS_A_DAY
from .encoding import GUID_ORDER
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


def column(raw: Sequence[Raw], type: SqlType) -> pa.Array:
    """The values of one column, as ``arrays`` keeps them."""
    arrow = arrays.arrow_type(type)
    if type.name in types.BYTES:
        return pa.array(raw, arrow)
    some = [value for value in raw if value is not None]
    if not some:
        return pa.nulls(len(raw), arrow)
    if pa.types.is_large_string(arrow) and type.name != "uniqueidentifier":
        full = _texts(some, type.encoding)
    else:
        body = np.frombuffer(b"".join(some), np.uint8).reshape(len(some), -1)
        full = _FIXED.get(type.name, _number)(body, type)
    if len(some) == len(raw):
        return full
    places = np.cumsum([value is not None for value in raw]) - 1
    mask = np.array([value is None for value in raw])
    return full.take(pa.array(places, mask=mask))


def _texts(some: Sequence[bytes], encoding: str) -> pa.Array:
    """All of them decoded in one go; where each begins in UTF-8 follows from the code units."""
    joined = b"".join(some)
    ends = np.cumsum([len(value) for value in some])
    if encoding == "utf-16-le":
        sizes = _wide_sizes(np.frombuffer(joined, "<u2"))
        ends //= 2
    elif encoding == "cp1252":
        sizes = _CP1252_SIZES[np.frombuffer(joined, np.uint8)]
    else:
        sizes = np.ones(len(joined), np.int64)
    before = np.concatenate([[0], np.cumsum(sizes)])
    offsets = before[np.concatenate([[0], ends])].astype(np.int64)
    text = joined.decode(encoding, "replace").encode()
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.large_string(), len(some), buffers)


def _wide_sizes(units: np.ndarray) -> np.ndarray:
    """Bytes in UTF-8 of each UTF-16 code unit; a surrogate is half of four."""
    halves = (units >= 0xD800) & (units < 0xE000)
    return 1 + (units >= 0x80).astype(np.int64) + ((units >= 0x800) & ~halves)


_CP1252_SIZES = np.array(
    [len(bytes([code]).decode("cp1252", "replace").encode()) for code in range(256)], np.int64
)


def _decimal(body: np.ndarray, type: SqlType) -> pa.Array:
    """A sign and a magnitude as two's complement of 128 bits."""
    padded = np.zeros((len(body), 16), np.uint8)
    padded[:, : body.shape[1] - 1] = body[:, 1:]
    words = padded.view("<u8")
    negative = body[:, 0] == 0
    low = np.where(negative, ~words[:, 0] + np.uint64(1), words[:, 0])
    high = np.where(negative, ~words[:, 1] + (words[:, 0] == 0), words[:, 1])
    raw = np.stack([low, high], axis=1).astype("<u8").tobytes()
    return pa.Array.from_buffers(arrays.arrow_type(type), len(body), [None, pa.py_buffer(raw)])


def _whole(body: np.ndarray, start: int, width: int) -> np.ndarray:
    padded = np.zeros((len(body), 8), np.uint8)
    padded[:, :width] = body[:, start : start + width]
    return padded.view("<i8").reshape(-1)


def _number(body: np.ndarray, type: SqlType) -> pa.Array:
    dtype = np.dtype(arrays.arrow_type(type).to_pandas_dtype()).newbyteorder("<")
    return pa.array(np.ascontiguousarray(body).view(dtype).reshape(-1))


def _bit(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array(body[:, 0] != 0)


def _scaled(count: np.ndarray, type: SqlType) -> pa.Array:
    """Whole counts of ten-thousandths as decimals of the type."""
    words = np.stack([count, count >> 63], axis=1).astype("<i8")
    return pa.Array.from_buffers(
        arrays.arrow_type(type), len(count), [None, pa.py_buffer(words.tobytes())]
    )


def _money(body: np.ndarray, type: SqlType) -> pa.Array:
    if type.name == "smallmoney":
        return _scaled(np.ascontiguousarray(body).view("<i4").reshape(-1).astype(np.int64), type)
    eight = np.ascontiguousarray(body[:, [4, 5, 6, 7, 0, 1, 2, 3]])
    return _scaled(eight.view("<i8").reshape(-1), type)


def _date(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array((_whole(body, 0, 3) - arrays.DAYS_TO_1970).astype(np.int32)).cast(pa.date32())


def _time(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array(_whole(body, 0, body.shape[1]) * 10 ** (7 - type.scale))


def _moment(body: np.ndarray, scale: int) -> np.ndarray:
    width = types.time_bytes(scale)
    return _whole(body, width, 3) * TICKS_A_DAY + _whole(body, 0, width) * 10 ** (7 - scale)


def _datetime2(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array(_moment(body, type.scale))


def _offset(body: np.ndarray, type: SqlType) -> pa.Array:
    minutes = np.ascontiguousarray(body[:, -2:]).view("<i2").reshape(-1)
    parts = [pa.array(_moment(body, type.scale)), pa.array(minutes)]
    return pa.StructArray.from_arrays(parts, fields=list(arrays.OFFSET))


def _datetime(body: np.ndarray, type: SqlType) -> pa.Array:
    halves = np.ascontiguousarray(body).view("<i4" if body.shape[1] == 8 else "<u2").reshape(-1, 2)
    days = halves[:, 0].astype(np.int64) + arrays.DAYS_TO_1900
    count = halves[:, 1].astype(np.int64)
    if type.name == "smalldatetime":
        return pa.array(days * TICKS_A_DAY + count * 60 * arrays.TICKS_A_SECOND)
    return pa.array(days * TICKS_A_DAY + (count * 100_000 + 1) // 3)


def _guid(body: np.ndarray, type: SqlType) -> pa.Array:
    digits = np.ascontiguousarray(body[:, GUID_ORDER]).tobytes().hex().upper().encode()
    dashed = np.full((len(body), 36), ord("-"), np.uint8)
    dashed[:, _GUID_DIGITS] = np.frombuffer(digits, np.uint8).reshape(-1, 32)
    offsets = np.arange(0, 36 * len(body) + 1, 36, dtype=np.int64)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(dashed.tobytes())]
    return pa.Array.from_buffers(pa.large_string(), len(body), buffers)


_GUID_DIGITS = [at for at in range(36) if at not in {8, 13, 18, 23}]


_FIXED = {
    "bit": _bit,
    "decimal": _decimal,
    "numeric": _decimal,
    "money": _money,
    "smallmoney": _money,
    "date": _date,
    "time": _time,
    "datetime2": _datetime2,
    "datetimeoffset": _offset,
    "datetime": _datetime,
    "smalldatetime": _datetime,
    "uniqueidentifier": _guid,
}
