"""uniqueidentifier on the wire ([MS-TDS] 2.2.5.5.1.10): sixteen bytes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from ..pieces import Bytes
from ..types import SqlType

# The first three groups are numbers, and little-endian.
_ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
_DIGITS = [at for at in range(36) if at not in {8, 13, 18, 23}]


def write_guid(column: pa.Array, type: SqlType) -> Bytes:
    raw = bytes.fromhex("".join(column.to_pylist()).replace("-", ""))
    return np.frombuffer(raw, np.uint8).reshape(-1, 16)[:, _ORDER]


def read_guid(body: np.ndarray, type: SqlType) -> pa.Array:
    digits = np.ascontiguousarray(body[:, _ORDER]).tobytes().hex().upper().encode()
    dashed = np.full((len(body), 36), ord("-"), np.uint8)
    dashed[:, _DIGITS] = np.frombuffer(digits, np.uint8).reshape(-1, 32)
    offsets = np.arange(0, 36 * len(body) + 1, 36, dtype=np.int64)
    buffers = [None, pa.py_buffer(offsets.tobytes()), pa.py_buffer(dashed.tobytes())]
    return pa.Array.from_buffers(pa.large_string(), len(body), buffers)
