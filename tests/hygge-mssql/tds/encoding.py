"""Rows to bytes, a column at a time ([MS-TDS] 2.2.5.5, 2.2.7.17, 2.2.7.22).

A row with a NULL is an NBCROW, whose bitmap says so; its value then takes no byte at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from . import arrays, codecs, tokens
from .codecs import texts
from .pieces import Bytes, Counts, Piece, matrix, side_by_side, spread
from .types import SqlType


def rows(batch: pa.RecordBatch, types: Sequence[SqlType]) -> bytes:
    """ROW or NBCROW tokens of a whole batch, whose columns have the types of ``arrays``."""
    pieces = [_heads(batch)]
    for column, type in zip(batch.columns, types, strict=True):
        pieces += column_pieces(column.cast(arrays.arrow_type(type)), type)
    return side_by_side(pieces)


def value(type: SqlType, python: object) -> bytes:
    """One value as RETURNVALUE has it."""
    if python is None:
        if type.is_max:
            return b"\xff" * 8
        return b"\xff\xff" if _long_length(type) else b"\0"
    array = pa.array([python], arrays.arrow_type(type))
    return side_by_side(column_pieces(array, type))


def _heads(batch: pa.RecordBatch) -> Piece:
    if not any(column.null_count for column in batch.columns):
        flat = np.full(batch.num_rows, tokens.ROW, np.uint8)
        return Piece(np.ones(batch.num_rows, np.int64), flat)
    nulls = np.stack([_nulls(column) for column in batch.columns], axis=1)
    bits = np.packbits(nulls, axis=1, bitorder="little")
    token = np.full((batch.num_rows, 1), tokens.NULLABLE_ROW, np.uint8)
    return matrix(np.concatenate([token, bits], axis=1))


def _nulls(column: pa.Array) -> npt.NDArray[np.bool_]:
    if not column.null_count:
        return np.zeros(len(column), np.bool_)
    return cast("npt.NDArray[np.bool_]", column.is_null().to_numpy(zero_copy_only=False))


def column_pieces(column: pa.Array, type: SqlType) -> list[Piece]:
    """What each row holds of this column; nothing where it is NULL."""
    present = ~_nulls(column)
    full = column if present.all() else column.drop_null()
    if _is_long(type):
        lengths, flat = texts.write(full, type)
        made = _partially_length_prefixed if type.is_max else _short_prefixed
        return [spread(piece, present) for piece in made(lengths, flat)]
    body = codecs.fixed(type).write(full, type)
    length = np.full((len(body), 1), body.shape[1], np.uint8)
    return [spread(matrix(np.concatenate([length, body], axis=1)), present)]


def _is_long(type: SqlType) -> bool:
    return type.name == "xml" or _long_length(type)


def _long_length(type: SqlType) -> bool:
    return (type.name != "uniqueidentifier" and pa.types.is_large_string(
        arrays.arrow_type(type)
    )) or pa.types.is_large_binary(arrays.arrow_type(type))  # fmt: skip


def _short_prefixed(lengths: Counts, flat: Bytes) -> list[Piece]:
    prefix = lengths.astype("<u2").view(np.uint8).reshape(-1, 2)
    return [matrix(prefix), Piece(lengths, flat)]


def _partially_length_prefixed(lengths: Counts, flat: Bytes) -> list[Piece]:
    """PLP (2.2.5.2.3): the whole length, one chunk unless it is empty, and the end."""
    total = lengths.astype("<u8").view(np.uint8).reshape(-1, 8)
    some = lengths > 0
    chunk = lengths[some].astype("<u4").view(np.uint8)
    end = np.zeros((len(lengths), 4), np.uint8)
    return [
        matrix(total),
        Piece(np.where(some, 4, 0).astype(np.int64), chunk),
        Piece(lengths, flat),
        matrix(end),
    ]
