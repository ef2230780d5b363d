"""dlt on its fastest path: Arrow tables in, Parquet out, nothing added to the rows."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from asked import asked, tables

said = asked()
os.environ.update(
    {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
        "DLT_DATA_DIR": str(said.target / "_dlt"),
        "DESTINATION__FILESYSTEM__BUCKET_URL": said.target.resolve().as_uri(),
        "DATA_WRITER__COMPRESSION": "zstd",
        "DATA_WRITER__COMPRESSION_LEVEL": str(said.level),
    }
)

import dlt  # type: ignore[import-not-found,unused-ignore]  # noqa: E402  # it reads the environment
import pyarrow as pa  # noqa: E402
import pyarrow.parquet as pq  # noqa: E402


def batches(source: Path) -> Iterator[pa.Table]:
    """The files as Arrow tables of a hundred thousand rows."""
    for path in sorted(source.glob("*.parquet")):
        with pq.ParquetFile(path) as file:
            yield from map(pa.Table.from_batches, ([b] for b in file.iter_batches(100_000)))


resources = [dlt.resource(batches(source), name=source.name) for source, _ in tables(said)]
pipeline = dlt.pipeline("bench", destination="filesystem", dataset_name="data")
pipeline.run(resources, loader_file_format="parquet", write_disposition="replace")
