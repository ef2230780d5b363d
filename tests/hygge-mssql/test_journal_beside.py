"""The journal in the database that the rows settle in: one for all who move rows into it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest
from ground import double
from project import Project
from tds.server import TdsServer

from hygge_core import JournalError, plugins
from hygge_core.engine.world import World
from hygge_core.protocols import Journal
from hygge_core.records import Opened, Owner

OWNER = Owner(host="here", pid=1, started="today", name="one")

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


@pytest.fixture
def journal(server: TdsServer, tmp_path: Path) -> Iterator[Journal]:
    connections = double(server).connections(tmp_path)
    opened = Opened(type="mssql", table={"connection": "sql"}, connections=connections)
    with World(plugins.load(), root=tmp_path) as world:
        yield world.journal(opened)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_renewal_whose_session_is_lost_looks_at_once_whether_somebody_was_faster(
    journal: Journal, server: TdsServer, moment: str
) -> None:
    lease = journal.acquire("load", "load", OWNER)
    server.fail("statement", sql="SET session_lock", moment=moment, drop=True)
    assert journal.renew(lease).epoch == lease.epoch
    server.fail("statement", sql="SET session_lock", drop=True)
    server.execute("UPDATE hygge.leases SET epoch = epoch + 1")
    with pytest.raises(JournalError, match="was taken over") as told:
        journal.renew(lease)
    assert not told.value.transient


def test_a_lease_whose_session_is_lost_is_not_trusted_until_somebody_has_looked(
    journal: Journal, server: TdsServer
) -> None:
    lease = journal.acquire("load", "load", OWNER)
    server.fail("statement", sql="SET session_lock", drop=True, times=2)
    with pytest.raises(JournalError) as told:
        journal.renew(lease)
    assert not told.value.transient


def test_a_renewal_that_was_a_deadlocks_victim_may_be_tried_again(
    journal: Journal, server: TdsServer
) -> None:
    lease = journal.acquire("load", "load", OWNER)
    server.fail("statement", sql="SET session_lock", error=1205)
    with pytest.raises(JournalError, match="deadlock") as told:
        journal.renew(lease)
    assert told.value.transient
    assert journal.renew(lease).epoch == lease.epoch
