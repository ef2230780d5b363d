"""Rows to bytes, a column at a time ([MS-TDS] 2.2.5.5, 2.2.7.17, 2.2.7.22).

A column becomes pieces: so many bytes of each row, and all those bytes end to end. Laying the
pieces of a batch side by side is then one scatter for each piece, whatever the rows are.
A row with a NULL is an NBCROW, whose bitmap says so; its value then takes no byte at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from attrs import frozen

from . import arrays, tokens
from .arrays import TICKS_A_DAY
from .types import FIXED_BYTES, SqlType, decimal_bytes, time_bytes

Bytes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]

GUID_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]


@frozen(eq=False)
class Piece:
    """``lengths[row]`` bytes of each row; ``flat`` has them all, in order."""

    lengths: Counts
    flat: Bytes


def rows(batch: pa.RecordBatch, types: Sequence[SqlType]) -> bytes:
    """ROW or NBCROW tokens of a whole batch, whose columns have the types of ``arrays``."""
    pieces = [_heads(batch)]
    for column, type in zip(batch.columns, types, strict=True):
        pieces += column_pieces(column.cast(arrays.arrow_type(type)), type)
    return _side_by_side(pieces)


def value(type: SqlType, python: object) -> bytes:
    """One value as RETURNVALUE has it."""
    if python is None:
        if type.is_max:
            return b"\xff" * 8
        return b"\xff\xff" if _long_length(type) else b"\0"
    array = pa.array([python], arrays.arrow_type(type))
    return _side_by_side(column_pieces(array, type))


def _heads(batch: pa.RecordBatch) -> Piece:
    if not any(column.null_count for column in batch.columns):
        flat = np.full(batch.num_rows, tokens.ROW, np.uint8)
        return Piece(np.ones(batch.num_rows, np.int64), flat)
    nulls = np.stack([_nulls(column) for column in batch.columns], axis=1)
    bits = np.packbits(nulls, axis=1, bitorder="little")
    token = np.full((batch.num_rows, 1), tokens.NULLABLE_ROW, np.uint8)
    return _matrix(np.concatenate([token, bits], axis=1))


def _nulls(column: pa.Array) -> npt.NDArray[np.bool_]:
    if not column.null_count:
        return np.zeros(len(column), np.bool_)
    return cast("npt.NDArray[np.bool_]", column.is_null().to_numpy(zero_copy_only=False))


def _matrix(matrix: Bytes) -> Piece:
    """Every row has as many bytes."""
    count, width = matrix.shape
    return Piece(np.full(count, width, np.int64), np.ascontiguousarray(matrix).reshape(-1))


def _side_by_side(pieces: Sequence[Piece]) -> bytes:
    lengths = np.stack([piece.lengths for piece in pieces], axis=1)
    ends = np.cumsum(lengths.reshape(-1))
    starts = (ends - lengths.reshape(-1)).reshape(lengths.shape)
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    for number, piece in enumerate(pieces):
        _scatter(out, starts[:, number], piece)
    return out.tobytes()


def _scatter(out: Bytes, starts: Counts, piece: Piece) -> None:
    if not len(piece.flat):
        return
    width = piece.lengths[0] if len(piece.lengths) else 0
    if width and len(piece.flat) == width * len(starts) and (piece.lengths == width).all():
        out[starts[:, None] + np.arange(width)] = piece.flat.reshape(-1, width)
        return
    before = np.cumsum(piece.lengths) - piece.lengths
    out[np.repeat(starts - before, piece.lengths) + np.arange(len(piece.flat))] = piece.flat


def column_pieces(column: pa.Array, type: SqlType) -> list[Piece]:
    """What each row holds of this column; nothing where it is NULL."""
    present = ~_nulls(column)
    full = column if present.all() else column.drop_null()
    if _is_long(type):
        lengths, flat = _long_bytes(full, type)
        made = _partially_length_prefixed if type.is_max else _short_prefixed
        return [_spread(piece, present) for piece in made(lengths, flat)]
    body = _FIXED.get(type.name, _number)(full, type)
    length = np.full((len(body), 1), body.shape[1], np.uint8)
    return [_spread(_matrix(np.concatenate([length, body], axis=1)), present)]


def _spread(piece: Piece, present: npt.NDArray[np.bool_]) -> Piece:
    if present.all():
        return piece
    lengths = np.zeros(len(present), np.int64)
    lengths[present] = piece.lengths
    return Piece(lengths, piece.flat)


def _is_long(type: SqlType) -> bool:
    return type.name == "xml" or _long_length(type)


def _long_length(type: SqlType) -> bool:
    return (type.name != "uniqueidentifier" and pa.types.is_large_string(
        arrays.arrow_type(type)
    )) or pa.types.is_large_binary(arrays.arrow_type(type))  # fmt: skip


def _short_prefixed(lengths: Counts, flat: Bytes) -> list[Piece]:
    prefix = lengths.astype("<u2").view(np.uint8).reshape(-1, 2)
    return [_matrix(prefix), Piece(lengths, flat)]


def _partially_length_prefixed(lengths: Counts, flat: Bytes) -> list[Piece]:
    """PLP (2.2.5.2.3): the whole length, one chunk unless it is empty, and the end."""
    total = lengths.astype("<u8").view(np.uint8).reshape(-1, 8)
    some = lengths > 0
    chunk = lengths[some].astype("<u4").view(np.uint8)
    end = np.zeros((len(lengths), 4), np.uint8)
    return [
        _matrix(total),
        Piece(np.where(some, 4, 0).astype(np.int64), chunk),
        Piece(lengths, flat),
        _matrix(end),
    ]


def _long_bytes(column: pa.Array, type: SqlType) -> tuple[Counts, Bytes]:
    offsets, flat = _buffers(column)
    if type.name in {"binary", "varbinary", "rowversion"}:
        return np.diff(offsets), flat
    encoding = type.encoding
    if encoding == "utf-8":
        return np.diff(offsets), flat
    if not len(flat) or flat.max() < 0x80:
        if encoding == "cp1252":
            return np.diff(offsets), flat
        wide = np.zeros(2 * len(flat), np.uint8)
        wide[::2] = flat
        return 2 * np.diff(offsets), wide
    # A character begins at every byte that is no continuation; four bytes are two code units.
    units = ((flat & 0xC0) != 0x80).astype(np.int64)
    if encoding == "utf-16-le":
        units = 2 * (units + (flat >= 0xF0))
    before = np.concatenate([[0], np.cumsum(units)])
    text = flat.tobytes().decode().encode(encoding, errors="replace")
    return np.diff(before[offsets]), np.frombuffer(text, np.uint8)


def _buffers(column: pa.Array) -> tuple[Counts, Bytes]:
    """Offsets that begin at zero, and the bytes they cut; of texts and binaries."""
    _, offset_buffer, values = column.buffers()
    if not len(column):
        return np.zeros(1, np.int64), np.zeros(0, np.uint8)
    offsets = np.frombuffer(offset_buffer, np.int64)[
        column.offset : column.offset + len(column) + 1
    ]
    first, last = int(offsets[0]), int(offsets[-1])
    flat = np.frombuffer(values, np.uint8)[first:last] if values else np.zeros(0, np.uint8)
    return offsets - first, flat


def _number(column: pa.Array, type: SqlType) -> Bytes:
    values = column.to_numpy(zero_copy_only=False)
    width = FIXED_BYTES[type.name]
    return cast("Bytes", values.astype(values.dtype.newbyteorder("<")).view(np.uint8)).reshape(
        -1, width
    )


def _ticks(column: pa.Array) -> Counts:
    return cast("Counts", column.to_numpy(zero_copy_only=False)).astype(np.int64)


def _little(values: Counts, width: int) -> Bytes:
    return values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width]


def _words(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Each decimal as its low and its high 64 bits."""
    raw = np.frombuffer(column.buffers()[1], np.uint64) if len(column) else np.zeros(0, np.uint64)
    return raw[2 * column.offset : 2 * (column.offset + len(column))].reshape(-1, 2)


