"""Two flows over one source, each by a lane of its own: what both bring has to be the same."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
from attrs import evolve
from polars.testing import assert_frame_equal

TWO = """
[defaults]
{more}
[flows.rows]
lane = "rows"
home = {{ type = "parquet", path = "in"{home} }}
store = {{ type = "parquet", path = "rows"{store} }}
[flows.files]
home = {{ type = "parquet", path = "in"{home} }}
store = {{ type = "parquet", path = "files"{store} }}
"""


INCREMENTAL = 'run_type = "incremental"\nwatermark = {{ column = "{column}"{more} }}'


START = datetime.fromisoformat("2024-01-01T05:00")


def rows(first: int, last: int) -> pl.DataFrame:
    """Rows with ids from ``first`` to ``last`` and a value of every kind."""
    ids = range(first, last + 1)
    return pl.DataFrame(
        {
            "id": ids,
            "at": [START + timedelta(microseconds=7 * i) for i in ids],
            "day": [date(2024, 1, 1) + timedelta(days=i // 3) for i in ids],
            "text": pl.Series([f"t{i:05d}" if i % 5 else None for i in ids], dtype=pl.String),
            "long": ["x" * 200 + f"{i:05d}" for i in ids],
            "price": pl.Series([Decimal(i) / 100 for i in ids], dtype=pl.Decimal(12, 2)),
            "ratio": [float("nan") if i % 4 == 0 else i / 3 for i in ids],
            "count": pl.Series(ids, dtype=pl.UInt32),
            "raw": [bytes([i % 256]) for i in ids],
            "tags": [[{"a": i, "b": [None, "z"]}] for i in ids],
            "kind": pl.Series(["odd" if i % 2 else "even" for i in ids], dtype=pl.Categorical),
        }
    )


def put(path: Path, frame: pl.DataFrame, **how) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_parquet(path, **{"compression": "zstd", **how})


def incremental(column: str, more: str = "") -> str:
    return INCREMENTAL.format(column=column, more=more)


BY_ID = incremental("id")


def moved(household):
    """Run both flows; how the one that may choose its lane ended."""
    by_flow = {result.flow: result for result in household.run().results}
    assert {r.failure for r in by_flow.values()} == {None}
    assert (by_flow["rows"].lane, by_flow["rows"].why_rows) in (
        ("rows", 'lane = "rows"'),
        ("rows", ""),  # nothing new: nobody asked
    )
    assert by_flow["rows"].rows_written == by_flow["files"].rows_written
    assert by_flow["rows"].outcome == by_flow["files"].outcome
    return by_flow["files"]


def same_everything(household) -> None:
    read = {flow: seen(household.root / flow) for flow in ("rows", "files")}
    assert_frame_equal(read["files"], read["rows"], categorical_as_str=True)
    files, rows = household.watermark("files"), household.watermark("rows")
    assert files == (rows and evolve(rows, destination="files"))
    assert household.leftovers() == []


def seen(table: Path) -> pl.DataFrame:
    """Every row at a destination, in an order that tells all of its cells apart."""
    files = sorted(table.rglob("*.parquet"))
    frames = [pl.read_parquet(file, hive_partitioning=True) for file in files]
    whole = pl.concat(frames, how="diagonal_relaxed")
    order = [name for name in ("ID", "id", "at") if name in whole.columns]
    return whole.select(sorted(whole.columns)).sort(order)
