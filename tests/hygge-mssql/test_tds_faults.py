"""What goes wrong when a test says so, and what is then left."""

import threading
import time

import polars as pl
import pytest
from tds.process import TdsProcess
from tds.server import TdsServer

mssql_python = pytest.importorskip("mssql_python")
OPTIONS = {"timeout": 0, "column_mappings": ["a"], "keep_nulls": True}


@pytest.fixture
def table(server):
    server.execute("CREATE TABLE dbo.t (a int NULL)")
    return "dbo.t"


def test_the_answer_to_a_commit_is_lost_after_it_took_effect(server, connect, table):
    cursor = connect().cursor()
    cursor.execute("BEGIN TRANSACTION")
    cursor.execute("INSERT INTO t VALUES (1)")
    server.fail("commit", moment="after", drop=True)
    with pytest.raises(mssql_python.Error):
        cursor.execute("COMMIT TRANSACTION")
    assert server.rows(table) == [(1,)]
    assert connect().cursor().execute("SELECT a FROM t").fetchval() == 1


def test_a_connection_lost_before_the_commit_undoes_it(server, connect, table):
    cursor = connect().cursor()
    cursor.execute("BEGIN TRANSACTION")
    cursor.execute("INSERT INTO t VALUES (1)")
    server.fail("commit", drop=True)
    with pytest.raises(mssql_python.Error):
        cursor.execute("COMMIT TRANSACTION")
    assert connect().cursor().execute("SELECT COUNT(*) FROM t").fetchval() == 0


def test_a_bulk_load_cut_in_the_middle_keeps_its_finished_batches(server, connect, table):
    frame = pl.DataFrame({"a": range(30_000)}, schema={"a": pl.Int32})
    server.fail("bulk", after=3, nth=2, drop=True)
    with pytest.raises(Exception, match=r"(?i)connection|closed|io error|reset|broken"):
        connect().cursor().bulkcopy_arrow("[dbo].[t]", frame, batch_size=10_000, **OPTIONS)
    assert server.rows("SELECT COUNT(*) FROM t") == [(10_000,)]


def test_a_bulk_load_that_meets_an_error_leaves_nothing_of_its_batch(server, connect):
    server.execute("CREATE TABLE n (a int NOT NULL)")
    frame = pl.DataFrame({"a": [*range(1000), None]}, schema={"a": pl.Int32})
    with pytest.raises(Exception, match=r"(?i)null"):
        connect().cursor().bulkcopy_arrow("[dbo].[n]", frame, batch_size=0, **OPTIONS)
    assert server.rows("n") == []


def test_an_error_may_come_after_rows(server, connect, table):
    server.execute(
        "INSERT INTO t SELECT 1 FROM sys.types AS a CROSS JOIN sys.types AS b"
        " CROSS JOIN sys.types AS c"
    )
    server.fail("rows", after=8000, error=824)
    with pytest.raises(mssql_python.Error, match="logical consistency"):
        for _ in connect().cursor().execute("SELECT * FROM t").arrow_reader(1000):
            pass


def test_a_deadlock_victim_is_told_and_undone(server, connect, table):
    cursor = connect().cursor()
    cursor.execute("SET XACT_ABORT ON")
    cursor.execute("BEGIN TRANSACTION")
    cursor.execute("INSERT INTO t VALUES (1)")
    server.fail("statement", sql="INSERT INTO t", error=1205)
    with pytest.raises(mssql_python.Error, match="deadlock victim"):
        cursor.execute("INSERT INTO t VALUES (2)")
    assert cursor.execute("SELECT @@TRANCOUNT").fetchval() == 0
    assert server.rows(table) == []


def test_a_login_may_fail_once(server, connect):
    server.fail("login", error=18456, state=11)
    with pytest.raises(mssql_python.Error, match="Login failed"):
        connect()
    connect()


def test_reading_may_be_slow(server, connect, table):
    server.fail("write", delay_seconds=0.2, times=3)
    began = time.monotonic()
    connect().cursor().execute("SELECT 1").fetchval()
    assert time.monotonic() - began > 0.2


def test_a_statement_may_be_held(server, connect, table):
    fault = server.fail("statement", sql="INSERT INTO t", hold=True)
    cursor = connect().cursor()
    done = threading.Thread(target=lambda: cursor.execute("INSERT INTO t VALUES (1)"))
    done.start()
    assert fault.reached.wait(20)
    assert server.rows(table) == []
    fault.release()
    done.join(20)
    assert server.rows(table) == [(1,)]


def test_an_idle_connection_may_be_cut_and_the_server_restarted(server, connect, table):
    connection = connect()
    connection.cursor().execute("INSERT INTO t VALUES (1)")
    server.cut()
    with pytest.raises(mssql_python.Error):
        connection.cursor().execute("SELECT 1")
    server.stop()
    with pytest.raises(mssql_python.Error):
        connect(timeout=2)
    server.start()
    assert connect().cursor().execute("SELECT a FROM t").fetchval() == 1


def test_what_was_committed_survives_a_kill(server_process):
    server_process.execute("CREATE TABLE t (a int, rv rowversion)")
    connection = mssql_python.connect(server_process.connection_string(), autocommit=True)
    cursor = connection.cursor()
    cursor.execute("INSERT INTO t (a) VALUES (1)")
    cursor.execute("BEGIN TRANSACTION")
    cursor.execute("INSERT INTO t (a) VALUES (2)")
    server_process.kill()
    with pytest.raises(mssql_python.Error):
        cursor.execute("COMMIT TRANSACTION")
    connection.close()
    server_process.start()
    assert server_process.rows("SELECT a FROM t") == [(1,)]
    assert "INSERT INTO t (a) VALUES (3)" not in server_process.log.statements


def test_databases_in_files_are_found_again(tmp_path):
    with TdsServer(folder=tmp_path) as first:
        first.execute("CREATE SCHEMA s")
        first.execute(
            "CREATE TABLE s.t (a int IDENTITY(1,1) PRIMARY KEY, b nvarchar(3) DEFAULT N'x')"
        )
        first.execute("INSERT INTO s.t (b) VALUES (N'a')")
    with TdsServer(folder=tmp_path) as second:
        second.execute("INSERT INTO s.t DEFAULT VALUES")
        assert second.rows("s.t") == [(1, "a"), (2, "x")]


def test_a_fault_reaches_a_server_in_another_process(tmp_path):
    with TdsProcess() as server:
        server.execute("CREATE TABLE t (a int)")
        server.fail("commit", moment="after", drop=True)
        connection = mssql_python.connect(server.connection_string(), autocommit=True)
        with pytest.raises(mssql_python.Error):
            connection.cursor().execute("INSERT INTO t VALUES (1)")
        connection.close()
        assert server.rows("t") == [(1,)]
