"""What a home can be asked for, through whole runs: queries, rowversions, readings in parts."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from project import Project
from tds.server import TdsServer

FLOW = """
[flows.read]
home = {{ type = "mssql", connection = "sql", {home} }}
store = {{ type = "parquet", path = "lake" }}
{more}
"""
INCREMENTAL = 'run_type = "incremental"\nwatermark = {{ column = "{column}", primary_key = "id" }}'
ORDERS = (
    "CREATE TABLE dbo.orders ([id] int NOT NULL, [customer] int NOT NULL,"
    " [at] datetime2(7) NOT NULL)",
    "CREATE TABLE dbo.customers ([id] int NOT NULL, [name] nvarchar(50) NOT NULL)",
    "INSERT INTO dbo.customers VALUES (1, N'Ada'), (2, N'Bob''; --'), (3, N'Left')",
    "INSERT INTO dbo.orders VALUES (1, 1, '2024-01-01T00:00:00.0000001'),"
    " (2, 2, '2024-01-02'), (3, 3, '2024-01-03')",
)
QUERY = (
    "SELECT o.[id], o.[at], c.[name] FROM dbo.orders AS o INNER JOIN dbo.customers AS c"
    " ON c.[id] = o.[customer] WHERE c.[name] <> @left AND o.[id] < @most AND {{range:o.[at]}}"
)


@pytest.fixture
def project(tmp_path: Path, server: TdsServer) -> Project:
    return Project(tmp_path, server)


def read(project: Project, home: str, more: str = "") -> int:
    project.write(FLOW.format(home=home, more=more))
    return project.hygge("run")


def ids(project: Project) -> list[int]:
    return sorted(project.settled()["id"].to_list())


@pytest.mark.parametrize("in_file", [False, True])
def test_a_query_is_read_on_from_its_watermark_with_bound_parameters(
    project: Project, in_file: bool
) -> None:
    project.ground.execute(*ORDERS)
    left = "Left"
    given = f"parameters = {{ left = {left!r}, most = 100 }}"
    if in_file:
        (project.root / "orders.sql").write_text(QUERY)
        home = f'query_file = "orders.sql", {given}'
    else:
        home = f"query = '{QUERY}', {given}"
    flow = INCREMENTAL.format(column="at")
    assert read(project, home, flow) == 0
    assert ids(project) == [1, 2]
    project.ground.execute(
        "INSERT INTO dbo.orders VALUES (4, 1, '2024-01-02'), (5, 1, '2024-01-04'),"
        " (6, 3, '2024-01-05'), (7, 1, '2023-12-31'), (200, 1, '2024-01-06')"
    )
    assert read(project, home, flow) == 0
    assert ids(project) == [1, 2, 4, 5]
    assert project.settled().filter(id=2)["name"].to_list() == ["Bob'; --"]


def test_a_parameter_is_never_a_statement(project: Project) -> None:
    project.ground.execute(*ORDERS)
    nasty = "x'; DROP TABLE dbo.orders; --" + "🦊" * 4000  # longer than nvarchar(4000), too
    query = "SELECT [id], @said AS said FROM dbo.orders"
    home = f'query = "{query}", parameters = {{ said = "{nasty}" }}'
    assert read(project, home) == 0
    assert set(project.settled()["said"]) == {nasty}
    assert project.rows("SELECT COUNT(*) FROM dbo.orders") == [(3,)]


def test_a_query_without_a_place_for_the_range_is_not_read_incrementally(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute(*ORDERS)
    flow = INCREMENTAL.format(column="at")
    assert read(project, 'query = "SELECT [id], [at] FROM dbo.orders"', flow) == 1
    assert "{{range}}" in capsys.readouterr().err


def test_a_rowversion_waits_for_transactions_that_are_still_under_way(project: Project) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.source ([id] int NOT NULL, [rv] rowversion NOT NULL)",
        "INSERT INTO dbo.source ([id]) VALUES (1), (2)",
        # The counter is the database's: what is safe lies above this table's highest value.
        "CREATE TABLE dbo.other ([id] int NOT NULL, [rv] rowversion NOT NULL)",
        "INSERT INTO dbo.other ([id]) VALUES (1)",
    )
    flow = INCREMENTAL.format(column="rv")
    with project.ground.cursor() as slow:
        slow.execute("BEGIN TRANSACTION")
        slow.execute("INSERT INTO dbo.source ([id]) VALUES (3)")
        ((active,),) = project.rows("SELECT MIN_ACTIVE_ROWVERSION()")
        # Without a snapshot, whoever looks for the highest value waits for the writer.
        assert read(project, 'table = "dbo.source"', flow) == 0
        assert ids(project) == [1, 2]
        below = f"0x{(int.from_bytes(active) - 1).to_bytes(8).hex()}"
        (asked,) = project.server.log.containing("[rv] <= CONVERT")
        assert below in asked.values.values()
        slow.execute("COMMIT TRANSACTION")
    assert read(project, 'table = "dbo.source"', flow) == 0
    assert ids(project) == [1, 2, 3]
    project.ground.execute("UPDATE dbo.source SET [id] = 9 WHERE [id] = 1")
    for _ in range(2):
        assert read(project, 'table = "dbo.source"', flow) == 0
        assert ids(project) == [1, 2, 3, 9]


@pytest.mark.parametrize("snapshot", ["ON", "OFF"])
def test_parts_are_read_at_one_moment_and_the_nulls_with_them(
    project: Project, snapshot: str, capsys: pytest.CaptureFixture[str]
) -> None:
    values = ", ".join(f"({n}, {n if n % 10 else 'NULL'})" for n in range(1, 401))
    project.ground.execute(
        f"ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION {snapshot}",
        "CREATE TABLE dbo.source ([id] int NOT NULL, [part] int NULL)",
        f"INSERT INTO dbo.source VALUES {values}",
    )
    home = 'table = "dbo.source", batch_rows = 20, partition_read = { column = "part", parts = 3 }'
    held = project.server.fail("rows", sql="[part] >=", after=20, hold=True)
    done: list[int] = []
    run = threading.Thread(target=lambda: done.append(read(project, home)))
    run.start()
    assert held.reached.wait(60)
    project.ground.execute("UPDATE dbo.source SET [part] = [part] + 1000")
    held.released.set()
    run.join(60)
    assert done == [0]
    told = capsys.readouterr().err
    assert ("read in parts without a snapshot" in told) == (snapshot == "OFF")
    if snapshot == "ON":
        assert ids(project) == list(range(1, 401))
        assert project.settled()["part"].max() == 399


def test_parts_are_read_and_it_is_said_where_writers_could_not_be_kept_out(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute(
        "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON",
        "CREATE TABLE dbo.source ([id] int NOT NULL)",
        "INSERT INTO dbo.source VALUES (1), (2), (3)",
    )
    project.server.fail("statement", sql="WITH (TABLOCK, HOLDLOCK)", error=1222)
    assert read(project, 'table = "dbo.source", partition_read = { column = "id", parts = 2 }') == 0
    assert "writers could not be kept out" in capsys.readouterr().err
    assert ids(project) == [1, 2, 3]


def test_columns_that_are_not_needed_do_not_travel(project: Project) -> None:
    project.ground.execute(*ORDERS)
    chosen = 'polish = { columns = { select = ["id"] } }'
    assert read(project, 'table = "dbo.orders"', chosen) == 0
    assert project.settled().columns == ["id"]
    assert project.server.log.containing("SELECT [id] AS [id] FROM [dbo].[orders]")


def test_what_committed_late_is_found_by_a_lookback_and_doubles_nothing(project: Project) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.source ([id] int NOT NULL, [at] datetime2(7) NOT NULL)",
        "INSERT INTO dbo.source VALUES (1, '2024-01-01T10:00:00.0000001'),"
        " (2, '2024-01-01T10:10:00')",
    )
    project.write(
        '[flows.read]\nhome = { type = "mssql", connection = "sql", table = "dbo.source" }\n'
        'store = { type = "mssql", connection = "sql", table = "dbo.copy", key_columns = ["id"] }\n'
        'run_type = "incremental"\n'
        'watermark = { column = "at", primary_key = "id", lookback = "10m" }'
    )
    assert project.hygge("run") == 0
    project.ground.execute(
        "INSERT INTO dbo.source VALUES (3, '2024-01-01T10:00:00.0000000'),"
        " (4, '2024-01-01T09:59:59.9999999')"
    )
    for _ in range(2):
        assert project.hygge("run") == 0
        assert [row[0] for row in project.rows("dbo.copy")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("declared", "values"),
    [
        ("int", ("1", "2", "3")),
        ("decimal(38,10)", ("1.0000000001", "1.0000000002", "1.0000000003")),
        ("date", ("'2024-01-01'", "'2024-01-02'", "'2024-01-03'")),
        ("datetime", ("'2024-01-01T00:00:00.003'", "'2024-01-01T00:00:00.007'", "'2024-01-02'")),
        (
            "datetime2(7)",
            tuple(f"'2024-01-01T00:00:00.000000{digit}'" for digit in (1, 2, 3)),
        ),
        (
            "datetimeoffset(7)",
            tuple(f"'2024-01-01T00:00:00.000000{digit}+05:30'" for digit in (1, 2, 3)),
        ),
        ("nvarchar(10)", ("N'Z'", "N'a'", "N'ø'")),
    ],
)
def test_a_watermark_of_every_kind_loses_and_doubles_nothing(
    project: Project, declared: str, values: tuple[str, str, str]
) -> None:
    """Neither a tick nor a tie."""
    low, middle, high = values
    project.ground.execute(
        f"CREATE TABLE dbo.source ([id] int NOT NULL, [w] {declared} NULL)",
        f"INSERT INTO dbo.source VALUES (1, {low}), (2, {middle})",
    )
    flow = INCREMENTAL.format(column="w")
    assert read(project, 'table = "dbo.source"', flow) == 0
    project.ground.execute(f"INSERT INTO dbo.source VALUES (3, {middle}), (4, {high}), (5, {low})")
    for _ in range(2):
        assert read(project, 'table = "dbo.source"', flow) == 0
        assert ids(project) == [1, 2, 3, 4]


def test_a_query_that_cannot_stand_in_another_is_sent_as_it_is(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute(*ORDERS)
    query = "WITH some AS (SELECT [id], [at] FROM dbo.orders WHERE [id] < 3) SELECT {0} FROM some"
    assert read(project, f'query = "{query.format("[id]")}"') == 0
    assert ids(project) == [1, 2]
    assert read(project, f'query = "{query.format("[id], [at]")}"') == 1
    assert "CAST it in the query" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("query", "as_it_is"),
    [
        ("SELECT [id] FROM dbo.orders -- all; of it", False),
        ("SELECT [id] FROM dbo.orders; -- done", False),
        ("/* ORDER BY /* in */ it */ SELECT [id], 'ORDER BY' AS [with] FROM dbo.orders", False),
        (
            "SELECT [id], ROW_NUMBER() OVER (ORDER BY [at]) AS [option] FROM dbo.orders"
            " WHERE [id] IN (SELECT TOP (9) [id] FROM dbo.orders ORDER BY [id])",
            False,
        ),
        ("SELECT [id] FROM dbo.orders ORDER BY COALESCE([customer], 1)", True),
        ("SELECT [id] FROM dbo.orders OPTION (MAXDOP 1);", True),
        (";WITH some AS (SELECT [id] FROM dbo.orders) SELECT [id] FROM some", True),
        ("-- rows\nWITH some AS (SELECT [id] FROM dbo.orders) SELECT [id] FROM some", True),
    ],
)
def test_a_query_is_judged_by_what_it_says_and_not_by_its_comments(
    project: Project, query: str, as_it_is: bool
) -> None:
    project.ground.execute(*ORDERS)
    (project.root / "orders.sql").write_text(query)
    assert read(project, 'query_file = "orders.sql"') == 0
    assert ids(project) == [1, 2, 3]
    assert bool(project.server.log.containing("AS [hygge_query]")) is not as_it_is
