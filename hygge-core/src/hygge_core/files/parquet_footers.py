"""What Parquet files tell without their rows being read: footers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from attrs import frozen

from hygge_core.records import Mark
from hygge_core.watermark import compare, mark_of


@frozen
class Footer:
    """``groups``: rows and bytes in memory, about, of each row group."""

    schema: pl.Schema
    groups: tuple[tuple[int, int], ...]

    @property
    def rows(self) -> int:
        return sum(rows for rows, _ in self.groups)


def footer_of(path: Path) -> Footer:
    """Raises what polars and pyarrow raise for a file that is no Parquet."""
    found = pq.read_metadata(path)
    groups = (found.row_group(number) for number in range(found.num_row_groups))
    footer = Footer(
        pl.scan_parquet(path, glob=False, hive_partitioning=False).collect_schema(),
        tuple((group.num_rows, group.total_byte_size) for group in groups),
    )
    if footer.rows != found.num_rows:
        raise pa.ArrowInvalid(
            f"the footer tells of {found.num_rows:,} rows, its row groups of {footer.rows:,}"
        )
    return footer


def highest_in(path: Path, column: str, dtype: pl.DataType) -> Mark | None:
    """The highest value of a column, by the footer's statistics; ``None``: there is no row.

    Raises ``LookupError`` where they are missing, or not exact: only those of signed integers,
    dates and datetimes are; texts are cut short in them, and floats may hide NaN.
    """
    if not (dtype.is_signed_integer() or isinstance(dtype, pl.Date | pl.Datetime)):
        raise LookupError(f"statistics of {dtype} are not exact")
    top: Mark | None = None
    for at in _tops(path, column):
        mark = mark_of(at, dtype)
        top = mark if top is None or compare(mark, top) > 0 else top
    return top


def _tops(path: Path, column: str) -> Iterator[int]:
    found = pq.read_metadata(path)
    place = found.schema.names.index(column) if column in found.schema.names else -1
    for number in range(found.num_row_groups if place >= 0 else 0):
        chunk = found.row_group(number).column(place)
        known = chunk.statistics
        if known is not None and known.null_count == chunk.num_values:
            continue
        if known is None or not (known.has_min_max and chunk.physical_type in ("INT32", "INT64")):
            raise LookupError(f"{path} has no exact statistics of {column!r}")
        yield int(known.max_raw)
