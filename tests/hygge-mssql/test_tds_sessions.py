"""Logging in, calls with values, what a session has set, and application locks: the real driver."""

import datetime as dt
import threading
import time
import uuid
from decimal import Decimal

import pytest

mssql_python = pytest.importorskip("mssql_python")


def refused(server, **changed):
    words = {"PWD": "{p@ss;word}} 1}", "UID": server.user, "Database": server.database, **changed}
    text = ";".join(f"{key}={value}" for key, value in words.items())
    with pytest.raises(mssql_python.Error) as told:
        mssql_python.connect(f"Server={server.host},{server.port};Encrypt=no;{text}")
    return str(told.value)


def test_a_wrong_password_an_unknown_login_and_a_missing_database_are_told(server):
    assert "Login failed for user 'hygge'" in refused(server, PWD="wrong")
    assert "Login failed for user 'nobody'" in refused(server, UID="nobody")
    # Both are told; this driver shows the severer.
    assert "Login failed for user 'hygge'" in refused(server, Database="nowhere")
    assert [entry.error for entry in server.log.entries] == [18456, 18456, 4060]


def test_values_of_every_kind_arrive_as_they_are(server, cursor):
    columns = {
        "i": ("bigint", 2**40),
        "s": ("nvarchar(10)", "x😀'; DROP TABLE t --"[:9]),
        "m": ("nvarchar(max)", "ü" * 9000),
        "d": ("datetime2(6)", dt.datetime(2024, 1, 2, 3, 4, 5, 678901)),
        "n": ("decimal(10,2)", Decimal("-1.25")),
        "v": ("varbinary(max)", b"\x00\x01" * 5000),
        "u": ("uniqueidentifier", uuid.UUID(int=7)),
        "f": ("float", 1.5),
        "b": ("bit", True),
        "a": ("date", dt.date(2024, 1, 1)),
        "o": (
            "datetimeoffset(6)",
            dt.datetime(2024, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=5))),
        ),
        "t": ("time(6)", dt.time(1, 2, 3, 4)),
    }
    declared = ", ".join(f"{name} {kind} NULL" for name, (kind, _) in columns.items())
    server.execute(f"CREATE TABLE t (k int NOT NULL, {declared})")
    marks = ", ".join("?" * (len(columns) + 1))
    values = [value for _, value in columns.values()]
    insert = f"INSERT INTO t (k, {', '.join(columns)}) VALUES ({marks})"
    cursor.execute(insert, (1, *values))
    cursor.execute(insert, (2, *[None] * len(values)))
    read = cursor.execute("SELECT * FROM t ORDER BY k").fetchall()
    assert [tuple(row) for row in read] == [(1, *values), (2, *[None] * len(values))]
    for name, value in zip(columns, values, strict=True):
        found = cursor.execute(f"SELECT k FROM t WHERE {name} = ?", (value,)).fetchall()
        assert [tuple(row) for row in found] == [(1,)], name


def test_a_statement_may_be_executed_many_times(server, cursor):
    server.execute("CREATE TABLE t (a int)")
    for number in range(5):
        cursor.execute("INSERT INTO t VALUES (?)", (number,))
    cursor.executemany("INSERT INTO t VALUES (?)", [(number,) for number in range(5, 10)])
    assert [row[0] for row in server.rows("SELECT a FROM t ORDER BY a")] == list(range(10))


def test_names_may_be_anything(server, cursor):
    odd = [
        "a]b",
        "select",
        "with space",
        "Ünï😀",
        "a.b",
        "'quoted'",
        '"double"',
        "; DROP TABLE x --",
    ]
    quoted = ["[" + name.replace("]", "]]") + "]" for name in odd]
    columns = ", ".join(f"{name} int NULL" for name in quoted)
    cursor.execute(f"CREATE TABLE [a]]b. c] ({columns})")
    cursor.execute(f"INSERT INTO [dbo].[a]]b. c] ({', '.join(quoted)}) VALUES (1,2,3,4,5,6,7,8)")
    cursor.execute("SELECT * FROM [a]]b. c]")
    assert [column[0] for column in cursor.description] == odd
    assert (
        server.execute("SELECT name FROM sys.columns ORDER BY column_id").column(0).to_pylist()
        == odd
    )


def test_what_is_no_statement_of_the_double_is_named(cursor):
    with pytest.raises(mssql_python.Error, match="The double does not know the statement that"):
        cursor.execute("SELECT 1; GRUMBLE 1")
    with pytest.raises(mssql_python.Error, match="does not know the function SOUNDEX"):
        cursor.execute("SELECT SOUNDEX('x')")


def test_an_application_lock_waits_times_out_and_goes_with_its_session(connect):
    get = (
        "DECLARE @got int; EXEC @got = sp_getapplock @Resource = ?, @LockMode = 'Exclusive',"
        " @LockOwner = 'Session', @LockTimeout = ?; SELECT @got"
    )
    first, second = connect(), connect()
    assert first.cursor().execute(get, ("hygge:x", 0)).fetchval() == 0
    assert second.cursor().execute(get, ("hygge:x", 0)).fetchval() == -1
    assert second.cursor().execute(get, ("hygge:y", 0)).fetchval() == 0
    began = time.monotonic()
    assert second.cursor().execute(get, ("hygge:x", 150)).fetchval() == -1
    assert time.monotonic() - began >= 0.15
    threading.Timer(0.2, first.close).start()
    assert second.cursor().execute(get, ("hygge:x", 20_000)).fetchval() == 1


def test_a_lock_of_a_transaction_ends_with_it(server, connect):
    get = (
        "DECLARE @got int; EXEC @got = sp_getapplock @Resource = 'r', @LockMode = 'Exclusive',"
        " @LockOwner = 'Transaction', @LockTimeout = 0; SELECT @got"
    )
    first, second = connect().cursor(), connect().cursor()
    first.execute("BEGIN TRANSACTION")
    assert first.execute(get).fetchval() == 0
    second.execute("BEGIN TRANSACTION")
    assert second.execute(get).fetchval() == -1
    first.execute("ROLLBACK TRANSACTION")
    assert second.execute(get).fetchval() == 0


def test_a_cancelled_statement_ends_and_the_session_goes_on(server, connect):
    connection = connect()
    connection.timeout = 1
    cursor = connection.cursor()
    began = time.monotonic()
    with pytest.raises(mssql_python.Error, match=r"(?i)timeout"):
        cursor.execute("WAITFOR DELAY '00:00:30'")
    assert time.monotonic() - began < 20
    assert connection.cursor().execute("SELECT 1").fetchval() == 1
    assert "attention" in [entry.kind for entry in server.log.entries]


def test_messages_of_errors_reach_the_client_in_a_try_too(cursor):
    cursor.execute(
        "BEGIN TRY SELECT 1 / 0 END TRY"
        " BEGIN CATCH SELECT ERROR_NUMBER(), ERROR_MESSAGE() END CATCH"
    )
    rows = []
    while True:
        if cursor.description:
            rows += [tuple(row) for row in cursor.fetchall()]
        if not cursor.nextset():
            break
    assert rows == [(8134, "Divide by zero error encountered.")]


def test_throw_and_if_and_variables(cursor):
    cursor.execute("DECLARE @a int = 2, @b nvarchar(10) = N'x'; SET @a = @a + 1; SELECT @a, @b")
    assert tuple(cursor.fetchone()) == (3, "x")
    with pytest.raises(mssql_python.Error, match="not enough"):
        cursor.execute("IF 1 > 2 SELECT 1 ELSE THROW 51000, N'not enough', 1")
