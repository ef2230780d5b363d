"""Parquet read page by page, by pyarrow: in little memory, and at once where only a little is read.

Polars' way is faster where much is read, and cheaper per row; but each of its scans starts threads
and a plan, which costs more than the few rows of one row group are worth.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from hygge_core.files.parquet.footers import Footer
from hygge_core.files.parquet.int96 import old_moments


def reads_alike(footer: Footer, names: Sequence[str]) -> bool:
    """Whether pyarrow reads the same types and values as Polars from these columns."""
    if old_moments(footer, names):
        return False
    seen = pl.DataFrame(footer.thrift.schema.to_arrow_schema().empty_table()).schema
    return all(seen.get(name) == footer.schema[name] for name in names)


def by_pages(
    path: Path, footer: Footer, names: Sequence[str], rows: int, groups: Sequence[int] | None = None
) -> Generator[pl.DataFrame, None, None]:
    """The rows of these row groups, or of all, in batches of so many."""
    with pq.ParquetFile(
        path,
        metadata=footer.thrift,
        pre_buffer=False,
        buffer_size=1 << 20,
        page_checksum_verification=True,
    ) as file:
        for batch in file.iter_batches(batch_size=rows, row_groups=groups, columns=list(names)):
            yield pl.DataFrame(batch)
