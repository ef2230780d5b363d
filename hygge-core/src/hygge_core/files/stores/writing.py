"""Frames into files, written by Polars itself; each returns the rows that the file tells of.

The count never comes from the frame: a Parquet file's footer says it, and a text file is counted
again, record by record.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.files.stores.values import for_csv, plain, refuse_not_json, told_by_minutes
from hygge_core.files.text.overrides import toml_line
from hygge_core.types.nested import within

if TYPE_CHECKING:
    import pyarrow as pa

    from hygge_core.files.settings.stores import CsvWriting, ParquetWriting

#: Measured: a third less CPU than Polars' own default of 3, for 3.5 % more bytes.
ZSTD_LEVEL = 1
#: Row groups that are cut for their bytes have about so many in memory.
_GROUP_BYTES = 32 << 20


def refuse_not_parquet(schema: pl.Schema) -> None:
    """Raise ``StoreError`` naming the first column with a struct of no fields: it needs one."""
    for column, dtype in schema.items():
        if any(isinstance(inner, pl.Struct) and not inner.fields for inner in within(dtype)):
            raise StoreError(
                f"Parquet has no struct without fields: column {column!r} is {dtype}",
                hint=f"drop it with `polish`, or read it as text: {toml_line(column)}",
            )


def write_parquet(
    frame: pl.DataFrame,
    path: Path,
    how: ParquetWriting,
    marks: dict[str, str] | None = None,
    arrow_schema: pa.Schema | None = None,
) -> int:
    """``marks`` are kept in the file's key-value metadata; ``arrow_schema`` says which columns may
    be NULL, where that is not all of them."""
    level = how.compression_level
    frame.write_parquet(
        path,
        compression=how.compression,
        compression_level=ZSTD_LEVEL if level is None and how.compression == "zstd" else level,
        row_group_size=how.row_group_rows or _rows_of_a_group(frame),
        metadata=marks or None,
        arrow_schema=arrow_schema,
    )
    return _footer_rows(path)


def _rows_of_a_group(frame: pl.DataFrame) -> int | None:
    """Polars encodes columns, and row groups, side by side. Where one column is most of a frame
    only the groups are left for that: smaller ones take less time, and less memory."""
    sizes = [column.estimated_size() for column in frame]
    whole = sum(sizes)
    if whole <= _GROUP_BYTES or 2 * max(sizes) < whole:
        return None
    return max(1, int(frame.height * _GROUP_BYTES / whole))


def write_csv(frame: pl.DataFrame, path: Path, how: CsvWriting) -> int:
    """NULL is ``null_value`` unquoted; an empty string is ``""``."""
    for_csv(told_by_minutes(plain(frame)), how.null_value).write_csv(
        path,
        include_header=how.header,
        separator=how.separator,
        quote_char=how.quote,
        null_value=how.null_value,
        include_bom=how.encoding == "utf-8-sig",
    )
    if not how.header and not frame.height:
        return 0  # a reader would find no columns to count by
    counted = pl.scan_csv(
        path,
        has_header=how.header,
        separator=how.separator,
        quote_char=how.quote,
        infer_schema=False,
        glob=False,
    )
    return _rows(counted)


def write_ndjson(frame: pl.DataFrame, path: Path) -> int:
    """One object per line; line breaks inside strings are escaped, so lines are records."""
    frame = plain(frame)
    refuse_not_json(frame)
    told_by_minutes(frame).write_ndjson(path)
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(1 << 20), b""))


def _footer_rows(path: Path) -> int:
    """By pyarrow, which did not write it; of Polars it would be a query, as dear as writing."""
    from pyarrow import ArrowException  # most homes have it already
    from pyarrow.parquet import read_metadata

    try:
        return int(read_metadata(path).num_rows)
    except ArrowException:  # a type that it does not know, or what Polars will say
        return _rows(pl.scan_parquet(path, glob=False, hive_partitioning=False))


def _rows(scan: pl.LazyFrame) -> int:
    return int(scan.select(pl.len()).collect().item())
