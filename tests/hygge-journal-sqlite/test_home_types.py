"""The home and types: others' words are read, no value is cast, nothing is lost by widening."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read and written

from datetime import UTC, date, datetime, time
from decimal import Decimal

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import ConfigError, HomeError, SchemaChanged
from hygge_core.records import Ask

ASK = Ask(entity="orders")


OTHERS = {
    "INTEGER": (7, pl.Int64, 7),
    "TINYINT(1)": (7, pl.Int64, 7),
    "INT8": (2**40, pl.Int64, 2**40),
    "unsigned big int": (7, pl.Int64, 7),
    "VARCHAR(20)": ("x", pl.String, "x"),
    "nvarchar(max)": ("x", pl.String, "x"),
    "UUID": ("a-1", pl.String, "a-1"),
    "DOUBLE PRECISION": (1.5, pl.Float64, 1.5),
    "BLOB": (b"\xff", pl.Binary, b"\xff"),
    "BOOLEAN": (1, pl.Boolean, True),
    "DATE": ("2013-01-31", pl.Date, date(2013, 1, 31)),
    "TIME": ("05:30", pl.Time, time(5, 30)),
    "DATETIME": ("2013-01-31 05:30", pl.Datetime("us"), datetime(2013, 1, 31, 5, 30)),
    "timestamp": (
        "2013-01-31T05:30:00.5",
        pl.Datetime("us"),
        datetime(2013, 1, 31, 5, 30, 0, 500_000),
    ),
    "TIMESTAMP WITH TIME ZONE": (
        "2013-01-31 05:30:00+02:00",
        pl.Datetime("us", "UTC"),
        datetime(2013, 1, 31, 3, 30, tzinfo=UTC),
    ),
    "DECIMAL(10, 2)": (12.3, pl.Decimal(10, 2), Decimal("12.30")),
    "NUMERIC(5)": (12, pl.Decimal(5, 0), Decimal(12)),
    "NUMERIC": (1.5, pl.Float64, 1.5),
    "MONEY": ("1,50", pl.String, "1,50"),
    "": (7, pl.Int64, 7),
}  # fmt: skip


@pytest.mark.parametrize("declared", OTHERS)
def test_tables_of_others_are_read_by_the_words_they_use(run, rows, declared):
    value, dtype, read = OTHERS[declared]
    # In quotes because not all of them are SQLite's syntax; they may stand there all the same.
    run(f"CREATE TABLE orders (x {declared and chr(34) + declared + chr(34)})")
    run("INSERT INTO orders VALUES (?)", (value,), (None,))
    assert rows().schema == {"x": dtype}
    assert rows()["x"].to_list() == [read, None]


@pytest.mark.parametrize(
    ("declared", "value", "seen"),
    [
        ("INTEGER", "many", pl.String),
        ("INTEGER", 1.5, pl.Float64),
        ("TEXT", b"\x01", pl.Binary),
        ("BOOLEAN", 2, pl.Int64),
        ("DATE", "31.01.2013", pl.String),
        ("DATE", "2013-01-31 05:30", pl.Datetime("us")),
        ("DATE", 2456323.5, pl.Float64),
        ("DATETIME", "2013-02-30 00:00", pl.Datetime("us")),
        ("DATETIME", "2013-01-31 05:30:00.123456789", pl.Datetime("ns")),
        ("DATETIME", "2013-01-31 05:30Z", pl.Datetime("us", "UTC")),
        ("DATETIME", "2016-12-31 23:59:60", pl.Datetime("us")),
        ("DATETIME", 1356998400, pl.Int64),
        ("DECIMAL(5,2)", "1.234", pl.String),
        ("DECIMAL(5,2)", 123456.0, pl.Decimal(6, 0)),
        ("UUID", "0007", pl.Int64),
        ("BLOB", "text", pl.String),
    ],
)
def test_a_value_that_is_not_of_its_declared_type_is_named_and_never_cast(
    run, home, declared, value, seen
):
    run(f'CREATE TABLE orders (id INTEGER PRIMARY KEY, "odd one" {declared})')
    run("INSERT INTO orders VALUES (?, ?)", (41, None), (42, value))
    with pytest.raises(SchemaChanged, match=r"shop.db#orders: column 'odd one'") as caught:
        list(home().read(ASK))
    if not (declared == "DECIMAL(5,2)" and value == "1.234"):
        assert caught.value.seen == {"odd one": seen}
    assert "in row 42" in str(caught.value)
    assert "schema_overrides = { odd one =" in caught.value.hint


def test_text_that_is_no_utf8_names_the_column_and_can_be_read_as_bytes(run, home, rows):
    run("CREATE TABLE orders (x TEXT)")
    run("INSERT INTO orders VALUES (CAST(x'ff41' AS TEXT))")
    with pytest.raises(HomeError, match=r"column 'x'$"):  # without the text: it may be masked
        list(home().read(ASK))
    assert rows(schema_overrides={"x": "binary"})["x"].to_list() == [b"\xffA"]


def test_an_override_says_what_a_column_is_and_its_values_are_still_checked(run, rows, home):
    run("CREATE TABLE orders (a NUMERIC, b TEXT, c DATETIME, d INTEGER)")
    run(
        "INSERT INTO orders VALUES (?, ?, ?, ?)",
        (1.5, "1.50", "2013-01-31 05:30Z", 5),
        (2, None, None, 7),
    )
    overrides = {"a": "decimal(6,3)", "b": "decimal(10,2)", "c": "datetime[ns, UTC]", "d": "string"}
    read = rows(schema_overrides=overrides)
    assert read.schema == {
        "a": pl.Decimal(6, 3),
        "b": pl.Decimal(10, 2),
        "c": pl.Datetime("ns", "UTC"),
        "d": pl.String,
    }
    assert read["a"].to_list() == [Decimal("1.500"), Decimal(2)]
    assert read["d"].to_list() == ["5", "7"]
    with pytest.raises(SchemaChanged, match="5 in row 1 is not a bool"):
        list(home(schema_overrides={"d": "bool"}).read(evolve(ASK, columns=("d",))))


def test_an_override_that_cannot_be_meant_is_a_mistake(run, home):
    run("CREATE TABLE orders (a)")
    with pytest.raises(ConfigError, match=r"schema_overrides.a: 'nubmer' is not a type"):
        home(schema_overrides={"a": "nubmer"})
    with pytest.raises(HomeError, match="no column 'b'") as caught:
        home(schema_overrides={"b": "string"}).schema(ASK)
    assert "its columns are a" in caught.value.hint


def test_columns_that_nobody_declared_are_known_after_looking_at_all_values(run, rows, home):
    run("CREATE TABLE orders (i, f, t, b, none, mixed)")
    for _ in range(300):
        run("INSERT INTO orders VALUES (1, 2, 'x', x'01', NULL, 1)")
    run("INSERT INTO orders VALUES (1, 2.5, 'y', x'02', NULL, 1)")
    assert rows().schema == {
        "i": pl.Int64, "f": pl.Float64, "t": pl.String, "b": pl.Binary, "none": pl.Null,
        "mixed": pl.Int64,
    }  # fmt: skip
    run("INSERT INTO orders VALUES (1, 2.5, 'y', x'02', NULL, 'one')")
    with pytest.raises(HomeError, match="column 'mixed' is declared '' and holds int64 and string"):
        home().schema(ASK)
    assert rows(schema_overrides={"mixed": "string"})["mixed"].to_list()[-2:] == ["1", "one"]


def test_the_settled_type_is_given_where_nothing_is_lost(run, home):
    run("CREATE TABLE orders (a DATETIME, b INTEGER)")
    run("INSERT INTO orders VALUES ('2013-01-31 05:30:00.123456789', 1)")
    settled = pl.Schema({"a": pl.Datetime("ns"), "b": pl.Int64()})
    (batch,) = home().read(evolve(ASK, settled=settled))
    assert batch["a"].to_physical().item() % 1000 == 789
    with pytest.raises(SchemaChanged) as caught:
        home().schema(evolve(ASK, settled=pl.Schema({"b": pl.Int8()})))
    assert caught.value.seen == {"b": pl.Int64()}
