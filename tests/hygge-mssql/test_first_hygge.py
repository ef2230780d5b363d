"""Defects of the first hygge around SQL Server: each a promise that is kept here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from project import Project
from tds.server import TdsServer

STORE = """
[flows.load]
home = {{ type = "parquet", path = "source" }}
store = {{ type = "mssql", connection = "sql", table = "dbo.target"{more} }}
{flow}
"""


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return Project(tmp_path, server)


def load(project: Project, frame: pl.DataFrame, more: str = "", flow: str = "") -> int:
    project.offer(frame)
    project.write(STORE.format(more=more, flow=flow))
    return project.hygge("run")


def test_d2_a_run_that_succeeded_has_published(project: Project) -> None:
    assert load(project, pl.DataFrame({"id": [1, 2]})) == 0
    assert project.rows("dbo.target") == [(1,), (2,)]


def test_d3_a_full_drop_replaces_and_doubles_nothing(project: Project) -> None:
    for _ in range(2):
        assert load(project, pl.DataFrame({"id": [1, 2]})) == 0
    assert project.rows("dbo.target") == [(1,), (2,)]


def test_d14_a_replace_that_fails_leaves_the_old_rows(project: Project) -> None:
    assert load(project, pl.DataFrame({"id": [1, 2]})) == 0
    project.server.fail("statement", sql="WITH (TABLOCK)", error=9002, times=None)
    assert load(project, pl.DataFrame({"id": [3]})) == 1
    assert project.rows("dbo.target") == [(1,), (2,)]
    project.server.faults.clear()
    assert load(project, pl.DataFrame({"id": [3]})) == 0
    assert project.rows("dbo.target") == [(3,)]


def test_d14_a_replace_keeps_the_table_and_what_hangs_on_it(project: Project) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.target ([id] bigint NOT NULL PRIMARY KEY)",
        "INSERT INTO dbo.target VALUES (9)",
    )
    before = project.rows("SELECT OBJECT_ID(N'dbo.target')")
    assert load(project, pl.DataFrame({"id": [1, 2]})) == 0
    assert project.rows("dbo.target") == [(1,), (2,)]
    assert project.rows("SELECT OBJECT_ID(N'dbo.target')") == before


def test_d20_reader_and_writer_on_one_connection_never_wait_for_each_other(
    project: Project,
) -> None:
    flows = []
    for n in range(4):
        project.ground.execute(
            f"CREATE TABLE dbo.s{n} ([id] int)", f"INSERT INTO dbo.s{n} VALUES ({n})"
        )
        flows.append(
            f'[flows.f{n}]\nhome = {{ type = "mssql", connection = "sql", table = "dbo.s{n}" }}\n'
            f'store = {{ type = "mssql", connection = "sql", table = "dbo.t{n}" }}'
        )
    project.write(*flows, max_connections=3)
    assert project.hygge("run", "-j", "4") == 0
    assert [project.rows(f"dbo.t{n}") for n in range(4)] == [[(n,)] for n in range(4)]


def test_d20_a_cap_that_no_entity_fits_in_is_told_before_anything_starts(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.write(
        '[flows.f]\nhome = { type = "mssql", connection = "sql", table = "dbo.s" }\n'
        'store = { type = "mssql", connection = "sql", table = "dbo.t" }',
        max_connections=2,
    )
    assert project.hygge("run") == 3
    assert "expected at least 3 for f alone" in capsys.readouterr().err


def test_d33_rows_that_share_the_watermark_are_neither_lost_nor_doubled(project: Project) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.s ([id] int, [at] datetime)",
        "INSERT INTO dbo.s VALUES (1, '2013-01-01T05:00:00.003')",
    )
    project.write(
        '[flows.f]\nhome = { type = "mssql", connection = "sql", table = "dbo.s" }\n'
        'store = { type = "parquet", path = "lake" }\nrun_type = "incremental"\n'
        'watermark = { column = "at", primary_key = "id" }'
    )
    assert project.hygge("run") == 0
    project.ground.execute("INSERT INTO dbo.s VALUES (2, '2013-01-01T05:00:00.003')")
    for _ in range(2):
        assert project.hygge("run") == 0
    assert sorted(project.settled()["id"].to_list()) == [1, 2]


def test_d36_every_type_keeps_its_values(project: Project) -> None:
    frame = pl.DataFrame(
        {
            "i8": pl.Series([-128, 127], dtype=pl.Int8),
            "u64": pl.Series([0, 2**64 - 1], dtype=pl.UInt64),
            "dec": pl.Series([Decimal("0.123456789012345"), None], dtype=pl.Decimal(30, 15)),
            "text": ["ø🦊" * 5000, ""],
            "at": pl.Series(
                [datetime(2013, 1, 1, tzinfo=UTC), None], dtype=pl.Datetime("us", "UTC")
            ),
        }
    )
    assert load(project, frame) == 0
    read = "SELECT [i8], [u64], [dec], LEN([text]) FROM dbo.target"
    assert project.rows(read) == [
        (-128, 0, Decimal("0.123456789012345"), 15000),
        (127, 2**64 - 1, None, 0),
    ]


@pytest.mark.parametrize("value", [timedelta(1), [1], {"a": 1}])
def test_d36_what_sql_server_has_no_type_for_is_refused_by_name(
    project: Project, value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(project, pl.DataFrame({"odd": [value]})) == 1
    assert "column 'odd': SQL Server has no type for" in capsys.readouterr().err


def test_a_text_that_a_code_page_lacks_is_refused_and_never_question_marks(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute("CREATE TABLE dbo.target ([name] varchar(20))")
    assert load(project, pl.DataFrame({"name": ["Zażółć 🦊"]})) == 1
    assert "would not keep exactly" in capsys.readouterr().err
    assert project.rows("dbo.target") == []


def test_several_loaders_load_every_row_once(project: Project) -> None:
    assert load(project, pl.DataFrame({"id": range(10)}), ", parallel_loaders = 4") == 0
    assert project.rows("SELECT COUNT(*) FROM dbo.target") == [(10,)]


NAMES = ["x]; DROP TABLE dbo.keep; --", "a'b", "[dbo].[keep]", "select", "100%s", "?", "a?b", "{0}"]


def test_a_name_is_never_a_statement(project: Project) -> None:
    project.ground.execute("CREATE TABLE dbo.keep ([id] int)")
    frame = pl.DataFrame({name: [f"{name}'); DROP TABLE dbo.keep; --"] for name in NAMES})
    assert load(project, frame) == 0
    assert project.rows("dbo.keep") == []
    assert project.rows("dbo.target") == [tuple(frame.row(0))]
