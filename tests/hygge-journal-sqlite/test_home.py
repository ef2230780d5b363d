"""The home: declared types are believed, every value is checked, nothing is guessed or written."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read and written

from datetime import UTC, date, datetime, time
from decimal import Decimal

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import Cancelled, ConfigError, HomeError, SchemaChanged
from hygge_core.protocols import Bounds, Checks, Discovers, Estimates, Home
from hygge_core.records import Ask
from hygge_core.scene import Cancel, Scene
from hygge_journal_sqlite.config import SqliteHomeConfig
from hygge_journal_sqlite.home.home import open_home

ASK = Ask(entity="orders")


def test_it_is_a_home_and_what_else_it_can_do_is_found_by_isinstance(home):
    for protocol in (Home, Bounds, Checks, Discovers, Estimates):
        assert isinstance(home(), protocol)


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


def test_a_view_and_a_query_know_the_types_of_what_they_pass_on(run, rows):
    run("CREATE TABLE t (id INTEGER, at DATETIME, price DECIMAL(10,2))")
    run("INSERT INTO t VALUES (1, '2013-01-31 05:30', 1.5)")
    run("CREATE VIEW orders AS SELECT at, price, id + 1 AS next FROM t")
    expected = {"at": pl.Datetime("us"), "price": pl.Decimal(10, 2), "next": pl.Int64}
    assert rows().schema == expected
    assert rows(query="SELECT at, price, id + 1 AS next FROM t;").schema == expected
    assert rows(query="WITH w AS (SELECT * FROM t) SELECT count(*) AS n FROM w")["n"].item() == 1


def test_a_query_that_is_wrong_says_so_in_sqlites_words(run, home):
    run("CREATE TABLE t (id)")
    with pytest.raises(HomeError, match="no such table: nowhere"):
        home(query="SELECT * FROM nowhere").schema(ASK)
    with pytest.raises(HomeError, match="syntax error"):
        home(query="DELETE FROM t").schema(ASK)


def test_a_table_and_a_query_at_once_are_a_mistake(database):
    with pytest.raises(ValueError, match="either 'table' or 'query'"):
        SqliteHomeConfig(path=database, table="t", query="SELECT 1")


def test_the_table_is_named_like_the_entity_unless_it_is_said(run, database):
    run("CREATE TABLE orders (id INTEGER)")
    with open_home(SqliteHomeConfig(path=database), Scene(flow="sales", entity="orders")) as opened:
        assert opened.schema(ASK) == {"id": pl.Int64}


def test_a_missing_table_lists_what_there_is(run, home):
    run("CREATE TABLE people (id)")
    run("CREATE TABLE __hygge_loads (id)")
    with pytest.raises(HomeError, match="no table or view 'orders'") as caught:
        home().schema(ASK)
    assert caught.value.hint == "there is people; set home.table"


def test_a_missing_database_is_named_and_not_made(home, database):
    with pytest.raises(HomeError, match=r"shop.db is not there"):
        home().schema(ASK)
    assert not database.exists()


@pytest.mark.parametrize("table", ['a "quoted" one', "semi;colon--", "ünï", "select", "x'y", "a.b"])
def test_hostile_names_are_just_names(run, rows, table, load):
    frame = pl.DataFrame({table: [1], 'co"l': ["x"], "": [None]}, schema_overrides={"": pl.String})
    load(frame, table=table)
    assert rows(table).equals(frame)


def test_only_what_is_asked_for_is_read(run, home):
    run("CREATE TABLE orders (a INTEGER, b INTEGER, broken INTEGER)")
    run("INSERT INTO orders VALUES (?, ?, 'x')", *((n, n) for n in range(10)))
    ask = evolve(ASK, columns=("b", "a"), limit=4)
    assert home().schema(ask) == {"a": pl.Int64, "b": pl.Int64}
    assert pl.concat(home().read(ask))["b"].to_list() == [0, 1, 2, 3]


def test_batches_have_the_size_that_was_asked_for(run, home):
    run("CREATE TABLE orders (a INTEGER)")
    run("INSERT INTO orders VALUES (?)", *((n,) for n in range(1000)))
    heights = [batch.height for batch in home(batch_rows=300).read(ASK)]
    assert heights == [300, 300, 300, 100]
    heights = [batch.height for batch in home().read(evolve(ASK, batch_rows=999))]
    assert heights == [999, 1]


def test_batches_of_wide_rows_end_earlier(run, home):
    run("CREATE TABLE orders (a BLOB)")
    run("INSERT INTO orders VALUES (zeroblob(?))", *((1_000_000,) for _ in range(150)))
    heights = [batch.height for batch in home().read(ASK)]
    assert sum(heights) == 150
    assert len(heights) > 1


def test_no_rows_are_no_batches(run, home):
    run("CREATE TABLE orders (a INTEGER)")
    assert list(home().read(ASK)) == []


def test_the_settled_type_is_given_where_nothing_is_lost(run, home):
    run("CREATE TABLE orders (a DATETIME, b INTEGER)")
    run("INSERT INTO orders VALUES ('2013-01-31 05:30:00.123456789', 1)")
    settled = pl.Schema({"a": pl.Datetime("ns"), "b": pl.Int64()})
    (batch,) = home().read(evolve(ASK, settled=settled))
    assert batch["a"].to_physical().item() % 1000 == 789
    with pytest.raises(SchemaChanged) as caught:
        home().schema(evolve(ASK, settled=pl.Schema({"b": pl.Int8()})))
    assert caught.value.seen == {"b": pl.Int64()}


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(run, home):
    run("PRAGMA journal_mode = WAL")
    run("CREATE TABLE orders (a INTEGER)")
    run("INSERT INTO orders VALUES (?)", *((n,) for n in range(500)))
    batches = home(batch_rows=100).read(ASK)
    first = next(batches)
    run("DELETE FROM orders")
    assert first.height + sum(batch.height for batch in batches) == 500


def test_closing_early_frees_the_database(run, home):
    run("CREATE TABLE orders (a INTEGER)")
    run("INSERT INTO orders VALUES (?)", *((n,) for n in range(500)))
    batches = home(batch_rows=100).read(ASK)
    next(batches)
    batches.close()
    run("DROP TABLE orders")


def test_asking_to_stop_ends_a_long_query_before_its_first_row(run, database):
    run("CREATE TABLE t (a INTEGER)")
    cancel = Cancel()
    endless = (
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) AS m FROM n"
    )
    config = SqliteHomeConfig(path=database, query=endless, schema_overrides={"m": "int64"})
    with open_home(config, Scene(cancel=cancel)) as opened:
        batches = opened.read(ASK)
        cancel.request("enough")
        with pytest.raises(Cancelled, match="enough"):
            next(batches)


def test_tables_are_listed_with_their_keys(run, home):
    run("CREATE TABLE b (x, y, z, PRIMARY KEY (z, x))")
    run("CREATE TABLE a (id INTEGER PRIMARY KEY)")
    run("CREATE VIEW v AS SELECT 1")
    run("CREATE TABLE __hygge_stage_1 (x)")
    assert list(home().tables()) == [("a", ("id",)), ("b", ("z", "x")), ("v", ())]


def test_a_view_or_a_modules_table_that_is_broken_keeps_no_other_from_being_listed(run, home):
    run("CREATE TABLE a (id INTEGER PRIMARY KEY)")
    run("CREATE TABLE gone (x)")
    run("CREATE VIEW broken AS SELECT * FROM gone")
    run("DROP TABLE gone")
    run("PRAGMA writable_schema = ON")
    module = "'table', 'm', 'm', 0, 'CREATE VIRTUAL TABLE m USING not_here'"
    run(f"INSERT INTO sqlite_master VALUES ({module})")
    assert list(home().tables()) == [("a", ("id",)), ("broken", ()), ("m", ())]


def test_the_size_is_guessed_where_rows_have_numbers(run, home):
    run("CREATE TABLE orders (a INTEGER)")
    run("INSERT INTO orders VALUES (1), (2)")
    run("CREATE VIEW v AS SELECT * FROM orders")
    run("CREATE TABLE w (a PRIMARY KEY) WITHOUT ROWID")
    assert home().estimated_rows(ASK) == 2
    assert home("w").estimated_rows(ASK) is None
    assert home(query="SELECT 1").estimated_rows(ASK) is None


@pytest.mark.parametrize(("names", "told"), [("RowId", " in row 1"), ("rowid, _rowid_, oid", "")])
def test_a_column_that_is_called_as_the_number_of_a_row_is_a_column(run, home, names, told):
    run(f"CREATE TABLE orders AS SELECT 'text' AS {names.replace(', ', ', 1 AS ')}")
    run("ALTER TABLE orders ADD COLUMN day DATE DEFAULT 'never'")
    assert home().estimated_rows(ASK) == (1 if told else None)
    with pytest.raises(SchemaChanged, match=rf"but 'never'{told} is not a date"):
        list(home().read(ASK))


def test_the_doctor_says_what_can_be_read(run, home):
    run("CREATE TABLE orders (a INTEGER)")
    ((what, verdict, _),) = home().check()
    assert "a int64" in what
    assert verdict == "ok"
