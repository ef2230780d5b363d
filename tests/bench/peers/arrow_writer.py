"""pyarrow's dataset writer: files are read, and row groups encoded, in parallel."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.dataset as ds
import pyarrow.json as pj
from asked import ROWS_PER_FILE, asked, tables


def read(source: Path, form: str) -> ds.Dataset | pa.RecordBatchReader:
    """All files of one table."""
    if form == "ndjson":  # as a dataset they hang on two cores (seen with pyarrow 26)
        return one_by_one(sorted(source.glob("*.ndjson")))
    if form == "csv":
        empty_is_null = pc.ConvertOptions(strings_can_be_null=True)
        return ds.dataset(source, format=ds.CsvFileFormat(convert_options=empty_is_null))
    return ds.dataset(source, format="parquet")


def one_by_one(files: list[Path]) -> pa.RecordBatchReader:
    """Each file's blocks are parsed in parallel."""
    batches: Iterator[pa.RecordBatch] = (
        batch for file in files for batch in pj.read_json(file).to_batches()
    )
    first = next(batches)
    return pa.RecordBatchReader.from_batches(first.schema, chain([first], batches))


said = asked()
form = ds.ParquetFileFormat()
options = form.make_write_options(compression="zstd", compression_level=said.level)
for source, target in tables(said):
    ds.write_dataset(
        read(source, said.form),
        target,
        format=form,
        file_options=options,
        max_rows_per_file=ROWS_PER_FILE,
        max_rows_per_group=ROWS_PER_FILE,
    )
