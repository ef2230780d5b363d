"""Texts and binaries on the wire: their code units, all of a column in one go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from ..pieces import Bytes, Counts
from ..types import BYTES, SqlType


def write(column: pa.Array, type: SqlType) -> tuple[Counts, Bytes]:
    offsets, flat = _cut(column)
    if type.name in BYTES:
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


def _cut(column: pa.Array) -> tuple[Counts, Bytes]:
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


def read(some: Sequence[bytes], encoding: str) -> pa.Array:
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
