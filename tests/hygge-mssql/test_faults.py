"""Faults that no real server gives cheaply, each through the real driver and the whole engine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve
from project import Project
from tds.faults import Fault
from tds.server import TdsServer

from hygge_core.engine.world import World
from hygge_core.errors import StoreError
from hygge_core.protocols import Staging, Store
from hygge_core.records import Load, LoadRef, Manifest, Receipt

ROWS = pl.DataFrame({"id": range(2000), "name": [f"name {n}" for n in range(2000)]})
LOAD = """
[flows.load]
home = { type = "parquet", path = "source" }
store = { type = "mssql", connection = "sql", table = "dbo.target" }
"""
READ = """
[flows.read]
home = { type = "mssql", connection = "sql", table = "dbo.source", batch_rows = 100 }
store = { type = "parquet", path = "lake" }
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return Project(tmp_path, server)


def loaded(project: Project) -> None:
    """All rows are there once, and nothing beside them."""
    assert project.rows("SELECT COUNT(*), COUNT(DISTINCT id) FROM dbo.target") == [(2000, 2000)]
    assert project.staged() == []


@pytest.mark.parametrize("loaders", [1, 2])
def test_a_connection_that_drops_within_a_bulk_load_is_loaded_again(
    project: Project, loaders: int
) -> None:
    project.offer(ROWS)
    project.write(LOAD.replace('"dbo.target"', f'"dbo.target", parallel_loaders = {loaders}'))
    fault = project.server.fail("bulk", after=1, drop=True)
    assert project.hygge("run") == 0
    assert fault.reached.is_set()
    loaded(project)


def test_a_lost_answer_to_the_commit_is_settled_by_the_mark(project: Project) -> None:
    project.offer(ROWS)
    project.write(LOAD)
    assert project.hygge("run") == 0
    project.server.log.clear()
    fault = project.server.fail("statement", sql="COMMIT TRANSACTION", moment="after", drop=True)
    assert project.hygge("run") in (0, 75)
    assert fault.reached.is_set()
    assert published_in(project, committed_first(project))
    assert project.hygge("run") == 0
    loaded(project)


@contextmanager
def committing(project: Project) -> Iterator[tuple[Store, Manifest, Fault, Future[Receipt]]]:
    """Another store, while the commit of a load hangs in the server: reads see nothing of it."""
    subject = project.ground.store()
    opened = subject.opened(project.root)
    ref = LoadRef(run_id="once", flow="load", entity="load")
    with World(subject.plugins(), root=project.root) as world, ThreadPoolExecutor(1) as pool:
        told = {"flow": "load", "entity": "load"}
        with world.store(opened, **told) as one, world.store(opened, **told) as other:
            staging = one.begin(Load(ref=ref, mode="full_drop", schema=ROWS.schema))
            staging.write(ROWS)
            manifest = staging.seal()
            held = project.server.fail("commit", moment="before", hold=True)
            first = pool.submit(one.commit, manifest)
            assert held.reached.wait(60)
            project.server.log.clear()
            try:
                yield other, manifest, held, first
            finally:
                held.release()


def released_when_it_waits(project: Project, held: Fault) -> None:
    ends = time.monotonic() + 20
    while not project.server.log.containing("sp_getapplock"):
        assert time.monotonic() < ends
        time.sleep(0.01)
    held.release()


def test_a_commit_that_meets_itself_still_under_way_waits_and_is_told_what_it_did(
    project: Project,
) -> None:
    """Its answer was lost, and the server was not through: the double reads as if nothing were."""
    with committing(project) as (other, manifest, held, first), ThreadPoolExecutor(1) as pool:
        second = pool.submit(other.commit, manifest)
        released_when_it_waits(project, held)
        assert first.result(60) == second.result(60) == Receipt(rows=ROWS.height, parts=1)


def test_an_undo_waits_for_a_commit_that_is_still_under_way(project: Project) -> None:
    with committing(project) as (other, manifest, held, first), ThreadPoolExecutor(1) as pool:
        undone = pool.submit(other.rollback, manifest.ref)
        released_when_it_waits(project, held)
        assert first.result(60) == Receipt(rows=ROWS.height, parts=1)
        with pytest.raises(StoreError, match="cannot be undone: its rows are published"):
            undone.result(60)


