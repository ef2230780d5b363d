"""DuckDB's COPY, with the settings that its documentation calls the fast ones."""

from __future__ import annotations

import duckdb  # type: ignore[import-not-found,unused-ignore]
from asked import asked, tables

READERS = {"parquet": "read_parquet", "csv": "read_csv", "ndjson": "read_ndjson"}

said = asked()
connection = duckdb.connect()
connection.execute("SET preserve_insertion_order = false")
for source, target in tables(said):
    target.mkdir(parents=True, exist_ok=True)
    several = "" if said.each else ", PER_THREAD_OUTPUT true"
    to = target / "0.parquet" if said.each else target / "made"
    connection.execute(
        f"COPY (SELECT * FROM {READERS[said.form]}('{source}/*.{said.form}')) TO '{to}' "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {said.level}{several})"
    )
