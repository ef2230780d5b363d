"""Parquet files of a lake: only the columns and row groups that are wanted travel.

They are fetched into a sparse file of this host, at the places where they are in the lake's file;
from there the code of the local home reads them, with the same types and the same checks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import polars as pl
from attrs import frozen
from pyarrow.parquet import ColumnChunkMetaData

from hygge_adls.place import LakeSource
from hygge_core.files.elsewhere import (
    BATCH_BYTES,
    Footer,
    ParquetFormat,
    Portion,
    Source,
    extents,
    footer_of,
    range_of,
    within_reach,
)
from hygge_core.records import Range
from hygge_core.watermark import compare, mark_at

_GAP_BYTES = 32 << 10
#: So many bytes of row groups, decoded, are read at once; Polars decodes whole row groups.
_SCAN_BYTES = 128 << 20


@frozen
class _Group:
    """A run of rows of the file: ``offset``, ``rows``, and the ``ranges`` of bytes they are in."""

    offset: int
    rows: int
    bytes: int
    ranges: tuple[tuple[int, int], ...]


class LakeParquetFormat(ParquetFormat):
    """Reads Parquet files by ranges; footers as the local format does."""

    def frames(self, source: Source, portion: Portion) -> Iterator[pl.DataFrame]:
        assert isinstance(source, LakeSource)  # a LakePlace gives no others
        with source.sparse() as copy:
            footer = footer_of(copy.path)
            # A file with none of the columns still has rows, so one column is read to count them.
            names = [n for n in portion.schema if n in footer.schema] or footer.schema.names()[:1]
            rows = _batch_rows(footer, portion.batch_rows)
            groups = _groups(footer, names, portion.range)
            for some in _gathered(groups):
                for start, stop in _joined(each for group in some for each in group.ranges):
                    copy.fetch(start, stop)
                scan = pl.scan_parquet(copy.path, glob=False, hive_partitioning=False)
                part = scan.slice(some[0].offset, sum(group.rows for group in some))
                frames = part.select(names).collect_batches(
                    chunk_size=rows, lazy=True, maintain_order=True, engine="streaming"
                )
                yield from within_reach(frames, footer, names, source.name)


def _batch_rows(footer: Footer, wanted: int) -> int:
    """Fewer rows than wanted where they are so large that a batch would not fit in its bytes."""
    each = sum(size for _, size in footer.groups) / max(footer.rows, 1)
    return max(1, min(wanted, round(BATCH_BYTES / each) if each else wanted))


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same ranges in order; a small gap between two costs less than another request."""
    held: tuple[int, int] | None = None
    for start, stop in sorted(ranges):
        if held is not None and start <= held[1] + _GAP_BYTES:
            held = held[0], max(held[1], stop)
            continue
        if held is not None:
            yield held
        held = start, stop
    if held is not None:
        yield held


def _groups(footer: Footer, names: Sequence[str], asked: Range | None) -> Iterator[_Group]:
    """The row groups that can have rows of the range."""
    past = _past(footer, asked)
    offset = 0
    for number in range(footer.thrift.num_row_groups):
        group = footer.thrift.row_group(number)
        if number not in past:
            chunks = (group.column(at) for at in range(group.num_columns))
            ranges = tuple(range_of(each) for each in chunks if _is_of(each, names))
            yield _Group(offset, group.num_rows, group.total_byte_size, ranges)
        offset += group.num_rows


def _is_of(chunk: ColumnChunkMetaData, names: Sequence[str]) -> bool:
    """Whether it belongs to one of these columns; rather one too many, since names have dots."""
    path = chunk.path_in_schema
    return any(path == name or path.startswith(f"{name}.") for name in names)


def _past(footer: Footer, asked: Range | None) -> Collection[int]:
    """The row groups of which exact statistics say that all is too old, and nothing is NULL."""
    if asked is None or asked.low is None or asked.column not in footer.schema:
        return ()
    dtype, low = footer.schema[asked.column], asked.low
    try:
        known = list(extents(footer, asked.column))
    except LookupError:
        return ()
    return [
        number
        for number, (_, highest, nulls) in enumerate(known)
        if highest is not None and not nulls and compare(mark_at(highest, dtype), low) < 0
    ]


def _gathered(groups: Iterator[_Group]) -> Iterator[list[_Group]]:
    """Neighbours together, as many as are read at once."""
    held: list[_Group] = []
    for group in groups:
        apart = held and held[-1].offset + held[-1].rows != group.offset
        if held and (apart or sum(each.bytes for each in held) + group.bytes > _SCAN_BYTES):
            yield held
            held = []
        held.append(group)
    if held:
        yield held
