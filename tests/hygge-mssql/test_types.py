"""Every type of SQL Server has a row in the documented table, and is read as that row says."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from project import Project
from tds.server import TdsServer

from hygge_mssql.sqltypes import TYPES

README = Path(__file__).parents[2] / "hygge-mssql" / "README.md"
READ = """
[flows.read]
home = {{ type = "mssql", connection = "sql", table = "dbo.wide"{home} }}
store = {{ type = "parquet", path = "lake" }}
"""
#: column → how it is declared, a literal for it, what is read, and as what.
COLUMNS = {
    "b": ("bit", "1", True, pl.Boolean),
    "u8": ("tinyint", "255", 255, pl.UInt8),
    "i16": ("smallint", "-32768", -(2**15), pl.Int16),
    "i32": ("int", "-2147483648", -(2**31), pl.Int32),
    "i64": ("bigint", "9223372036854775807", 2**63 - 1, pl.Int64),
    "dec": ("decimal(38,10)", "1234567890123456789012345678.0123456789",
            Decimal("1234567890123456789012345678.0123456789"), pl.Decimal(38, 10)),
    "m": ("money", "-922337203685477.5808", Decimal("-922337203685477.5808"), pl.Decimal(19, 4)),
    "sm": ("smallmoney", "214748.3647", Decimal("214748.3647"), pl.Decimal(10, 4)),
    "r": ("real", "0.5", 0.5, pl.Float32),
    "f": ("float", "0.1", 0.1, pl.Float64),
    "d": ("date", "'0001-01-01'", date(1, 1, 1), pl.Date),
    "t": ("time(7)", "'23:59:59.9999999'", time(23, 59, 59, 999_999), pl.Time),
    "dt": ("datetime", "'1753-01-01T00:00:00.003'", datetime(1753, 1, 1, 0, 0, 0, 3000),
           pl.Datetime("us")),
    "sdt": ("smalldatetime", "'1900-01-01T00:01:00'", datetime(1900, 1, 1, 0, 1),
            pl.Datetime("us")),
    "d6": ("datetime2(6)", "'9999-12-31T23:59:59.999999'",
           datetime(9999, 12, 31, 23, 59, 59, 999_999), pl.Datetime("us")),
    "o3": ("datetimeoffset(3)", "'2024-01-01T00:00:00.001+05:30'",
           datetime(2023, 12, 31, 18, 30, 0, 1000, tzinfo=UTC), pl.Datetime("us", "UTC")),
    "c": ("char(4)", "'ab'", "ab  ", pl.String),
    "nc": ("nchar(4)", "N'øæ'", "øæ  ", pl.String),
    "v": ("varchar(10)", "''", "", pl.String),
    "nv": ("nvarchar(max)", "N'🦊'", "🦊", pl.String),
    "g": ("uniqueidentifier", "'6F9619FF-8B86-D011-B42D-00C04FC964FF'",
          "6F9619FF-8B86-D011-B42D-00C04FC964FF", pl.String),
    "x": ("xml", "N'<a/>'", "<a/>", pl.String),
    "bi": ("binary(3)", "0x01", b"\x01\0\0", pl.Binary),
    "vb": ("varbinary(max)", "0x", b"", pl.Binary),
    "va": ("sql_variant", "N'any'", "any", pl.String),
    "vl": ("sql_variant", f"'{'x' * 7_999}y'", "x" * 7_999 + "y", pl.String),
    "ve": ("vector", "N'[1.0e+000]'", "[1.0e+000]", pl.String),
    "h": ("hierarchyid", "N'/1/2/'", "/1/2/", pl.String),
}  # fmt: skip


@pytest.fixture
def project(tmp_path: Path, server_process: TdsServer) -> Project:
    """In a process: the driver keeps the GIL while it waits for a long value."""
    return Project(tmp_path, server_process)


def read(project: Project, columns: str, values: str, home: str = "") -> pl.DataFrame:
    project.ground.execute(
        f"CREATE TABLE dbo.wide ({columns})", f"INSERT INTO dbo.wide VALUES ({values})"
    )
    project.write(READ.format(home=home))
    assert project.hygge("run") == 0
    return project.settled()


def test_every_type_is_in_the_documented_table_and_no_other() -> None:
    table = README.read_text(encoding="utf-8").split("| SQL Server | read as |")[1].split("\n\n")[0]
    told = {
        re.sub(r"\(.*", "", word)
        for line in table.splitlines()[2:]
        for word in re.findall(r"`([^`]+)`", line.split("|")[1])
    }
    # A second row of one type tells its seventh digit alone.
    assert told - {""} == set(TYPES)


def test_the_values_of_every_type_are_read_exactly(project: Project) -> None:
    columns = ", ".join(f"[{name}] {each[0]} NULL" for name, each in COLUMNS.items())
    seen = read(project, columns, ", ".join(each[1] for each in COLUMNS.values()))
    assert dict(seen.schema) == {
        name: each[3]() if isinstance(each[3], type) else each[3] for name, each in COLUMNS.items()
    }
    assert seen.row(0, named=True) == {name: each[2] for name, each in COLUMNS.items()}


def test_the_seventh_digit_is_kept_or_dropped_as_the_home_says(project: Project) -> None:
    columns = "[at] datetime2(7), [there] datetimeoffset(7)"
    values = "'2024-01-01T00:00:00.1234567', '2024-01-01T00:00:00.1234567+00:00'"
    seen = read(project, columns, values)
    assert dict(seen.schema) == {"at": pl.Datetime("ns"), "there": pl.Datetime("ns", "UTC")}
    assert {column.dt.nanosecond()[0] for column in seen.get_columns()} == {123_456_700}
    project.write(READ.format(home=', seventh_digit = "drop"'))
    assert project.hygge("run") == 0
    seen = project.settled()
    assert dict(seen.schema) == {"at": pl.Datetime("us"), "there": pl.Datetime("us", "UTC")}
    assert seen["at"].to_list() == [datetime(2024, 1, 1, 0, 0, 0, 123_456)]


def test_a_moment_out_of_reach_of_its_seventh_digit_is_told_and_read_without(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    project.ground.execute(
        "CREATE TABLE dbo.wide ([at] datetime2(7))",
        "INSERT INTO dbo.wide VALUES ('9999-12-31T23:59:59.9999999')",
    )
    project.write(READ.format(home=""))
    assert project.hygge("run") == 1
    assert 'seventh_digit = "drop"' in capsys.readouterr().err
    project.write(READ.format(home=', seventh_digit = "drop"'))
    assert project.hygge("run") == 0
    assert project.settled()["at"].to_list() == [datetime(9999, 12, 31, 23, 59, 59, 999_999)]


def test_padding_is_trimmed_where_the_home_says(project: Project) -> None:
    seen = read(project, "[c] char(4), [n] nchar(4)", "'ab', N'ø'", ', padding = "trim"')
    assert seen.rows() == [("ab", "ø")]


def test_the_server_converts_what_is_overridden(project: Project) -> None:
    texts = {"at": "datetime2(7)", "f": "float", "m": "money", "b": "varbinary(4)"}
    told = ', schema_overrides = { n = "decimal(12,2)", ' + ", ".join(
        f'{name} = "string"' for name in texts
    )
    columns = ", ".join(["[n] nvarchar(10)", *(f"[{name}] {kind}" for name, kind in texts.items())])
    values = "N'1.25', '2024-01-01', 1234567.891, 1.2345, 0x4100ff"
    seen = read(project, columns, values, told + " }").row(0, named=True)
    assert float(seen.pop("f")) == 1234567.891  # all its digits, however they are written
    assert seen == {
        "n": Decimal("1.25"),
        "at": "2024-01-01T00:00:00.0000000",
        "m": "1.2345",
        "b": "0x4100FF",
    }
