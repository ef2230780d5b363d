"""A connection is shared, capped, named and patient for as long as it says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ground import double
from project import Project
from tds.server import TdsServer

from hygge_core.errors import StoreError
from hygge_mssql.server.session import Session

READ = """
[flows.{name}]
home = {{ type = "mssql", connection = "sql", table = "dbo.{name}" }}
store = {{ type = "parquet", path = "lake/{name}" }}
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    made = Project(tmp_path, server)
    made.ground.execute("CREATE TABLE dbo.s0 ([id] int)", "INSERT INTO dbo.s0 VALUES (0)")
    return made


def reading(project: Project) -> int:
    """How many readings of rows were begun."""
    texts = [entry.sql for entry in project.server.log.entries]
    return sum("SELECT [id] AS [id] FROM [dbo].[s" in text for text in texts)


def test_the_cap_is_one_for_all_flows_and_all_of_them_get_their_turn(project: Project) -> None:
    for n in (1, 2, 3):
        project.ground.execute(
            f"CREATE TABLE dbo.s{n} ([id] int)", f"INSERT INTO dbo.s{n} VALUES ({n})"
        )
    project.write(*(READ.format(name=f"s{n}") for n in range(4)), max_connections=2)
    held = project.server.fail("statement", sql="AS [id] FROM [dbo].[s", times=None, hold=True)
    done: list[int] = []
    run = threading.Thread(target=lambda: done.append(project.hygge("run", "-j", "4")))
    run.start()
    end = time.monotonic() + 60
    while reading(project) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    time.sleep(1)
    assert reading(project) == 2
    assert project.server.connections == 2
    held.release()
    run.join(120)
    assert done == [0]
    assert [project.settled(f"lake/s{n}")["id"].to_list() for n in range(4)] == [[0], [1], [2], [3]]


def test_sessions_show_whose_they_are(project: Project) -> None:
    project.write(READ.format(name="s0"), application_name="nightly æ")
    assert project.hygge("run") == 0
    shown = f"SET CONTEXT_INFO 0x{'nightly æ'.encode('utf-16-le').hex()}"
    sessions = {entry.spid for entry in project.server.log.containing("AS [id] FROM [dbo].[s0]")}
    assert sessions <= {entry.spid for entry in project.server.log.containing(shown)}


def test_a_statement_that_takes_too_long_is_given_up(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(READ.format(name="s0"), query_seconds=1)
    held = project.server.fail("statement", sql="FROM [dbo].[s0]", times=None, hold=True)
    assert project.hygge("run") in (1, 75)
    assert held.reached.is_set()
    assert "raise query_seconds" in capsys.readouterr().err


def test_a_server_that_accepts_and_says_nothing_is_given_up(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(READ.format(name="s0"), connect_seconds=1)
    project.server.fail("login", times=None, hold=True)
    began = time.monotonic()
    assert project.hygge("check") == 1
    assert time.monotonic() - began < 14  # the default is 15
    assert "password signs in" in " ".join(capsys.readouterr().out.split())


def test_a_lock_of_somebody_else_is_waited_for_as_long_as_it_says(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    load = """
[flows.load]
home = { type = "mssql", connection = "sql", table = "dbo.s0" }
store = { type = "mssql", connection = "sql", table = "dbo.target" }
"""
    project.ground.execute("CREATE TABLE dbo.target ([id] int)")
    project.write(load, lock_seconds=0.2)
    with project.ground.cursor() as other:
        other.execute("BEGIN TRANSACTION")
        other.execute("INSERT INTO dbo.target VALUES (9)")
        began = time.monotonic()
        assert project.hygge("run") == 75
        assert time.monotonic() - began < 50  # the default is 60, and each is tried three times
        assert "lock_seconds" in capsys.readouterr().err
        other.execute("ROLLBACK TRANSACTION")
    assert project.hygge("run") == 0
    assert project.rows("dbo.target") == [(0,)]


@pytest.fixture
def session(connect: Callable[..., Any], server: TdsServer) -> Session:
    """A session that says nothing by itself, on two tables with keys."""
    double(server).execute(
        "CREATE TABLE dbo.audit ([id] int NOT NULL PRIMARY KEY)",
        "CREATE TABLE dbo.target ([id] int NOT NULL PRIMARY KEY)",
        "INSERT INTO dbo.target VALUES (1)",
    )
    made = Session(connect(), "here", 1.0)
    made.raising = StoreError
    return made


LOGGED = "INSERT INTO dbo.audit VALUES (5); "  # what a trigger that counts its rows sends first


def test_an_error_that_comes_behind_another_result_is_an_error(session: Session) -> None:
    with pytest.raises(StoreError, match="PRIMARY KEY"):
        session.execute(LOGGED + "INSERT INTO dbo.target VALUES (1)")
    with pytest.raises(StoreError, match="PRIMARY KEY"):
        session.rows("SELECT 1; INSERT INTO dbo.target VALUES (1)")
    assert not session.broken


def test_the_rows_that_were_changed_are_those_of_the_last_result(session: Session) -> None:
    assert session.execute(LOGGED + "INSERT INTO dbo.target VALUES (2), (3), (4)") == 3
    assert session.execute("INSERT INTO dbo.target VALUES (7), (8)") == 2
    assert session.execute("BEGIN TRANSACTION") == -1
