"""What tables there are: listed, moved by a pattern, and missed when they are gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import Project
from tds.server import TdsServer

FLOW = """
[flows.erp]
home = {{ type = "mssql", connection = "sql" }}
store = {{ type = "mssql", connection = "sql", table = "copy.{{entity}}" }}
discover = {{ include = ["dbo.*"], exclude = ["dbo.tmp_*"], {more} }}
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    made = Project(tmp_path, server)
    made.ground.execute(
        "CREATE SCHEMA other",
        "CREATE SCHEMA copy",
        "CREATE TABLE dbo.orders ([day] date NOT NULL, [id] int NOT NULL,"
        " PRIMARY KEY ([id], [day]))",
        "INSERT INTO dbo.orders VALUES ('2024-01-01', 1)",
        "CREATE TABLE dbo.[order lines] ([id] int NOT NULL PRIMARY KEY)",
        "INSERT INTO dbo.[order lines] VALUES (2), (3)",
        "CREATE TABLE dbo.tmp_work ([id] int)",
        "CREATE TABLE other.secrets ([id] int)",
    )
    return made


def write(project: Project, more: str = 'keys = "primary_key"') -> None:
    project.write(FLOW.format(more=more))


def test_tables_are_listed_with_their_keys_and_none_of_hygges_own(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project)
    assert project.hygge("run") == 0
    capsys.readouterr()
    assert project.hygge("tables", "sql") == 0
    told = capsys.readouterr().out
    for name in ("dbo.orders", "dbo.[order lines]", "dbo.tmp_work", "other.secrets"):
        assert name in told
    assert "__hygge" not in told
    assert project.hygge("tables", "sql", "*orders", "--toml") == 0
    told = capsys.readouterr().out
    assert '"id", "day"' in told
    assert "secrets" not in told


def test_what_is_included_is_moved_and_keyed_by_its_primary_key(project: Project) -> None:
    write(project)
    assert project.hygge("run") == 0
    copies = project.rows(
        "SELECT t.name FROM sys.tables AS t WHERE t.schema_id = SCHEMA_ID(N'copy')"
    )
    mine = [name for (name,) in copies if not name.startswith("__hygge")]
    assert len(mine) == 2
    for name in mine:
        key = (
            "SELECT COUNT(*) FROM sys.key_constraints AS k"
            f" WHERE k.type = 'PK' AND k.parent_object_id = OBJECT_ID(N'[copy].[{name}]')"
        )
        assert project.rows(key) == [(1,)]
        assert project.rows(f"SELECT COUNT(*) FROM [copy].[{name}]") in ([(1,)], [(2,)])


def test_too_few_tables_move_nothing(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    write(project, "min_tables = 3")
    assert project.hygge("run") != 0
    assert "min_tables expects 3" in capsys.readouterr().err
    assert project.rows("SELECT COUNT(*) FROM sys.tables WHERE schema_id = SCHEMA_ID(N'copy')") == [
        (0,)
    ]


@pytest.mark.parametrize(("policy", "moved"), [("add", True), ("ignore", False), ("fail", False)])
def test_a_table_that_is_new_is_what_the_policy_says(
    project: Project, policy: str, moved: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    write(project, f'on_new_table = "{policy}"')
    assert project.hygge("run") == 0
    project.ground.execute("CREATE TABLE dbo.fresh ([id] int)", "INSERT INTO dbo.fresh VALUES (1)")
    assert (project.hygge("run") == 0) == (policy != "fail")
    copies = project.rows("SELECT name FROM sys.tables WHERE schema_id = SCHEMA_ID(N'copy')")
    assert any(name.endswith("fresh") for (name,) in copies) == moved
