"""A run that is stopped, or takes too long, while SQL Server is at work: both come to an end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from project import Project
from tds.faults import Fault
from tds.packets import Wire
from tds.server import TdsServer

READ = """
[run]
{run}
[flows.read]
home = {{ type = "mssql", connection = "sql", table = "dbo.source", batch_rows = 100 }}
store = {{ type = "parquet", path = "lake" }}
"""
LOAD = """
[flows.load]
home = { type = "parquet", path = "source" }
store = { type = "mssql", connection = "sql", table = "dbo.target" }
"""
_ENDS_SOON = """
import hygge_core.engine.extraction as extraction
import hygge_mssql.store.loaders as loaders
from hygge_core.cli import main
extraction._READER_GRACE_SECONDS = loaders._GRACE_SECONDS = 0.2
raise SystemExit(main())
"""
PATIENCE_SECONDS = 30.0


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return Project(tmp_path, server)


@pytest.fixture
def source(project: Project) -> Project:
    """A table that takes the server more than one packet to send."""
    project.ground.execute("CREATE TABLE dbo.source ([id] bigint NOT NULL, [name] nvarchar(50))")
    rows = pl.DataFrame({"id": range(2000), "name": [f"name {n}" for n in range(2000)]})
    with project.ground.cursor() as cursor:
        cursor.bulkcopy_arrow("dbo.source", rows, column_mappings=rows.columns, timeout=0)
    project.server.log.clear()
    return project


def ended(
    project: Project, *words: str, meanwhile: Callable[[subprocess.Popen[str]], object]
) -> tuple[int, str]:
    """`hygge run` in a process of its own: its exit code, and what it said."""
    command = [sys.executable, *(words or ("-m", "hygge_core")), "run"]
    with subprocess.Popen(
        command, cwd=project.root, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as running:
        try:
            meanwhile(running)
            _, told = running.communicate(timeout=PATIENCE_SECONDS)
        finally:
            running.kill()
    return running.returncode, told


def left_behind(project: Project, fault: Fault) -> str:
    """What a run says that is interrupted at a fault which nothing lifts before it has ended."""

    def stop(running: subprocess.Popen[str]) -> None:
        assert fault.reached.wait(PATIENCE_SECONDS)
        running.send_signal(signal.SIGINT)

    try:
        code, said = ended(project, "-c", _ENDS_SOON, meanwhile=stop)
    finally:
        fault.release()
    assert code == 130, said
    return said


def cancelled(project: Project) -> list[str]:
    """The statements that the client told the server not to go on with."""
    return [entry.sql for entry in project.server.log.entries if entry.kind == "attention"]


def held_at(project: Project, where: str) -> Fault:
    """The server goes no further than this in a reading, until it is released."""
    if where == "rows":
        return project.server.fail("rows", after=500, hold=True, times=None)
    sql = {"columns": "sys.columns", "statement": "FROM [dbo].[source]"}[where]
    return project.server.fail("statement", sql=sql, hold=True, times=None)


@pytest.mark.parametrize(
    ("held", "how"), [("columns", "timeout"), ("statement", "signal"), ("rows", "signal")]
)
def test_a_statement_that_nobody_waits_for_any_more_is_cancelled_at_the_server(
    source: Project, held: str, how: str
) -> None:
    source.write(READ.format(run='timeout = "3s"' if how == "timeout" else ""))
    fault = held_at(source, held)

    def stop(running: subprocess.Popen[str]) -> None:
        assert fault.reached.wait(PATIENCE_SECONDS)
        if how == "signal":
            running.send_signal(signal.SIGINT)

    code, said = ended(source, meanwhile=stop)
    assert code == (1 if how == "timeout" else 130), said
    assert "still busy" not in said
    (statement,) = cancelled(source)
    assert (fault.sql or "FROM [dbo].[source]") in statement


@pytest.mark.parametrize("held", ["columns", "statement", "rows"])
def test_a_server_that_hears_nothing_keeps_no_process_alive(
    source: Project, monkeypatch: pytest.MonkeyPatch, held: str
) -> None:
    monkeypatch.setattr(Wire, "notice", lambda wire: None)
    source.write(READ.format(run=""))
    said = left_behind(source, held_at(source, held))
    assert ("still busy with a read that nobody waits for" in said) == (held != "columns")
    assert "next: " in said


def test_a_bulk_load_that_stalls_is_left_behind_and_the_next_run_tidies_up(
    project: Project,
) -> None:
    rows = pl.DataFrame({"id": range(50_000), "name": [f"name {n}" for n in range(50_000)]})
    project.offer(rows)
    project.write(LOAD, lock_seconds=1)
    fault = project.server.fail("bulk", after=3, hold=True, times=None)
    # A bulk load has the lock of its table: the first DROP is of a table that is not there yet.
    locked = project.server.fail("statement", sql="DROP TABLE IF EXISTS", error=1222, nth=2)
    assert "1 of 1 bulk loads" in left_behind(project, fault)
    assert locked.reached.is_set()
    assert len(project.staged()) == 1
    project.server.faults.clear()
    assert project.hygge("run") == 0
    assert project.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM dbo.target") == [(50_000, 50_000)]
    assert project.staged() == []
