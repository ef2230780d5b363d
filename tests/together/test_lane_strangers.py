"""Files that others wrote, in the file lane: what their footers tell is what is in their rows."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from lanes import BY_ID, START, TWO, incremental, moved, put, rows, same_everything

OTHERS: dict[str, Callable[[Path], object]] = {
    "int96": lambda path: arrow(path, use_deprecated_int96_timestamps=True),
    "version 1": lambda path: arrow(path, version="1.0", data_page_version="1.0"),
    "pages 2": lambda path: arrow(
        path, version="2.6", data_page_version="2.0", write_page_index=True
    ),
    "no arrow schema": lambda path: arrow(path, store_schema=False),
    "dictionaries": lambda path: arrow(path, use_dictionary=True, write_page_checksum=True),
    "milliseconds": lambda path: arrow(path, coerce_timestamps="ms"),
    "seconds": lambda path: arrow(path, pa.timestamp("s")),
    "nanoseconds": lambda path: arrow(path, pa.timestamp("ns")),
    "a zone": lambda path: arrow(path, pa.timestamp("us", "Europe/Paris")),
    "date64": lambda path: arrow(path, pa.date64()),
    "date32": lambda path: arrow(path, pa.date32()),
}


def arrow(path: Path, kind: pa.DataType = pa.timestamp("us"), **how) -> None:  # noqa: B008
    path.parent.mkdir(parents=True, exist_ok=True)
    first = START + timedelta(days=10 * int(path.stem))
    moments = [first + timedelta(days=i) for i in range(10)]
    table = pa.table(
        {
            "id": [int(path.stem) * 10 + i for i in range(10)],
            "at": pa.array(
                [m.date() for m in moments] if pa.types.is_date(kind) else moments, kind
            ),
        }
    )
    pq.write_table(table, path, **{"compression": "zstd", **how})


@pytest.mark.parametrize("write", OTHERS.values(), ids=OTHERS.keys())
def test_the_watermark_of_a_strangers_file_is_that_of_its_rows(household, write):
    household.toml(TWO.format(home="", store="", more=incremental("at")))
    write(household.root / "in/1.parquet")
    assert moved(household).lane == "files"
    same_everything(household)
    write(household.root / "in/2.parquet")
    result = moved(household)
    assert (result.lane, result.rows_written) == ("files", 10)
    same_everything(household)


def test_rows_that_pyarrow_has_in_other_types_are_known_again(household):
    """Those at the watermark are told apart by all of their columns, as the other lane reads them:
    what pyarrow calls a date is a moment to Polars."""
    household.toml(TWO.format(home="", store="", more=BY_ID))
    arrow(household.root / "in/1.parquet", pa.date64())
    assert moved(household).lane == "files"
    same_everything(household)
    last = pl.read_parquet(household.root / "in/1.parquet").tail(1)
    put(household.root / "in/2.parquet", last.with_columns(pl.col("id") + 1))
    assert moved(household).rows_written == 1
    same_everything(household)


def test_folders_that_are_columns_are_read_into_rows(household):
    household.toml(TWO.format(home="", store="", more=""))
    put(household.root / "in/day=1/a.parquet", rows(1, 10).drop("day"))
    result = moved(household)
    assert (result.lane, result.why_rows) == ("rows", "1 of 1 files: other columns than the load's")
    same_everything(household)


def test_what_was_split_by_folders_never_tells_the_columns_of_a_table_without(household):
    """Its metadata tells of columns that are in no file: a later run would take them for known."""
    household.toml(
        """
        [flows.a]
        home = { type = "parquet", path = "in" }
        store = { type = "parquet", path = "split", partition_by = ["day"] }
        """
    )
    put(household.root / "in/a.parquet", rows(1, 3))
    assert household.move().outcome == "complete"
    household.toml(
        """
        [flows.b]
        home = { type = "parquet", path = "split", hive = false }
        store = { type = "parquet", path = "out" }
        """
    )
    assert "folders" in household.move().why_rows
