"""Parquet files of a lake: only the columns and row groups that are wanted travel.

They are fetched into a sparse file of this host, at the places where they are in the lake's file;
from there the code of the local home reads them, with the same types and the same checks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
from attrs import frozen

from hygge_adls.place import LakeSource
from hygge_core.files.elsewhere import (
    BATCH_BYTES,
    Footer,
    ParquetFormat,
    Portion,
    Source,
    footer_of,
    within_reach,
)
from hygge_core.records import Range
from hygge_core.watermark import compare, mark_of

_EXACT = ("INT32", "INT64")
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
            groups = _groups(copy.path, names, portion.range, footer.schema)
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


def _groups(
    path: Path, names: Sequence[str], asked: Range | None, schema: pl.Schema
) -> Iterator[_Group]:
    """The row groups that can have rows of the range."""
    found = pq.read_metadata(path)
    offset = 0
    for number in range(found.num_row_groups):
        group = found.row_group(number)
        chunks = [group.column(at) for at in range(group.num_columns)]
        if asked is None or _may_have(chunks, asked, schema):
            wanted = [each for each in chunks if _is_of(each, names)]
            ranges = tuple(_range(each) for each in wanted)
            yield _Group(offset, group.num_rows, group.total_byte_size, ranges)
        offset += group.num_rows


def _is_of(chunk: pq.ColumnChunkMetaData, names: Sequence[str]) -> bool:
    """Whether it belongs to one of these columns; rather one too many, since names have dots."""
    path = chunk.path_in_schema
    return any(path == name or path.startswith(f"{name}.") for name in names)


def _range(chunk: pq.ColumnChunkMetaData) -> tuple[int, int]:
    first = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset is not None:
        first = min(first, chunk.dictionary_page_offset)
    return first, first + chunk.total_compressed_size


def _may_have(chunks: Sequence[pq.ColumnChunkMetaData], asked: Range, schema: pl.Schema) -> bool:
    """False only where exact statistics say that every value is too old, and none is NULL."""
    dtype = schema.get(asked.column)
    found = [each for each in chunks if each.path_in_schema == asked.column]
    # Two are a column named "a.b", and the field b of a column a.
    if asked.low is None or dtype is None or len(found) != 1:
        return True
    chunk = found[0]
    known = chunk.statistics
    exact = dtype.is_signed_integer() or isinstance(dtype, pl.Date | pl.Datetime)
    if not exact or known is None or not known.has_min_max or chunk.physical_type not in _EXACT:
        return True
    if not known.has_null_count or known.null_count:
        return True
    top = mark_of(int(known.max_raw), dtype)
    return top is None or compare(top, asked.low) >= 0


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
