"""What Parquet files tell without their rows being read: footers."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from hygge_core.records import Mark, Span
from hygge_core.watermark import mark_at
from hygge_core.watermark.marks import count, point

_MAGIC = b"PAR1"
_TAIL_BYTES = 4 + len(_MAGIC)  # the footer's length, and the magic word
_UNITS = {"ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}


@frozen(eq=False)
class Footer:
    """``schema`` as Polars reads it; ``groups``: rows and bytes in memory, about, of each row
    group; ``thrift`` is all that pyarrow knows of it."""

    schema: pl.Schema
    groups: tuple[tuple[int, int], ...]
    thrift: pq.FileMetaData

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.groups)


@frozen
class Layout:
    """How a file is written: ``codecs`` of its column chunks, ``marks`` (the keys of its key-value
    metadata), and how many bytes at its end are its footer."""

    codecs: frozenset[str]
    marks: frozenset[str]
    footer_bytes: int


def footer_of(path: Path) -> Footer:
    """Raises what polars and pyarrow raise for a file that is no Parquet, or is encrypted."""
    found = _metadata(path)
    groups = (found.row_group(number) for number in range(found.num_row_groups))
    footer = Footer(
        pl.scan_parquet(path, glob=False, hive_partitioning=False).collect_schema(),
        tuple((group.num_rows, group.total_byte_size) for group in groups),
        found,
    )
    if footer.rows != found.num_rows:
        raise pa.ArrowInvalid(
            f"the footer tells of {found.num_rows:,} rows, its row groups of {footer.rows:,}"
        )
    return footer


class Footers:
    """Footers that were read, for those who ask again while a file is the same: one visit's.

    Keeps ``limit`` bytes of them at most, as they are in their files.
    """

    def __init__(self, limit: int = 32 << 20) -> None:
        self._left = limit
        self._known: dict[tuple[object, ...], Footer] = {}

    def of(self, path: Path) -> Footer:
        """``footer_of`` it, as it is now."""
        seen = path.stat()
        key = (str(path), seen.st_ino, seen.st_size, seen.st_mtime_ns)
        known = self._known.get(key)
        if known is None:
            known = footer_of(path)
            if known.thrift.serialized_size <= self._left:
                self._left -= known.thrift.serialized_size
                self._known[key] = known
        return known


def layout_of(footer: Footer, size: int) -> Layout:
    """Of a file of ``size`` bytes. Raises ``pa.ArrowInvalid`` where a column is beyond its end."""
    found = footer.thrift
    footer_bytes = found.serialized_size + _TAIL_BYTES
    ends = size - footer_bytes
    chunks = [
        group.column(at)
        for group in (found.row_group(number) for number in range(found.num_row_groups))
        for at in range(group.num_columns)
    ]
    for chunk in chunks:
        start, stop = range_of(chunk)
        # Where there are no values, writers tell of pages that they never wrote.
        if chunk.num_values and (start < len(_MAGIC) or stop > ends):
            raise pa.ArrowInvalid(f"the column {chunk.path_in_schema} lies beyond the file's end")
    codecs = frozenset(chunk.compression.lower() for chunk in chunks)
    marks = frozenset(key.decode(errors="replace") for key in found.metadata or ())
    return Layout(codecs, marks, footer_bytes)


def range_of(chunk: pq.ColumnChunkMetaData) -> tuple[int, int]:
    """Where a column chunk starts in its file, and where it ends."""
    start = chunk.data_page_offset
    if chunk.has_dictionary_page and chunk.dictionary_page_offset is not None:
        start = min(start, chunk.dictionary_page_offset)
    return start, start + chunk.total_compressed_size


def span_in(footer: Footer, column: str) -> Span:
    """Where a column's values lie, by the footer's statistics.

    Raises ``LookupError`` where they are missing, or not exact: only those of signed integers,
    dates and datetimes are; texts are cut short in them, and floats may hide NaN.
    """
    known = list(extents(footer, column))
    lows = [low for low, _, _ in known if low is not None]
    highs = [high for _, high, _ in known if high is not None]
    dtype = footer.schema[column]
    return Span(
        lowest=mark_at(min(lows), dtype) if lows else None,
        highest=mark_at(max(highs), dtype) if highs else None,
        unusable=sum(nulls for _, _, nulls in known),
    )


def groups_at(footer: Footer, column: str, mark: Mark) -> list[int]:
    """The numbers of the row groups that may have rows at ``mark``.

    Raises ``LookupError`` where the statistics do not say.
    """
    at = count(point(mark), footer.schema[column])
    return [
        number
        for number, (low, high, _) in enumerate(extents(footer, column))
        if low is not None and high is not None and low <= at <= high
    ]


def extents(footer: Footer, column: str) -> Iterator[tuple[int | None, int | None, int]]:
    """The lowest value of each row group, its highest, and how many are NULL.

    Values are physical ones of the column. Raises ``LookupError`` as ``span_in`` does.
    """
    dtype = footer.schema[column]
    if not (dtype.is_signed_integer() or isinstance(dtype, pl.Date | pl.Datetime)):
        raise LookupError(f"statistics of {dtype} are not exact")
    for known, values in _statistics(footer.thrift, column, dtype):
        if known.null_count < values:
            yield int(known.min_raw), int(known.max_raw), known.null_count
        else:
            yield None, None, known.null_count


def _statistics(
    found: pq.FileMetaData, column: str, dtype: pl.DataType
) -> Iterator[tuple[Any, int]]:
    """The statistics of each row group, and how many values it has."""
    names = [found.schema.column(at).path for at in range(found.num_columns)]
    if names.count(column) != 1:
        raise LookupError(f"no single column {column!r}")
    place = names.index(column)
    if not _counts_alike(found.schema.column(place), dtype):
        raise LookupError(f"{column!r} is counted in other units than its rows")
    for number in range(found.num_row_groups):
        chunk = found.row_group(number).column(place)
        known = chunk.statistics
        if known is None or not known.has_null_count:
            raise LookupError(f"no statistics of {column!r}")
        if known.null_count < chunk.num_values and not known.has_min_max:
            raise LookupError(f"no bounds of {column!r}")
        yield known, chunk.num_values


def _counts_alike(column: pq.ColumnSchema, dtype: pl.DataType) -> bool:
    """Whether a raw statistic is the physical value of a row as Polars reads it."""
    if column.physical_type not in ("INT32", "INT64"):
        return False
    logical = json.loads(column.logical_type.to_json())
    if isinstance(dtype, pl.Datetime):
        return bool(logical.get("timeUnit") == _UNITS[dtype.time_unit])
    if isinstance(dtype, pl.Date):
        return bool(logical.get("Type") == "Date")
    return logical.get("Type") in ("Int", "None")


def _metadata(path: Path) -> pq.FileMetaData:
    """The footer; asked for an encrypted column's, pyarrow would end the process."""
    found = pq.read_metadata(path)
    with path.open("rb") as file:
        file.seek(-_TAIL_BYTES, os.SEEK_END)
        length = int.from_bytes(file.read(4), "little")
    if length != found.serialized_size:
        raise pa.ArrowInvalid("it has encrypted columns, and their keys are not known here")
    return found