def _decimal(column: pa.Array, type: SqlType) -> Bytes:
    words = _words(column)
    low, high = words[:, 0], words[:, 1]
    negative = high >> np.uint64(63) == 1
    magnitude = np.stack(
        [
            np.where(negative, ~low + np.uint64(1), low),
            np.where(negative, ~high + (low == 0), high),
        ],
        axis=1,
    )
    sign = np.where(negative, 0, 1).astype(np.uint8)[:, None]
    body = magnitude.view(np.uint8).reshape(-1, 16)[:, : decimal_bytes(type.precision)]
    return np.concatenate([sign, body], axis=1)


def _money(column: pa.Array, type: SqlType) -> Bytes:
    """Eight bytes, the higher four first (2.2.5.5.1.2)."""
    low = _words(column)[:, 0]
    eight = np.ascontiguousarray(low).view(np.uint8).reshape(-1, 8)
    return eight[:, [4, 5, 6, 7, 0, 1, 2, 3]] if type.name == "money" else eight[:, :4]


def _date(column: pa.Array, type: SqlType) -> Bytes:
    return _little(_ticks(column.cast(pa.int32())) + arrays.DAYS_TO_1970, 3)


def _time(column: pa.Array, type: SqlType) -> Bytes:
    return _little(_ticks(column) // 10 ** (7 - type.scale), time_bytes(type.scale))


def _moment(ticks: Counts, scale: int) -> Bytes:
    time = _little(ticks % TICKS_A_DAY // 10 ** (7 - scale), time_bytes(scale))
    return np.concatenate([time, _little(ticks // TICKS_A_DAY, 3)], axis=1)


def _datetime2(column: pa.Array, type: SqlType) -> Bytes:
    return _moment(_ticks(column), type.scale)


def _offset(column: pa.Array, type: SqlType) -> Bytes:
    moment = _moment(_ticks(column.field("t")), type.scale)
    return np.concatenate([moment, _little(_ticks(column.field("o")), 2)], axis=1)


def _datetime(column: pa.Array, type: SqlType) -> Bytes:
    """Days since 1900 and three-hundredths of a second (2.2.5.5.1.3)."""
    ticks = _ticks(column)
    days = ticks // TICKS_A_DAY - arrays.DAYS_TO_1900
    parts = (ticks % TICKS_A_DAY * 3 + 50_000) // 100_000
    return np.concatenate([_little(days, 4), _little(parts, 4)], axis=1)


def _smalldatetime(column: pa.Array, type: SqlType) -> Bytes:
    ticks = _ticks(column)
    days = ticks // TICKS_A_DAY - arrays.DAYS_TO_1900
    minutes = ticks % TICKS_A_DAY // (60 * arrays.TICKS_A_SECOND)
    return np.concatenate([_little(days, 2), _little(minutes, 2)], axis=1)


def _guid(column: pa.Array, type: SqlType) -> Bytes:
    raw = bytes.fromhex("".join(column.to_pylist()).replace("-", ""))
    return np.frombuffer(raw, np.uint8).reshape(-1, 16)[:, GUID_ORDER]


def _bit(column: pa.Array, type: SqlType) -> Bytes:
    values = column.to_numpy(zero_copy_only=False)
    return cast("Bytes", values.astype(np.uint8).reshape(-1, 1))


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
    "smalldatetime": _smalldatetime,
    "uniqueidentifier": _guid,
}
