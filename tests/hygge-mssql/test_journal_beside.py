"""The journal in the database that the rows settle in: one for all who move rows into it."""

from __future__ import annotations

import threading
from pathlib import Path

import polars as pl
import pytest
from project import Project
from tds.server import TdsServer

LOAD = """
[flows.load]
home = { type = "parquet", path = "source" }
store = { type = "mssql", connection = "sql", table = "dbo.target" }
journal = { location = "store" }
run_type = "incremental"
watermark = { column = "id" }
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return coordinator(tmp_path, server, "here")


def coordinator(root: Path, server: TdsServer, name: str) -> Project:
    """A project of its own, as on another machine."""
    folder = root / name
    folder.mkdir()
    made = Project(folder, server)
    made.offer(pl.DataFrame({"id": [1, 2]}))
    made.write(LOAD, journal="")
    return made


def test_it_stands_in_the_stores_database_and_others_may_query_it(project: Project) -> None:
    assert project.hygge("run") == 0
    assert project.rows("SELECT event_type FROM hygge.flow_events WHERE entity IS NOT NULL") == [
        ("complete",),
        ("start",),
    ]
    assert project.rows("SELECT flow, entity, state FROM hygge.runs") == [("load", "load", "done")]
    assert project.rows("SELECT flow_name FROM hygge.flow_watermarks") == [("load",)]


def test_whoever_comes_next_goes_on_from_its_watermark(project: Project, tmp_path: Path) -> None:
    assert project.hygge("run") == 0
    other = coordinator(tmp_path, project.server, "there")
    other.offer(pl.DataFrame({"id": [2, 3]}))
    assert other.hygge("run") == 0
    assert project.rows("dbo.target") == [(1,), (2,), (3,)]


def test_of_two_that_come_at_once_one_moves_and_the_other_is_told_by_whom(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = coordinator(tmp_path, project.server, "there")
    held = project.server.fail("bulk", after=1, hold=True)
    done: list[int] = []
    run = threading.Thread(target=lambda: done.append(project.hygge("run")))
    run.start()
    assert held.reached.wait(60)
    capsys.readouterr()
    assert other.hygge("run") == 75
    assert "load is being moved by" in capsys.readouterr().err
    held.release()
    run.join(60)
    assert done == [0]
    assert project.rows("dbo.target") == [(1,), (2,)]
    assert other.hygge("run") == 0
    assert project.rows("dbo.target") == [(1,), (2,)]
