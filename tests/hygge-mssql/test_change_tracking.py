"""Change Tracking as a watermark: what changed, what is gone, and never a gap."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from project import Project
from tds.server import TdsServer

MARKER = "__rowMarker__"
FLOW = """
[flows.follow]
home = {{ type = "mssql", connection = "sql", {home} }}
store = {{ {store} }}
run_type = "incremental"
watermark = {{ kind = "change_tracking" }}
{more}
"""
KEYED = ', key_columns = ["id"]'
TABLE = 'type = "mssql", connection = "sql", table = "dbo.target", key_columns = ["id"]'
FILES = 'type = "parquet", path = "lake"'


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    made = Project(tmp_path, server)
    made.ground.execute(
        "ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON",
        "CREATE TABLE dbo.source ([id] int NOT NULL PRIMARY KEY, [name] nvarchar(20) NOT NULL)",
        "ALTER TABLE dbo.source ENABLE CHANGE_TRACKING",
        "INSERT INTO dbo.source VALUES (1, N'a'), (2, N'b'), (3, N'c')",
    )
    return made


def follow(
    project: Project, store: str = TABLE, home: str = 'table = "dbo.source"', more: str = ""
) -> int:
    project.write(FLOW.format(home=home, store=store, more=more))
    return project.hygge("run")


def change(project: Project) -> None:
    """One row of each kind, and one that came and went."""
    project.ground.execute(
        "UPDATE dbo.source SET [name] = N'x' WHERE [id] = 1",
        "DELETE FROM dbo.source WHERE [id] = 2",
        "INSERT INTO dbo.source VALUES (4, N'd'), (5, N'e')",
        "DELETE FROM dbo.source WHERE [id] = 5",
    )


AFTER = [(1, "x"), (3, "c"), (4, "d")]


def shown(project: Project, capsys: pytest.CaptureFixture[str], *words: str) -> list[Any]:
    capsys.readouterr()
    assert project.hygge(*words, "--json") == 0
    return list(json.loads(capsys.readouterr().out))


def version(project: Project) -> str:
    return str(project.rows("SELECT CHANGE_TRACKING_CURRENT_VERSION()")[0][0])


@pytest.mark.parametrize("snapshot", ["ON", "OFF"])
def test_a_table_follows_updates_inserts_and_deletes(project: Project, snapshot: str) -> None:
    project.ground.execute(f"ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION {snapshot}")
    assert follow(project) == 0
    assert project.rows("dbo.target") == project.rows("dbo.source")
    change(project)
    assert follow(project) == 0
    assert project.rows("dbo.target") == AFTER


def test_files_keep_the_marker_and_the_keys_of_what_is_gone(project: Project) -> None:
    assert follow(project, FILES) == 0
    assert project.settled()[MARKER].to_list() == [4, 4, 4]
    change(project)
    assert follow(project, FILES) == 0
    told = project.settled()[3:].sort("id")
    assert told.rows() == [(1, "x", 4), (2, None, 2), (4, "d", 4)]


def test_changes_that_were_forgotten_stop_the_run_and_a_full_drop_begins_again(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow(project) == 0
    project.ground.execute("TRUNCATE TABLE dbo.source", "INSERT INTO dbo.source VALUES (9, N'z')")
    assert follow(project) == 1
    told = capsys.readouterr().err
    assert "the server knows them from version" in told
    assert "--full-drop" in told
    assert project.hygge("plan") == 1
    assert project.rows("dbo.target") == [(1, "a"), (2, "b"), (3, "c")]
    assert project.hygge("run", "--full-drop") == 0
    assert project.rows("dbo.target") == [(9, "z")]
    project.ground.execute("DELETE FROM dbo.source")
    assert follow(project) == 0
    assert project.rows("dbo.target") == []


def test_a_run_without_changes_remembers_how_far_it_looked(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow(project) == 0
    project.ground.execute(
        "CREATE TABLE dbo.other ([id] int NOT NULL PRIMARY KEY)",
        "ALTER TABLE dbo.other ENABLE CHANGE_TRACKING",
        "INSERT INTO dbo.other VALUES (1)",
    )
    assert follow(project) == 0
    (mark,) = shown(project, capsys, "journal", "watermarks")
    assert mark["watermark"]["kind"] == "change_tracking"
    assert mark["watermark"]["mark"]["value"] == version(project)
    # The server may forget all that lies below it: nothing of it is needed any more.
    database = project.server.databases["hygge"]
    ((table,),) = project.rows("SELECT OBJECT_ID(N'dbo.source')")
    database.min_valid[table] = int(version(project))
    change(project)
    assert follow(project) == 0
    assert project.rows("dbo.target") == AFTER


def test_a_first_reading_of_an_empty_table_is_followed_too(project: Project) -> None:
    project.ground.execute("DELETE FROM dbo.source")
    assert follow(project) == 0
    project.ground.execute("INSERT INTO dbo.source VALUES (7, N'g')")
    assert follow(project) == 0
    assert project.rows("dbo.target") == [(7, "g")]


@pytest.mark.parametrize(
    ("sql", "moment"),
    [("COMMIT TRANSACTION", "after"), ("CHANGETABLE", "before"), ("INSERT INTO", "after")],
)
def test_a_connection_that_drops_costs_no_change_and_doubles_none(
    project: Project, sql: str, moment: str
) -> None:
    assert follow(project) == 0
    change(project)
    fault = project.server.fail("statement", sql=sql, moment=moment, drop=True)
    first = follow(project)
    assert fault.reached.is_set()
    assert first in (0, 75)
    assert follow(project) == 0
    assert project.rows("dbo.target") == AFTER
    assert project.staged() == []


def test_a_table_without_tracking_says_how_to_turn_it_on(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute("CREATE TABLE dbo.plain ([id] int NOT NULL PRIMARY KEY)")
    assert follow(project, home='table = "dbo.plain"') == 1
    assert "ENABLE CHANGE_TRACKING" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("home", "store", "more", "said"),
    [
        ('query = "SELECT 1 AS id"', TABLE, "", "does not know 'change_tracking'"),
        (
            'table = "dbo.source"',
            TABLE.replace(KEYED, ""),
            "",
            "the store's key",
        ),
        (
            'table = "dbo.source"',
            TABLE,
            'deletes = { detect = "keys" }',
            "leave out `deletes`",
        ),
    ],
)
def test_what_cannot_be_followed_is_refused_before_anything_is_read(
    project: Project,
    capsys: pytest.CaptureFixture[str],
    home: str,
    store: str,
    more: str,
    said: str,
) -> None:
    assert follow(project, store, home, more) == 3
    assert said in capsys.readouterr().err


def test_a_watermark_of_a_column_is_no_version(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow(project) == 0
    text = (project.root / "hygge.toml").read_text()
    (project.root / "hygge.toml").write_text(
        text.replace('kind = "change_tracking"', 'column = "id"')
    )
    assert project.hygge("run") == 1
    assert "kept for 'change_tracking'" in capsys.readouterr().err


def test_polish_cannot_hide_what_is_gone(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = 'polish = { columns = { select = ["id"], case = "upper" } }'
    assert follow(project, more=chosen) == 0
    change(project)
    assert follow(project, more=chosen) == 0
    assert project.rows("dbo.target") == [(1,), (3,), (4,)]
    dropped = 'polish = { columns = { drop = ["__*"] } }'
    assert follow(project, more=dropped) == 3
    assert "which rows are gone" in capsys.readouterr().err


def test_the_plan_the_schema_and_the_shown_configuration_know_it(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert follow(project) == 0
    (plan,) = shown(project, capsys, "plan")
    assert plan["watermark"] == "change_tracking"
    assert plan["low"] == f"{version(project)} (change_tracking)"
    assert project.hygge("schema") == 0
    schema = json.loads(capsys.readouterr().out)
    assert "kind" in schema["definitions"]["watermark"]["properties"]
    assert project.hygge("config", "show") == 0
    assert "change_tracking" in capsys.readouterr().out


def test_rows_of_every_type_are_gone_by_their_key(project: Project) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.wide ([at] datetime2(7) NOT NULL, [k] uniqueidentifier NOT NULL,"
        " [v] money NOT NULL, [x] xml NULL, [r] rowversion NOT NULL, [f] datetime2(7) NULL,"
        " PRIMARY KEY ([at], [k]))",
        "ALTER TABLE dbo.wide ENABLE CHANGE_TRACKING",
        "INSERT INTO dbo.wide ([at], [k], [v], [x], [f]) VALUES ('2024-01-31T00:00:00.1234567',"
        " '6F9619FF-8B86-D011-B42D-00C04FC964FF', 1.5, N'<a/>', '2024-01-31T00:00:00.1234567')",
    )
    assert follow(project, FILES, 'table = "dbo.wide"') == 0
    project.ground.execute("DELETE FROM dbo.wide")
    assert follow(project, FILES, 'table = "dbo.wide"') == 0
    there, gone = project.settled().rows(named=True)
    assert (there["at"], there["k"]) == (gone["at"], gone["k"])
    assert there[MARKER] == 4
    assert (gone["v"], gone["x"], gone["r"], gone["f"], gone[MARKER]) == (None,) * 4 + (2,)
    assert isinstance(project.settled().schema["f"], pl.Datetime)
