"""The home: declared types are believed, every value is checked, nothing is guessed or written."""

import sqlite3
from contextlib import closing
from pathlib import Path
from shutil import copy

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import Cancelled, HomeError, SchemaChanged
from hygge_core.protocols import Bounds, Checks, Discovers, Estimates, Home
from hygge_core.records import Ask
from hygge_core.scene import Cancel, Scene
from hygge_journal_sqlite.home.home import open_home
from hygge_journal_sqlite.settings import SqliteHomeConfig

ASK = Ask(entity="orders")


def test_it_is_a_home_and_what_else_it_can_do_is_found_by_isinstance(home):
    for protocol in (Home, Bounds, Checks, Discovers, Estimates):
        assert isinstance(home(), protocol)


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


def test_a_database_that_its_writer_left_in_the_middle_is_told_as_such(tmp_path, database):
    """Only who may write can undo what was not finished: the rights of this user are no matter."""
    with closing(sqlite3.connect(database, isolation_level=None)) as writer:
        writer.execute("CREATE TABLE orders (id INTEGER)")
        writer.execute("PRAGMA cache_size = 1")
        writer.execute("BEGIN")
        writer.executemany("INSERT INTO orders VALUES (?)", ((each,) for each in range(5_000)))
        for file in (database, Path(f"{database}-journal")):
            copy(file, tmp_path / file.name.replace(database.name, "left.db"))
    config = SqliteHomeConfig(path=tmp_path / "left.db", table="orders")
    with open_home(config, Scene()) as home, pytest.raises(HomeError) as caught:
        home.schema(ASK)
    assert "left in the middle of a transaction" in str(caught.value)
    assert "permission" not in caught.value.hint


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
