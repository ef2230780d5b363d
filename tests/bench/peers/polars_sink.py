"""Polars' own scan → sink, the measure of all others."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from asked import ROWS_PER_FILE, asked, tables


def scan(source: Path, form: str) -> pl.LazyFrame:
    """All files of one table."""
    if form == "csv":
        return pl.scan_csv(source / "*.csv", try_parse_dates=True)
    if form == "ndjson":
        return pl.scan_ndjson(source / "*.ndjson")
    return pl.scan_parquet(source / "*.parquet")


said = asked()
for source, target in tables(said):
    frame = scan(source, said.form)
    if said.after is not None:
        frame = frame.filter(pl.col("id") > said.after)
    pieces = pl.PartitionBy(
        target, max_rows_per_file=ROWS_PER_FILE, approximate_bytes_per_file=None
    )
    frame.sink_parquet(
        target / "0.parquet" if said.each else pieces, compression_level=said.level, mkdir=True
    )
