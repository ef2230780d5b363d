"""Rows into SQLite by ``executemany``, all in one transaction."""

from __future__ import annotations

import sqlite3

import polars as pl
from asked import asked

said = asked()
frames = pl.scan_parquet(said.source / "*.parquet").with_columns(
    pl.selectors.decimal().cast(pl.String), pl.selectors.temporal().cast(pl.String)
)
names = frames.collect_schema().names()
connection = sqlite3.connect(said.target / "rows.db", isolation_level=None)
connection.execute("PRAGMA journal_mode = WAL")
connection.execute("PRAGMA synchronous = FULL")
connection.execute(f"CREATE TABLE source ({', '.join(names)})")
connection.execute("BEGIN")
insert = f"INSERT INTO source VALUES ({', '.join('?' * len(names))})"
for frame in frames.collect_batches(chunk_size=100_000, maintain_order=True):
    connection.executemany(insert, frame.iter_rows())
connection.execute("COMMIT")
connection.close()
