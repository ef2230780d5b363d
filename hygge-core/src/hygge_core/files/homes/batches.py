"""Frames of any size as batches of a size."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from hygge_core.scene import Cancel

#: A batch is full at about this many bytes, however few rows it has.
BATCH_BYTES = 64 << 20


def regrouped(frames: Iterator[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in batches of ``rows``, or of ``BATCH_BYTES`` where that is fewer.

    A frame that is larger by itself is cut at ``rows`` only.
    """
    held: list[pl.DataFrame] = []
    count = size = 0
    for frame in frames:
        added = int(frame.estimated_size())
        if count and size + added > BATCH_BYTES:
            yield pl.concat(held)
            held, count, size = [], 0, 0
        held.append(frame)
        count, size = count + frame.height, size + added
        if count >= rows:
            *full, rest = pl.concat(held).iter_slices(rows)
            if rest.height == rows:
                full.append(rest)
                rest = rest.clear()
            yield from full
            held, count, size = [rest], rest.height, int(rest.estimated_size())
    if count:
        yield pl.concat(held)


def heeding(frames: Iterator[pl.DataFrame], cancel: Cancel) -> Iterator[pl.DataFrame]:
    """The same frames, while nobody asks to stop. Raises ``Cancelled``."""
    for frame in frames:
        cancel.check()
        yield frame
