"""Frames of any size as batches of a size."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

#: A batch is full at this many bytes, however few rows it has.
BATCH_BYTES = 64 << 20


def regrouped(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in batches of ``rows``, or of ``BATCH_BYTES`` where that is fewer."""
    held: list[pl.DataFrame] = []
    count = size = 0
    for frame in frames:
        held.append(frame)
        count += frame.height
        size += int(frame.estimated_size())
        if count < rows and size < BATCH_BYTES:
            continue
        *full, rest = pl.concat(held).iter_slices(rows)
        if rest.height == rows or size >= BATCH_BYTES:
            full.append(rest)
            rest = rest.clear()
        yield from full
        held, count, size = [rest], rest.height, 0
    if count:
        yield pl.concat(held)


def limited(frames: Iterator[pl.DataFrame], limit: int | None) -> Iterator[pl.DataFrame]:
    """The first ``limit`` rows; nothing is read beyond them."""
    left = limit
    for frame in frames:
        if left is None:
            yield frame
            continue
        yield frame.head(left)
        left -= frame.height
        if left <= 0:
            return
