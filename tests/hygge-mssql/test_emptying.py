"""A full_drop of a table that cannot be truncated: row by row, or refused before the decision."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from project import Project
from tds.errors import SqlError
from tds.server import Referring, TdsServer

from hygge_core.config import structure
from hygge_core.errors import StoreError
from hygge_mssql import catalogue
from hygge_mssql.names import Name
from hygge_mssql.server.server import Server
from hygge_mssql.settings.connections import MssqlConnectionConfig
from hygge_mssql.store.emptying import empty, hindrance

FLOW = """
[flows.load]
home = {{ type = "parquet", path = "source" }}
store = {{ type = "mssql", connection = "sql", table = "dbo.target", replace = "{replace}" }}
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    made = Project(tmp_path, server)
    made.ground.execute(
        "CREATE TABLE dbo.target ([id] bigint NULL, [n] nvarchar(9) NULL DEFAULT N'x')",
        "CREATE TABLE dbo.child ([id] bigint NULL)",
        "INSERT INTO dbo.target VALUES (9, N'old')",
    )
    return made


def test_a_name_in_other_letters_that_the_database_does_not_know_is_found_before_the_decision(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute(
        "DROP TABLE dbo.target", "CREATE TABLE dbo.target ([ID] bigint, [N] bigint)"
    )
    project.server.fail("statement", sql="INSERT INTO [dbo].[target]", error=207, times=None)
    assert load(project, n=1) == 1
    assert "the decision stands" not in capsys.readouterr().err


def load(project: Project, replace: str = "in_place", n: str | int = "new") -> int:
    project.offer(pl.DataFrame({"id": [1, 2], "n": [n, n]}))
    project.write(FLOW.format(replace=replace))
    return project.hygge("run")


def test_a_table_that_cannot_be_truncated_is_emptied_row_by_row(project: Project) -> None:
    table = Name("dbo", "target")
    given = {key: value for key, value in project.ground.table.items() if key != "type"}
    server = Server(structure(MssqlConnectionConfig, given))
    with server.session(StoreError) as session:
        for what, why in (
            ("temporal", "its history is kept"),
            ("cdc", "its changes are captured"),
            ("published", "it is published for replication"),
            ("indexed view", "an indexed view stands on it"),
        ):
            project.server.besides["dbo.target"] = what
            project.ground.execute("INSERT INTO dbo.target VALUES (9, N'old')")
            assert why in hindrance(catalogue.kept(session, table))
            empty(session, table)
            assert project.rows("dbo.target") == []
    server.close()
    assert not project.server.log.containing("TRUNCATE")


def test_a_table_that_others_refer_to_is_emptied_row_by_row_and_never_swapped(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.server.referred["dbo.target"] = Referring("dbo.child")
    assert load(project, "switch") == 1
    assert "other tables refer to it" in capsys.readouterr().err
    assert load(project) == 0
    assert project.rows("dbo.target") == [(1, "new"), (2, "new")]
    assert not project.server.log.containing("TRUNCATE")


@pytest.mark.parametrize(
    ("referring", "besides", "n", "told"),
    [
        (Referring("dbo.child"), "", "new", "rows of another table refer to rows that would go"),
        (Referring("dbo.child", cascade=True), "", "new", "dbo.child refers to it with ON DELETE"),
        (Referring("dbo.child", seen=False), "", "new", "GRANT VIEW DEFINITION"),
        (None, "history", "new", "Cannot insert rows in a temporal history table"),
        (None, "", 1, "is dependent on column 'n'"),
    ],
)
def test_what_cannot_be_replaced_is_found_before_the_decision(
    project: Project,
    referring: Referring | None,
    besides: str,
    n: str | int,
    told: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    project.ground.execute("INSERT INTO dbo.child VALUES (9)")
    if referring is not None:
        project.server.referred["dbo.target"] = referring
    if besides:
        project.server.besides["dbo.target"] = besides
    assert load(project, n=n) == 1
    said = capsys.readouterr().err
    assert told in said
    assert "the decision stands" not in said
    assert project.rows("dbo.target") == [(9, "old")]
    assert project.rows("dbo.child") == [(9,)]
    assert project.staged() == []


@pytest.mark.parametrize("table", ["there", "missing"])
def test_what_nobody_could_know_of_a_table_is_found_before_the_decision(
    project: Project, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An indexed view that the login may not see; a server that has no column stores."""
    store = FLOW
    project.ground.execute("DROP TABLE dbo.target")
    if table == "there":
        project.ground.execute("CREATE TABLE dbo.target ([id] bigint NULL, [n] nvarchar(max) NULL)")
        refused, sql = "it is being referenced by object 'v'", "TRUNCATE TABLE"
    else:
        refused, sql = "cannot participate in a columnstore index", "CLUSTERED COLUMNSTORE"
        store = FLOW.replace("replace =", "columnstore = true, replace =")
    project.server.fail("statement", sql=sql, error=SqlError(35343, refused), times=None)
    project.offer(pl.DataFrame({"id": [1], "n": ["new"]}))
    project.write(store.format(replace="in_place"))
    assert project.hygge("run") == 1
    said = capsys.readouterr().err
    assert refused in said
    assert "the decision stands" not in said
    assert project.staged() == []
    project.server.faults.clear()
    assert project.hygge("run") == 0
    assert project.rows("dbo.target") == [(1, "new")]


@pytest.mark.parametrize(
    ("besides", "told"),
    [
        ("", "rows of another table refer to rows that would go"),
        ("in memory", "is not supported with memory optimized tables"),
    ],
)
def test_rows_that_cannot_go_or_be_updated_are_found_before_the_decision(
    project: Project, besides: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    keyed = (
        FLOW.format(replace="in_place")
        .replace("dbo.target", "dbo.keyed")
        .replace("replace =", 'key_columns = ["id"], replace =')
    )
    more = 'watermark = { column = "id" }\n'
    later = more + 'run_type = "incremental"\ndeletes = { detect = "keys", max_share = 0.5 }\n'
    project.offer(pl.DataFrame({"id": [1, 2, 3]}))
    project.write(keyed + more)
    assert project.hygge("run") == 0
    project.ground.execute("INSERT INTO dbo.child VALUES (2)")
    if besides:
        project.server.besides["dbo.keyed"] = besides
    else:
        project.server.referred["dbo.keyed"] = Referring("dbo.child")
    project.offer(pl.DataFrame({"id": [1, 3, 4]}))
    project.write(keyed + later)
    capsys.readouterr()
    assert project.hygge("run") == 1
    said = capsys.readouterr().err
    assert told in said
    assert "the decision stands" not in said
    assert project.rows("dbo.keyed") == [(1,), (2,), (3,)]
