"""Change Tracking into a mirrored table: what Fabric would show of it is what the source holds."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from mirrors import ZONE, Mirror, served
from poller import Poller
from project import Project
from tds.server import TdsServer

MARKER = "__rowMarker__"
FLOW = """
[flows.follow]
home = { type = "mssql", connection = "sql", table = "dbo.source" }
run_type = "incremental"
watermark = { kind = "change_tracking" }
[flows.follow.store]
type = "open_mirroring"
sas = { env = "HYGGE_TEST_LAKE_SAS" }
key_columns = ["id"]
folder_deletion_wait_seconds = 0
"""
FIRST = (
    "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON",
    "CREATE TABLE dbo.source ([id] int NOT NULL PRIMARY KEY, [name] nvarchar(20) NOT NULL,"
    " [price] decimal(9, 2) NULL, [at] datetime2(6) NULL)",
    "ALTER TABLE dbo.source ENABLE CHANGE_TRACKING",
    "INSERT INTO dbo.source VALUES (1, N'a', 1.50, '2026-01-01T12:00:00.123456'),"
    " (3, N'c', -0.01, '1999-12-31T23:59:59')",
    "INSERT INTO dbo.source ([id], [name]) VALUES (2, N'b')",
)
#: One day after another, each in one run.
DAYS = {
    "inserts": ("INSERT INTO dbo.source ([id], [name]) VALUES (4, N'd'), (5, N'e')",),
    "updates": (
        "UPDATE dbo.source SET [name] = N'x' WHERE [id] = 1",
        "UPDATE dbo.source SET [price] = 2 WHERE [id] = 2",
        "UPDATE dbo.source SET [price] = NULL WHERE [id] = 3",
    ),
    "deletes": ("DELETE FROM dbo.source WHERE [id] = 2", "DELETE FROM dbo.source WHERE [id] = 5"),
    "nothing": (),
    "all of them": (
        "UPDATE dbo.source SET [name] = N'y' WHERE [id] = 1",
        "DELETE FROM dbo.source WHERE [id] = 3",
        "INSERT INTO dbo.source ([id], [name]) VALUES (2, N'again'), (6, N'f')",
        "DELETE FROM dbo.source WHERE [id] = 6",
        "DELETE FROM dbo.source WHERE [id] = 4",
        "INSERT INTO dbo.source ([id], [name]) VALUES (40, N'd')",
    ),
}


@pytest.fixture
def mirror(tmp_path: Path):
    with served(tmp_path) as mirror:
        yield mirror


@pytest.fixture
def project(tmp_path: Path, server: TdsServer, mirror: Mirror) -> Project:
    made = Project(tmp_path, server)
    made.ground.execute(*FIRST)
    place = {key: value for key, value in mirror.table().items() if key != "sas"}
    made.write(FLOW, *(f"{key} = {json.dumps(value)}" for key, value in place.items()))
    return made


def source(project: Project) -> list[tuple]:
    """The rows, with their moments as such: the server of the tests keeps them as texts."""
    rows = project.rows("dbo.source")
    told = ((*row[:3], row[3] and datetime.fromisoformat(row[3])) for row in rows)
    return sorted(told, key=repr)


def files(mirror: Mirror) -> list[pl.DataFrame]:
    found = mirror.files("orders/0")
    return [pl.read_parquet(found[name]) for name in sorted(found)]


def test_day_after_day_the_mirror_shows_what_the_source_holds(
    project: Project, mirror: Mirror
) -> None:
    with Poller(mirror.server, "lake", ZONE) as poller:
        assert project.hygge("run") == 0
        for day, statements in DAYS.items():
            project.ground.execute(*statements)
            assert project.hygge("run") == 0, day
            shown = sorted(poller.shown("orders").frame.rows(), key=repr)
            assert shown == source(project), day
        assert poller.failures() == []
        assert len(poller.shown("orders").read) == len(DAYS)  # of the first load; no news, no file


def test_the_first_load_has_no_marker_and_later_ones_have_the_deletes(
    project: Project, mirror: Mirror
) -> None:
    assert project.hygge("run") == 0
    project.ground.execute(*DAYS["deletes"][:1], *DAYS["updates"][:1])
    assert project.hygge("run") == 0
    first, second = files(mirror)
    assert MARKER not in first.columns
    assert second.columns[-1] == MARKER
    told = dict(zip(second["id"], second[MARKER], strict=True))
    assert told == {1: 4, 2: 2}
    assert project.hygge("mirror", "check", "--compare", "none") == 0


@pytest.mark.parametrize("operation", ["create", "flush", "rename"])
def test_a_lost_answer_costs_no_change_and_doubles_none(
    project: Project, mirror: Mirror, operation: str
) -> None:
    assert project.hygge("run") == 0
    project.ground.execute(*DAYS["inserts"], *DAYS["deletes"])
    fault = mirror.server.faults.add(operation=operation, moment="after", reset=True)
    assert project.hygge("run") in (0, 1, 75)
    assert fault.struck == 1
    assert project.hygge("run") == 0
    assert mirror.rows() == source(project)


def test_changes_that_were_forgotten_need_a_full_drop_and_are_followed_from_there(
    project: Project, mirror: Mirror
) -> None:
    assert project.hygge("run") == 0
    project.ground.execute(
        "TRUNCATE TABLE dbo.source", "INSERT INTO dbo.source ([id], [name]) VALUES (9, N'z')"
    )
    before = mirror.files()
    assert project.hygge("run") == 1
    assert mirror.files() == before
    assert project.hygge("run", "--full-drop") == 0
    assert mirror.rows() == source(project)
    project.ground.execute(*DAYS["inserts"], "DELETE FROM dbo.source WHERE [id] = 9")
    assert project.hygge("run") == 0
    assert mirror.rows() == source(project)
    assert mirror.numbers() == [1, 2]