def committed_first(project: Project) -> list[str]:
    """The statements of the first transaction that was committed, which is where it struck."""
    entries = project.server.log.entries
    end = next(at for at, each in enumerate(entries) if each.sql == "COMMIT TRANSACTION")
    own = [each.sql for each in entries[:end] if each.spid == entries[end].spid]
    return own[len(own) - own[::-1].index("BEGIN TRANSACTION") :]


def published_in(project: Project, statements: list[str]) -> bool:
    """Whether they mark the load and move its rows."""
    told = " ".join(statements)
    return "[__hygge_loads]" in told and "INSERT INTO [dbo].[target]" in told


@pytest.mark.parametrize("error", [1205, 1222, 40613])
def test_an_error_that_passes_is_tried_again(project: Project, error: int) -> None:
    project.offer(ROWS)
    project.write(LOAD)
    fault = project.server.fail("statement", sql="sp_rename", error=error)
    assert project.hygge("run") == 0
    assert fault.reached.is_set()
    loaded(project)


def test_a_login_that_fails_ends_with_its_exit_code_and_no_secret(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.offer(ROWS)
    project.write(LOAD)
    project.server.fail("login", error=18456, state=8, times=None)
    assert project.hygge("run") == 4
    told = capsys.readouterr().err
    assert "Login failed for user" in told
    assert project.server.password not in told


@pytest.mark.parametrize("how", [{"drop": True}, {"error": 1205}])
def test_a_read_that_breaks_after_some_rows_is_read_again(
    project: Project, how: dict[str, object]
) -> None:
    project.ground.execute("CREATE TABLE dbo.source ([id] bigint NOT NULL, [name] nvarchar(50))")
    with project.ground.cursor() as cursor:
        cursor.bulkcopy_arrow("dbo.source", ROWS, column_mappings=ROWS.columns, timeout=0)
    project.write(READ)
    fault = project.server.fail("rows", after=500, **how)
    assert project.hygge("run") == 0
    assert fault.reached.is_set()
    assert project.settled().sort("id").equals(ROWS)


def test_a_session_that_cannot_be_given_back_as_it_was_fails_no_read(project: Project) -> None:
    """A stop may end that statement, too: it is no answer to what was read."""
    project.ground.execute("CREATE TABLE dbo.source ([id] bigint NOT NULL)")
    project.ground.execute("INSERT INTO dbo.source VALUES (1)")
    project.write(READ)
    restore = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED"
    fault = project.server.fail("statement", sql=restore, error=1222, times=None)
    assert project.hygge("run") == 0
    assert fault.reached.is_set()
    assert project.settled()["id"].to_list() == [1]


def test_a_connection_that_died_while_it_waited_is_replaced(project: Project) -> None:
    project.offer(ROWS)
    project.write(LOAD)
    assert project.hygge("run") == 0
    project.server.cut()
    assert project.hygge("run") == 0
    loaded(project)


def test_a_failed_load_leaves_the_destination_as_it_was(project: Project) -> None:
    project.offer(ROWS)
    project.write(LOAD)
    assert project.hygge("run") == 0
    project.offer(ROWS.with_columns(pl.lit(float("nan")).alias("x")))
    assert project.hygge("run") == 1
    loaded(project)


def test_a_load_is_sealed_while_another_one_is_being_published(project: Project) -> None:
    """Its mark stands beside theirs: whoever passes a row that is locked would wait for it."""
    subject = project.ground.store()
    opened = subject.opened(project.root)
    opened.connections["sql"]["lock_seconds"] = 0.2
    others = evolve(opened, table={**opened.table, "table": "dbo.other"})
    place = evolve(opened, table={**opened.table, "table": "dbo.target"})
    with World(subject.plugins(), root=project.root) as world, ThreadPoolExecutor(1) as pool:
        stores = [
            world.store(each, flow="load", entity=name)
            for name, each in (("target", place), ("other", others))
        ]
        with stores[0] as one, stores[1] as other:
            loads = [staged(one, "target"), staged(other, "other")]
            manifest = loads[0].seal()
            held = project.server.fail("commit", moment="before", hold=True)
            first = pool.submit(one.commit, manifest)
            assert held.reached.wait(60)
            try:
                sealed = loads[1].seal()
            finally:
                held.release()
            assert first.result(60).rows == other.commit(sealed).rows == ROWS.height
            other.cleanup(sealed)


def staged(store: Store, entity: str) -> Staging:
    ref = LoadRef(run_id=f"of-{entity}", flow="load", entity=entity)
    staging = store.begin(Load(ref=ref, mode="full_drop", schema=ROWS.schema))
    staging.write(ROWS)
    return staging
