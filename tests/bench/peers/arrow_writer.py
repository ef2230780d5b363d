"""pyarrow's dataset writer: files are read, and row groups encoded, in parallel."""

from __future__ import annotations

import pyarrow.csv as pc
import pyarrow.dataset as ds
from asked import ROWS_PER_FILE, asked, tables

said = asked()
empty_is_null = pc.ConvertOptions(strings_can_be_null=True)
readers = {
    "csv": ds.CsvFileFormat(convert_options=empty_is_null),
    "ndjson": ds.JsonFileFormat(),
    "parquet": ds.ParquetFileFormat(),
}
form = ds.ParquetFileFormat()
options = form.make_write_options(compression="zstd", compression_level=said.level)
for source, target in tables(said):
    ds.write_dataset(
        ds.dataset(source, format=readers[said.form]),
        target,
        format=form,
        file_options=options,
        max_rows_per_file=ROWS_PER_FILE,
        max_rows_per_group=ROWS_PER_FILE,
    )
