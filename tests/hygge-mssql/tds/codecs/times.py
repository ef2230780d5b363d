"""Dates and times on the wire ([MS-TDS] 2.2.5.5.1.3, 2.2.5.5.1.8): days, and what passed of one."""

from __future__ import annotations

from typing import cast

import numpy as np
import pyarrow as pa

from .. import arrays
from ..arrays import TICKS_A_DAY
from ..pieces import Bytes, Counts
from ..types import SqlType, time_bytes


def write_date(column: pa.Array, type: SqlType) -> Bytes:
    return _little(_ticks(column.cast(pa.int32())) + arrays.DAYS_TO_1970, 3)


def read_date(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array((_whole(body, 0, 3) - arrays.DAYS_TO_1970).astype(np.int32)).cast(pa.date32())


def write_time(column: pa.Array, type: SqlType) -> Bytes:
    return _little(_ticks(column) // 10 ** (7 - type.scale), time_bytes(type.scale))


def read_time(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array(_whole(body, 0, body.shape[1]) * 10 ** (7 - type.scale))


def write_datetime2(column: pa.Array, type: SqlType) -> Bytes:
    return _written(_ticks(column), type.scale)


def read_datetime2(body: np.ndarray, type: SqlType) -> pa.Array:
    return pa.array(_read(body, type.scale))


def write_offset(column: pa.Array, type: SqlType) -> Bytes:
    moment = _written(_ticks(column.field("t")), type.scale)
    return np.concatenate([moment, _little(_ticks(column.field("o")), 2)], axis=1)


def read_offset(body: np.ndarray, type: SqlType) -> pa.Array:
    minutes = np.ascontiguousarray(body[:, -2:]).view("<i2").reshape(-1)
    parts = [pa.array(_read(body, type.scale)), pa.array(minutes)]
    return pa.StructArray.from_arrays(parts, fields=list(arrays.OFFSET))


def write_datetime(column: pa.Array, type: SqlType) -> Bytes:
    """Days since 1900 and three-hundredths of a second (2.2.5.5.1.3)."""
    ticks = _ticks(column)
    days = ticks // TICKS_A_DAY - arrays.DAYS_TO_1900
    parts = (ticks % TICKS_A_DAY * 3 + 50_000) // 100_000
    return np.concatenate([_little(days, 4), _little(parts, 4)], axis=1)


def write_smalldatetime(column: pa.Array, type: SqlType) -> Bytes:
    ticks = _ticks(column)
    days = ticks // TICKS_A_DAY - arrays.DAYS_TO_1900
    minutes = ticks % TICKS_A_DAY // (60 * arrays.TICKS_A_SECOND)
    return np.concatenate([_little(days, 2), _little(minutes, 2)], axis=1)


def read_datetime(body: np.ndarray, type: SqlType) -> pa.Array:
    halves = np.ascontiguousarray(body).view("<i4" if body.shape[1] == 8 else "<u2").reshape(-1, 2)
    days = halves[:, 0].astype(np.int64) + arrays.DAYS_TO_1900
    count = halves[:, 1].astype(np.int64)
    if type.name == "smalldatetime":
        return pa.array(days * TICKS_A_DAY + count * 60 * arrays.TICKS_A_SECOND)
    return pa.array(days * TICKS_A_DAY + (count * 100_000 + 1) // 3)


def _written(ticks: Counts, scale: int) -> Bytes:
    time = _little(ticks % TICKS_A_DAY // 10 ** (7 - scale), time_bytes(scale))
    return np.concatenate([time, _little(ticks // TICKS_A_DAY, 3)], axis=1)


def _read(body: np.ndarray, scale: int) -> np.ndarray:
    width = time_bytes(scale)
    return _whole(body, width, 3) * TICKS_A_DAY + _whole(body, 0, width) * 10 ** (7 - scale)


def _ticks(column: pa.Array) -> Counts:
    return cast("Counts", column.to_numpy(zero_copy_only=False)).astype(np.int64)


def _little(values: Counts, width: int) -> Bytes:
    return values.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width]


def _whole(body: np.ndarray, start: int, width: int) -> np.ndarray:
    padded = np.zeros((len(body), 8), np.uint8)
    padded[:, :width] = body[:, start : start + width]
    return padded.view("<i8").reshape(-1)
