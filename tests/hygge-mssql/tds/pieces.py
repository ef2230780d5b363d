"""Rows laid out from columns.

A column becomes pieces: so many bytes of each row, and all those bytes end to end. Laying the
pieces of a batch side by side is then one scatter for each piece, whatever the rows are.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from attrs import frozen

Bytes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]


@frozen(eq=False)
class Piece:
    """``lengths[row]`` bytes of each row; ``flat`` has them all, in order."""

    lengths: Counts
    flat: Bytes


def matrix(lines: Bytes) -> Piece:
    """Every row has as many bytes: those of its line."""
    count, width = lines.shape
    return Piece(np.full(count, width, np.int64), np.ascontiguousarray(lines).reshape(-1))


def spread(piece: Piece, present: npt.NDArray[np.bool_]) -> Piece:
    if present.all():
        return piece
    lengths = np.zeros(len(present), np.int64)
    lengths[present] = piece.lengths
    return Piece(lengths, piece.flat)


def side_by_side(pieces: Sequence[Piece]) -> bytes:
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
