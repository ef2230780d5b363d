"""What a watermark follows is read in another way than it is kept: no row falls in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from project import Project
from tds.server import TdsServer

FLOW = """
[flows.read]
home = {{ type = "mssql", connection = "sql", table = "dbo.source"{home} }}
store = {{ type = "parquet", path = "lake" }}
run_type = "{run_type}"
watermark = {{ column = "w", primary_key = "id" }}
"""
DROP = ', seventh_digit = "drop"'


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return Project(tmp_path, server)


def read(project: Project, home: str, run_type: str = "incremental") -> int:
    project.write(FLOW.format(home=home, run_type=run_type))
    return project.hygge("run")


def ids(project: Project) -> list[int]:
    return sorted(project.settled()["id"].to_list())


def offer(project: Project, declared: str, *values: str) -> None:
    rows = ", ".join(f"({at}, {value})" for at, value in enumerate(values, 1))
    project.ground.execute(
        f"CREATE TABLE dbo.source ([id] int NOT NULL, [w] {declared} NULL)",
        f"INSERT INTO dbo.source VALUES {rows}",
    )


@pytest.mark.parametrize("declared", ["datetime2(7)", "datetimeoffset(7)"])
def test_a_watermark_without_its_seventh_digit_loses_and_doubles_nothing(
    project: Project, declared: str
) -> None:
    before, one, other = (f"'2024-05-01T10:00:00.123456{digit}'" for digit in (0, 7, 9))
    offer(project, declared, "'1969-01-01T00:00:00.9999999'", before, one)
    assert read(project, DROP, "full_drop") == 0
    assert ids(project) == [1, 2, 3]
    late, after = "'2024-05-01T10:00:00.1234551'", "'9999-12-31T23:59:59.9999999'"
    project.ground.execute(f"INSERT INTO dbo.source VALUES (4, {other}), (5, {one}), (6, {late})")
    for _ in range(2):
        assert read(project, DROP) == 0
        assert ids(project) == [1, 2, 3, 4, 5]
    project.ground.execute(f"INSERT INTO dbo.source VALUES (7, {after})")
    for _ in range(2):
        assert read(project, DROP) == 0
        assert ids(project) == [1, 2, 3, 4, 5, 7]


def test_a_watermark_with_a_seventh_digit_is_not_read_on_from_without(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    offer(project, "datetime2(7)", "'2024-05-01T10:00:00.1234567'")
    assert read(project, "") == 0
    project.ground.execute("INSERT INTO dbo.source VALUES (2, '2024-05-01T10:00:00.1234569')")
    assert read(project, DROP) == 1
    told = capsys.readouterr().err
    assert "its seventh digit is not read any more" in told
    assert "--full-drop" in told
    assert read(project, "") == 0
    assert ids(project) == [1, 2]


@pytest.mark.parametrize(
    ("declared", "wanted", "one", "other"),
    [
        ("decimal(18,4)", "decimal(18,2)", "9.1251", "9.1299"),
        ("int", "string", "9", "10"),
        ("datetime2(7)", "datetime[us]", "'2024-05-01T10:00:00.1234567'", "'2024-05-01T10:00:01'"),
        ("datetime2(3)", "date", "'2024-05-01T10:00:00'", "'2024-05-01T11:00:00'"),
        ("datetime", "datetime[ns]", "'2024-05-01T10:00:00.003'", "'2024-05-01T10:00:00.007'"),
        ("datetimeoffset(7)", "string", "'2024-05-01T10:00+02:00'", "'2024-05-01T09:00+00:00'"),
    ],
)
def test_a_watermark_that_is_converted_to_less_is_refused(
    project: Project, capsys: pytest.CaptureFixture[str],
    declared: str, wanted: str, one: str, other: str,
) -> None:  # fmt: skip
    offer(project, declared, one, other)
    assert read(project, f', schema_overrides = {{ w = "{wanted}" }}') == 1
    told = capsys.readouterr().err
    assert "the watermark column 'w' is" in told
    assert "schema_overrides makes it" in told
    assert not (project.root / "lake").exists()


@pytest.mark.parametrize(
    ("declared", "wanted", "one", "other"),
    [
        ("int", "decimal(20,2)", "9", "10"),
        ("real", "float64", "0.1", "0.2"),
        ("date", "datetime[us]", "'2024-05-01'", "'2024-05-02'"),
        ("datetime", "string", "'2024-05-01T10:00:00'", "'2024-05-01T10:00:00.003'"),
        ("datetime2(7)", "string", "'2024-05-01T10:00:00'", "'2024-05-01T10:00:00.0000001'"),
    ],
)
def test_a_watermark_that_is_converted_to_more_loses_and_doubles_nothing(
    project: Project, declared: str, wanted: str, one: str, other: str
) -> None:
    home = f', schema_overrides = {{ w = "{wanted}" }}'
    offer(project, declared, one)
    assert read(project, home) == 0
    project.ground.execute(f"INSERT INTO dbo.source VALUES (2, {one}), (3, {other})")
    for _ in range(2):
        assert read(project, home) == 0
        assert ids(project) == [1, 2, 3]


def test_rowversions_that_are_counted_anew_are_no_silent_gap(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """A backup was restored, or a query reads another database than its connection's."""
    project.ground.execute(
        "CREATE TABLE dbo.source ([id] int NOT NULL, [w] rowversion)",
        "INSERT INTO dbo.source ([id]) VALUES (1), (2)",
    )
    for _ in range(2):
        assert read(project, "") == 0
    project.server.databases["hygge"].rowversion -= 1000
    project.ground.execute("INSERT INTO dbo.source ([id]) VALUES (3)")
    for run_type in ("incremental", "full_drop"):
        assert read(project, "", run_type) == 1
        told = capsys.readouterr().err
        assert "but the database has counted to 0x" in told
        assert "--full-drop" in told
    project.ground.execute("UPDATE dbo.source SET [id] = [id]")
    assert read(project, "") == 1
    assert read(project, "", "full_drop") == 0
    assert ids(project) == [1, 2, 3]


def test_what_a_view_says_of_its_nulls_is_not_believed(project: Project) -> None:
    """A column of its table may have become NULL since the view was made: only it is not told."""
    project.ground.execute(
        "CREATE TABLE dbo.source ([id] int NOT NULL, [w] int NOT NULL)",
        "INSERT INTO dbo.source VALUES (1, 1), (2, 2)",
    )
    for what in ("", "view"):
        project.server.besides["dbo.source"] = what
        project.server.log.clear()
        for run_type in ("full_drop", "incremental"):
            assert read(project, ', partition_read = { column = "w", parts = 2 }', run_type) == 0
        part, ranged = " AND [w] IS NULL", " OR [w] IS NULL)"
        sent = [each.sql for each in project.server.log.containing("[w] IS NULL")]
        assert any(each.endswith(part) for each in sent) == (what == "view")
        assert any(each.endswith(ranged) for each in sent) == (what == "view")
