"""Real data through every door: 336,776 flights and what belongs to them."""

import csv
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from nycflights import ROWS, TABLES
from polars.testing import assert_frame_equal
from shares import share

THERE_AND_BACK = """
[project]
name = "flights"

[journal]
type = "sqlite"
path = ".hygge/journal.db"

[flows.to_parquet]
home = {{ type = "csv", path = '{source}/{{entity}}.csv', null_values = ["NA"] }}
store = {{ type = "parquet", path = "lake", rows_per_file = 100_000 }}
{entities}

[flows.to_sqlite]
home = {{ type = "parquet", path = "lake" }}
store = {{ type = "sqlite", path = "flights.db" }}
{entities}

[flows.and_back]
home = {{ type = "sqlite", path = "flights.db" }}
store = {{ type = "parquet", path = "back" }}
{entities}
"""

DAY_BY_DAY = """
[journal]
type = "sqlite"
path = ".hygge/journal.db"

[flows.flights]
home = { type = "parquet", path = "days" }
store = { type = "parquet", path = "lake/flights" }
run_type = "incremental"
watermark = { column = "time_hour" }
"""


def hygge(project: Path, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hygge_core", "-C", str(project), *words],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def entities(flow: str) -> str:
    return "\n".join(f"[flows.{flow}.entities.{table}]" for table in TABLES)


def cells(file: Path, moved: pl.DataFrame) -> dict[str, set[tuple[str, object]]]:
    """For each column the cells of the source, as text read by somebody else, beside those that
    were moved: what is there many times is looked at once."""
    with file.open(newline="", encoding="utf-8") as lines:
        source = csv.reader(lines)
        found = {name: set() for name in next(source)}
        assert list(found) == moved.columns
        for told, values in zip(source, moved.iter_rows(), strict=True):
            for seen, pair in zip(found.values(), zip(told, values, strict=True), strict=True):
                seen.add(pair)
    return found


def same_cell(told: str, moved: object) -> bool:
    if told in ("NA", ""):
        return moved is None
    if isinstance(moved, float):
        return float(told) == moved
    if isinstance(moved, datetime):
        return told == moved.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return told == str(moved)


@pytest.fixture(scope="session")
def moved(flights_csv, tmp_path_factory) -> Path:
    project = tmp_path_factory.mktemp("there_and_back")
    text = THERE_AND_BACK
    for flow in ("to_parquet", "to_sqlite", "and_back"):
        text = text.replace("{entities}", entities(flow), 1)
    (project / "hygge.toml").write_text(text.format(source=flights_csv))
    for flow in ("to_parquet", "to_sqlite", "and_back"):
        hygge(project, "run", "-s", flow)
    return project


@pytest.mark.parametrize("table", TABLES)
def test_every_cell_comes_back_from_csv_through_parquet_and_sqlite(table, moved, flights_csv):
    back = pl.read_parquet(moved / "back" / table / "*.parquet")
    assert back.height == ROWS[table]
    for name, pairs in cells(flights_csv / f"{table}.csv", back).items():
        differing = [pair for pair in pairs if not same_cell(*pair)]
        assert not differing, f"{table}.{name}: {differing[:3]}"


@pytest.mark.parametrize("table", TABLES)
def test_both_stations_hold_the_same_types_and_rows(table, moved):
    lake = pl.read_parquet(moved / "lake" / table / "*.parquet")
    back = pl.read_parquet(moved / "back" / table / "*.parquet")
    assert_frame_equal(lake, back)


def test_the_times_of_the_flights_are_moments_in_utc(moved):
    schema = pl.read_parquet_schema(next((moved / "lake" / "flights").glob("*.parquet")))
    assert schema["time_hour"] == pl.Datetime("us", "UTC")
    assert schema["dep_time"] == pl.Int64


def days_of(lake: Path) -> list[pl.DataFrame]:
    flights = pl.read_parquet(lake / "flights" / "*.parquet").sort("time_hour")
    return flights.partition_by("month", "day", maintain_order=True)


def move_in_pieces(project: Path, pieces: list[pl.DataFrame]) -> None:
    from hygge_core import config, plugins
    from hygge_core.engine.coordinator import Coordinator

    (project / "days").mkdir()
    (project / "hygge.toml").write_text(DAY_BY_DAY)
    loaded = plugins.load()
    for number, piece in enumerate(pieces):
        piece.write_parquet(project / "days" / f"{number:03}.parquet")
        here = config.load(start=project, plugins=loaded)
        summary = Coordinator(here, loaded, lambda event: None).run(here.entities)
        (result,) = summary.results
        assert result.outcome == "complete", result
        assert result.rows_written == piece.height


def assert_equals_the_full_load(project: Path, lake: Path) -> None:
    full = pl.read_parquet(lake / "flights" / "*.parquet")
    pieces = pl.read_parquet(project / "lake" / "flights" / "*.parquet")
    everything = full.columns
    assert_frame_equal(pieces.sort(everything), full.sort(everything))


def test_month_by_month_ends_equal_to_the_full_load(moved, tmp_path):
    days = days_of(moved / "lake")
    months = [pl.concat(days[at : at + 31]) for at in range(0, len(days), 31)]
    move_in_pieces(tmp_path, months)
    assert_equals_the_full_load(tmp_path, moved / "lake")


@pytest.mark.slow
@pytest.mark.shared
def test_day_by_day_ends_equal_to_the_full_load(moved, tmp_path):
    days = days_of(moved / "lake")
    assert len(days) == 365
    short = len(list(share(days)))  # the rest of the year in one piece, if there is a rest
    move_in_pieces(tmp_path, [*days[:short], *(pl.concat(rest) for rest in [days[short:]] if rest)])
    assert_equals_the_full_load(tmp_path, moved / "lake")
