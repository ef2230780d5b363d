"""Rows into SQLite through ADBC's bulk ingest, a stream of Arrow batches in one transaction."""

from __future__ import annotations

import polars as pl
import pyarrow as pa
from adbc_driver_sqlite import dbapi  # type: ignore[import-not-found,unused-ignore]
from asked import asked

said = asked()
frames = pl.scan_parquet(said.source / "*.parquet").with_columns(
    pl.selectors.decimal().cast(pl.String)
)
schema = frames.collect_schema().to_frame().to_arrow().schema
batches = (
    batch.cast(schema)
    for frame in frames.collect_batches(chunk_size=100_000, maintain_order=True)
    for batch in frame.to_arrow().to_batches()
)
with dbapi.connect(f"file:{said.target / 'rows.db'}") as connection:
    with connection.cursor() as cursor:
        cursor.adbc_ingest("source", pa.RecordBatchReader.from_batches(schema, batches))
    connection.commit()
