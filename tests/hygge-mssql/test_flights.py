"""Real tables through SQL Server and back, cell by cell; and each month of flights, day by day."""

from __future__ import annotations

import csv
from calendar import monthrange
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from ground import Ground, double
from nycflights import ROWS, TABLES, unpacked
from polars.testing import assert_frame_equal
from project import JOURNAL, connection
from tds.process import TdsProcess

from hygge_core.cli import main

#: So many rows of each table in the default suite, and so many days of flights.
SOME_ROWS, SOME_DAYS = 1_000, 3
FLOWS = ("there", "files", "back")
THERE_AND_BACK = """
[flows.there]
home = { type = "csv", path = 'source/{entity}.csv', null_values = ["NA"] }
store = { type = "mssql", connection = "sql", table = "there.{entity}" }
[flows.files]
home = { type = "mssql", connection = "sql", table = "there.{entity}" }
store = { type = "parquet", path = "lake" }
[flows.back]
home = { type = "parquet", path = "lake" }
store = { type = "mssql", connection = "sql", table = "back.{entity}" }
"""
DAY_BY_DAY = """
[flows.there]
home = { type = "parquet", path = "days" }
store = { type = "mssql", connection = "sql", table = "days.flights" }
run_type = "incremental"
watermark = { column = "time_hour" }

[flows.files]
home = { type = "mssql", connection = "sql", table = "days.flights" }
store = { type = "parquet", path = "lake" }
run_type = "incremental"
watermark = { column = "time_hour" }
"""


@pytest.fixture(scope="module")
def flights_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpacked(tmp_path_factory.mktemp("nycflights"))


@pytest.fixture(scope="module")
def ground(lasting: TdsProcess) -> Ground:
    found = double(lasting)
    found.execute(*(f"CREATE SCHEMA {name}" for name in ("there", "back", "days")))
    return found


def write(project: Path, ground: Ground, text: str) -> None:
    (project / "hygge.toml").write_text(f"{connection(ground)}\n[journal]\n{JOURNAL}\n{text}")


def cells(file: Path) -> list[dict[str, str | None]]:
    """The source read by somebody else: every cell as text, ``NA`` as None."""
    with file.open(newline="", encoding="utf-8") as lines:
        return [
            {name: None if cell in ("NA", "") else cell for name, cell in row.items()}
            for row in csv.DictReader(lines)
        ]


def same_cell(told: str | None, moved: object) -> bool:
    if isinstance(moved, float) and told is not None:
        return float(told) == moved
    if isinstance(moved, datetime):
        return told == moved.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return told == (None if moved is None else str(moved))


def goes_there_and_back(project: Path, ground: Ground, source: Path, rows: int | None) -> None:
    every = [f"[flows.{flow}.entities.{table}]" for flow in FLOWS for table in TABLES]
    write(project, ground, "\n".join([THERE_AND_BACK, *every]))
    (project / "source").mkdir()
    for table in TABLES:
        lines = (source / f"{table}.csv").read_text().splitlines(keepends=True)
        (project / "source" / f"{table}.csv").write_text("".join(lines[: rows and rows + 1]))
    for flow in FLOWS:
        assert main(["run", "-s", flow, "-C", str(project)]) == 0
    for table in TABLES:
        told = cells(project / "source" / f"{table}.csv")
        assert len(told) == min(ROWS[table], rows or ROWS[table])
        for schema in ("there", "back"):
            columns = ", ".join(f"[{name}]" for name in told[0])
            moved = ground.rows(f"SELECT {columns} FROM {schema}.[{table}]")
            assert len(moved) == len(told)
            differing = [
                (number, name, row[name], value)
                for number, (row, values) in enumerate(zip(told, moved, strict=True))
                for name, value in zip(row, values, strict=True)
                if not same_cell(row[name], value)
            ]
            assert not differing, f"{schema}.{table}: {differing[:3]}"


def test_every_cell_comes_back_through_sql_server_and_parquet(
    tmp_path: Path, ground: Ground, flights_csv: Path
) -> None:
    goes_there_and_back(tmp_path, ground, flights_csv, SOME_ROWS)


@pytest.mark.slow
def test_all_336_776_flights_come_back(tmp_path: Path, ground: Ground, flights_csv: Path) -> None:
    goes_there_and_back(tmp_path, ground, flights_csv, None)


def follows_day_by_day(project: Path, ground: Ground, source: Path, month: int, days: int) -> None:
    flights = pl.read_csv(
        source / "flights.csv", null_values="NA", infer_schema_length=None, try_parse_dates=True
    ).sort("time_hour")
    of_month = flights.filter(pl.col("month") == month)
    pieces = of_month.partition_by("day", maintain_order=True)[:days]
    assert len(pieces) == days
    ground.execute("DROP TABLE IF EXISTS days.flights")
    write(project, ground, DAY_BY_DAY)
    (project / "days").mkdir()
    for number, piece in enumerate(pieces):
        piece.write_parquet(project / "days" / f"{number:03}.parquet")
        for flow in ("there", "files"):
            assert main(["run", "-s", flow, "-C", str(project)]) == 0
    wanted = pl.concat(pieces)
    found = pl.read_parquet(project / "lake" / "**/*.parquet")
    assert_frame_equal(found.sort(found.columns), wanted.sort(wanted.columns))
    runs = len(list((project / "lake").rglob("*.parquet")))
    assert runs == len(pieces)
    assert ground.rows("SELECT COUNT(*) FROM days.flights") == [(wanted.height,)]


def test_days_of_flights_are_appended_and_read_once_each(
    tmp_path: Path, ground: Ground, flights_csv: Path
) -> None:
    follows_day_by_day(tmp_path, ground, flights_csv, 1, SOME_DAYS)


@pytest.mark.slow
@pytest.mark.parametrize("month", range(1, 13))
def test_each_month_of_flights_is_appended_and_read_once(
    tmp_path: Path, ground: Ground, flights_csv: Path, month: int
) -> None:
    follows_day_by_day(tmp_path, ground, flights_csv, month, monthrange(2013, month)[1])
