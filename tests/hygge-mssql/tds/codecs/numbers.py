"""Numbers on the wire ([MS-TDS] 2.2.5.5.1): little-endian, and signs of their own."""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from .. import arrays
from ..pieces import Bytes
from ..types import FIXED_BYTES, SqlType, decimal_bytes


def write_number(column: pa.Array, type: SqlType) -> Bytes:
    values = column.to_numpy(zero_copy_only=False)
    width = FIXED_BYTES[type.name]
    return cast("Bytes", values.astype(values.dtype.newbyteorder("<")).view(np.uint8)).reshape(
        -1, width
    )


def read_number(body: np.ndarray, type: SqlType) -> pa.Array:
    dtype = np.dtype(arrays.arrow_type(type).to_pandas_dtype()).newbyteorder("<")
    return pa.array(np.ascontiguousarray(body).view(dtype).reshape(-1))


def write_bit(column: pa.Array, type: SqlType) -> Bytes:
    values = column.to_numpy(zero_copy_only=False)
    return cast("Bytes", values.astype(np.uint8).reshape(-1, 1))


def read_bit(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array(body[:, 0] != 0)


def write_decimal(column: pa.Array, type: SqlType) -> Bytes:
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


def read_decimal(body: np.ndarray, type: SqlType) -> pa.Array:
    """A sign and a magnitude as two's complement of 128 bits."""
    padded = np.zeros((len(body), 16), np.uint8)
    padded[:, : body.shape[1] - 1] = body[:, 1:]
    words = padded.view("<u8")
    negative = body[:, 0] == 0
    low = np.where(negative, ~words[:, 0] + np.uint64(1), words[:, 0])
    high = np.where(negative, ~words[:, 1] + (words[:, 0] == 0), words[:, 1])
    raw = np.stack([low, high], axis=1).astype("<u8").tobytes()
    return pa.Array.from_buffers(arrays.arrow_type(type), len(body), [None, pa.py_buffer(raw)])


def write_money(column: pa.Array, type: SqlType) -> Bytes:
    """Eight bytes, the higher four first (2.2.5.5.1.2)."""
    low = _words(column)[:, 0]
    eight = np.ascontiguousarray(low).view(np.uint8).reshape(-1, 8)
    return eight[:, [4, 5, 6, 7, 0, 1, 2, 3]] if type.name == "money" else eight[:, :4]


def read_money(body: np.ndarray, type: SqlType) -> pa.Array:
    if type.name == "smallmoney":
        return _scaled(np.ascontiguousarray(body).view("<i4").reshape(-1).astype(np.int64), type)
    eight = np.ascontiguousarray(body[:, [4, 5, 6, 7, 0, 1, 2, 3]])
    return _scaled(eight.view("<i8").reshape(-1), type)


def _words(column: pa.Array) -> npt.NDArray[np.uint64]:
    """Each decimal as its low and its high 64 bits."""
    raw = np.frombuffer(column.buffers()[1], np.uint64) if len(column) else np.zeros(0, np.uint64)
    return raw[2 * column.offset : 2 * (column.offset + len(column))].reshape(-1, 2)


def _scaled(count: np.ndarray, type: SqlType) -> pa.Array:
    """Whole counts of ten-thousandths as decimals of the type."""
    words = np.stack([count, count >> 63], axis=1).astype("<i8")
    return pa.Array.from_buffers(
        arrays.arrow_type(type), len(count), [None, pa.py_buffer(words.tobytes())]
    )
