"""Nothing half: transactions, what others see meanwhile, and what a lost client leaves."""

import threading
import time

import pytest

mssql_python = pytest.importorskip("mssql_python")


@pytest.fixture
def table(server):
    server.execute("CREATE TABLE dbo.t (a int NOT NULL PRIMARY KEY, b nvarchar(10) NULL)")
    server.execute("INSERT INTO dbo.t VALUES (1, N'old')")
    return "dbo.t"


def test_a_rollback_undoes_rows_and_tables(server, cursor, table):
    cursor.execute("BEGIN TRANSACTION")
    cursor.execute("UPDATE dbo.t SET b = N'new'")
    cursor.execute("CREATE TABLE dbo.u (x int)")
    cursor.execute("ALTER TABLE dbo.t ADD c int NULL")
    cursor.execute("EXEC sp_rename N'dbo.t', N'v'")
    assert tuple(cursor.execute("SELECT * FROM dbo.v").fetchone()) == (1, "new", None)
    cursor.execute("ROLLBACK TRANSACTION")
    assert server.rows(table) == [(1, "old")]
    assert server.rows("SELECT name FROM sys.tables") == [("t",)]


def test_readers_see_the_old_or_the_new_and_never_a_mix(server, connect, table):
    server.execute("TRUNCATE TABLE dbo.t")
    server.execute("INSERT INTO dbo.t VALUES " + ", ".join(f"({n}, N'0')" for n in range(100)))
    over, mixed, seen = threading.Event(), [], set()

    def look(isolation):
        cursor = connect().cursor()
        cursor.execute(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
        while not over.is_set():
            cursor.execute("BEGIN TRANSACTION")
            found = [tuple(r) for r in cursor.execute("SELECT b, COUNT(*) FROM dbo.t GROUP BY b")]
            if isolation == "SNAPSHOT":
                again = cursor.execute("SELECT MIN(b), COUNT(*) FROM dbo.t").fetchone()
                found = found if tuple(again) == found[0] else [*found, again]
            cursor.execute("COMMIT TRANSACTION")
            seen.add(found[0][0])
            if len(found) != 1 or found[0][1] != 100:
                mixed.append(found)

    readers = [threading.Thread(target=look, args=(i,)) for i in ("SNAPSHOT", "READ COMMITTED")]
    for reader in readers:
        reader.start()
    writer = connect().cursor()
    for number in range(1, 8):
        writer.execute("BEGIN TRANSACTION")
        writer.execute("DELETE FROM dbo.t")
        for start in range(0, 100, 50):
            rows = ", ".join(f"({n}, N'{number}')" for n in range(start, start + 50))
            writer.execute(f"INSERT INTO dbo.t VALUES {rows}")
        writer.execute("COMMIT TRANSACTION")
    over.set()
    for reader in readers:
        reader.join(60)
    assert not mixed
    assert len(seen) > 1


def test_a_client_that_goes_leaves_nothing(server, connect, table):
    gone = connect()
    gone.cursor().execute("BEGIN TRANSACTION")
    gone.cursor().execute("DELETE FROM dbo.t")
    gone.close()
    cursor = connect().cursor()
    cursor.execute("SET LOCK_TIMEOUT 20000; UPDATE dbo.t SET b = N'next'")
    assert server.rows(table) == [(1, "next")]


def test_whoever_waits_too_long_for_a_writer_is_told(server, connect, table):
    first, second = connect().cursor(), connect().cursor()
    first.execute("BEGIN TRANSACTION")
    first.execute("UPDATE dbo.t SET b = N'1'")
    second.execute("SET LOCK_TIMEOUT 100")
    with pytest.raises(mssql_python.Error, match="Lock request time out"):
        second.execute("UPDATE dbo.t SET b = N'2'")
    assert tuple(second.execute("SELECT b FROM dbo.t").fetchone()) == ("old",)
    first.execute("COMMIT TRANSACTION")
    second.execute("UPDATE dbo.t SET b = N'2'")
    assert server.rows(table) == [(1, "2")]


def test_two_that_wait_for_each_other_are_told_apart(server, connect, table):
    lock = (
        "DECLARE @got int; EXEC @got = sp_getapplock @Resource = 'r', @LockMode = 'Exclusive',"
        " @LockOwner = 'Transaction', @LockTimeout = 20000; SELECT @got"
    )
    first, second = connect().cursor(), connect().cursor()
    for cursor in (first, second):
        cursor.execute("BEGIN TRANSACTION")
    first.execute("UPDATE dbo.t SET b = N'1'")
    assert second.execute(lock).fetchval() == 0
    got = []
    waiting = threading.Thread(target=lambda: got.append(first.execute(lock).fetchval()))
    waiting.start()
    time.sleep(0.2)
    with pytest.raises(mssql_python.Error, match="deadlocked on lock resources"):
        second.execute("SET XACT_ABORT ON; UPDATE dbo.t SET b = N'2'")
    waiting.join(20)
    assert got == [1]


def test_a_row_may_be_held_between_reading_and_changing_it(server, connect):
    server.execute("CREATE TABLE c (n int)")
    server.execute("INSERT INTO c VALUES (0)")

    def add():
        cursor = connect().cursor()
        for _ in range(10):
            cursor.execute("SET XACT_ABORT ON; BEGIN TRANSACTION")
            n = cursor.execute("SELECT n FROM c WITH (UPDLOCK, HOLDLOCK)").fetchval()
            cursor.execute("UPDATE c SET n = ?", (n + 1,))
            cursor.execute("COMMIT TRANSACTION")

    threads = [threading.Thread(target=add) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert server.rows("c") == [(30,)]


def test_an_error_with_xact_abort_undoes_the_transaction(server, cursor, table):
    cursor.execute("SET XACT_ABORT ON")
    cursor.execute("BEGIN TRANSACTION")
    cursor.execute("INSERT INTO dbo.t VALUES (2, N'x')")
    with pytest.raises(mssql_python.Error, match="Violation of PRIMARY KEY constraint"):
        cursor.execute("INSERT INTO dbo.t VALUES (1, N'twice')")
    assert cursor.execute("SELECT @@TRANCOUNT").fetchval() == 0
    assert server.rows(table) == [(1, "old")]


def test_an_error_in_a_try_dooms_the_transaction(cursor, table):
    cursor.execute(
        "SET XACT_ABORT ON; SET NOCOUNT ON; BEGIN TRANSACTION; BEGIN TRY"
        " INSERT INTO dbo.t VALUES (1, N'twice') END TRY"
        " BEGIN CATCH SELECT XACT_STATE(), ERROR_NUMBER(); ROLLBACK END CATCH"
    )
    assert tuple(cursor.fetchone()) == (-1, 2627)


def test_the_drivers_own_transactions(server, connect, table):
    connection = connect()
    connection.autocommit = False
    cursor = connection.cursor()
    cursor.execute("UPDATE dbo.t SET b = N'1'")
    connection.rollback()
    assert server.rows(table) == [(1, "old")]
    cursor.execute("UPDATE dbo.t SET b = N'2'")
    connection.commit()
    assert server.rows(table) == [(1, "2")]


def test_snapshot_is_refused_where_the_database_does_not_allow_it(server, cursor, table):
    cursor.execute("ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION OFF")
    cursor.execute("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
    with pytest.raises(mssql_python.Error, match="Snapshot isolation transaction failed"):
        cursor.execute("SELECT * FROM dbo.t")


def test_a_reader_waits_for_rows_that_are_not_committed_unless_it_leaves_them_out(server, connect):
    server.execute("CREATE TABLE r (a int NOT NULL PRIMARY KEY)")
    server.execute("INSERT INTO r VALUES (1)")
    first, second = connect().cursor(), connect().cursor()
    first.execute("BEGIN TRANSACTION")
    first.execute("INSERT INTO r VALUES (2)")
    second.execute("SET LOCK_TIMEOUT 100")
    for scan in ("SELECT a FROM r", "SELECT a FROM r WHERE a = 1"):
        with pytest.raises(mssql_python.Error, match="Lock request time out"):
            second.execute(scan)
    past = "SELECT a FROM r WITH (READPAST)"
    seek = "SELECT a FROM r WITH (FORCESEEK) WHERE a = 1"
    for reached in (past, seek):
        assert second.execute(reached).fetchval() == 1
    server.databases["hygge"].read_committed_snapshot = True
    assert second.execute("SELECT COUNT(*) FROM r").fetchval() == 1
    with pytest.raises(mssql_python.Error, match="READPAST lock"):
        second.execute(past)


def test_rowversions_grow_and_what_is_under_way_bounds_them(server, connect):
    server.databases["hygge"].read_committed_snapshot = True
    server.execute("CREATE TABLE r (a int, rv rowversion)")
    server.execute("INSERT INTO r (a) VALUES (1), (2)")
    first, second = connect().cursor(), connect().cursor()
    first.execute("BEGIN TRANSACTION")
    first.execute("INSERT INTO r (a) VALUES (3)")
    least = second.execute("SELECT MIN_ACTIVE_ROWVERSION()").fetchval()
    below = "SELECT a FROM r WHERE rv < ? ORDER BY a"
    assert [row[0] for row in second.execute(below, (least,))] == [1, 2]
    first.execute("COMMIT TRANSACTION")
    later = second.execute("SELECT MIN_ACTIVE_ROWVERSION()").fetchval()
    assert later > least
    between = "SELECT a FROM r WHERE rv >= ? AND rv < ?"
    assert [row[0] for row in second.execute(between, (least, later))] == [3]
    second.execute("UPDATE r SET a = 9 WHERE a = 1")
    assert server.rows("SELECT a FROM r WHERE rv = (SELECT MAX(rv) FROM r)") == [(9,)]


def test_changes_are_tracked_with_their_deletes(server, cursor):
    server.execute("ALTER DATABASE CURRENT SET CHANGE_TRACKING = ON")
    server.execute("CREATE TABLE c (k int NOT NULL PRIMARY KEY, v nvarchar(5))")
    server.execute("ALTER TABLE c ENABLE CHANGE_TRACKING")
    server.execute("INSERT INTO c VALUES (1, N'a'), (2, N'b'), (3, N'c')")
    version = cursor.execute("SELECT CHANGE_TRACKING_CURRENT_VERSION()").fetchval()
    server.execute("UPDATE c SET v = N'x' WHERE k = 1")
    server.execute("DELETE FROM c WHERE k = 2")
    server.execute("INSERT INTO c VALUES (4, N'd')")
    found = cursor.execute(
        "SELECT c.k, t.v, c.SYS_CHANGE_OPERATION FROM CHANGETABLE(CHANGES [dbo].[c],"
        f" {version}) AS c LEFT OUTER JOIN [dbo].[c] AS t ON t.k = c.k ORDER BY c.k"
    ).fetchall()
    assert [tuple(row) for row in found] == [(1, "x", "U"), (2, None, "D"), (4, "d", "I")]
    least = cursor.execute("SELECT CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(?))", ("c",))
    assert least.fetchval() <= version
