"""What the real driver writes and reads through the server is what it was, in every type."""

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

UTC = dt.UTC
# column type, Arrow type, a value written in bulk, what `server.rows` shows
CASES = [
    ("bit", pa.bool_(), True, True),
    ("tinyint", pa.uint8(), 255, 255),
    ("smallint", pa.int16(), -32768, -32768),
    ("int", pa.int32(), -(2**31), -(2**31)),
    ("bigint", pa.int64(), 2**63 - 1, 2**63 - 1),
    ("real", pa.float32(), 1.5, 1.5),
    ("float", pa.float64(), 1.7976931348623157e308, 1.7976931348623157e308),
    ("decimal(1,0)", pa.decimal128(1, 0), Decimal(-9), Decimal(-9)),
    ("decimal(38,0)", pa.decimal128(38, 0), Decimal("9" * 38), Decimal("9" * 38)),
    ("decimal(38,38)", pa.decimal128(38, 38), Decimal("-0." + "9" * 38), Decimal("-0." + "9" * 38)),
    ("numeric(18,4)", pa.decimal128(18, 4), Decimal("-0.0001"), Decimal("-0.0001")),
    (
        "money",
        pa.decimal128(19, 4),
        Decimal("-922337203685477.5808"),
        Decimal("-922337203685477.5808"),
    ),
    ("smallmoney", pa.decimal128(10, 4), Decimal("214748.3647"), Decimal("214748.3647")),
    ("date", pa.date32(), dt.date(1, 1, 1), dt.date(1, 1, 1)),
    ("date", pa.date32(), dt.date(9999, 12, 31), dt.date(9999, 12, 31)),
    ("time(7)", pa.time64("ns"), dt.time(23, 59, 59, 999999), "23:59:59.9999990"),
    ("time(0)", pa.time64("us"), dt.time(1, 2, 3), "01:02:03"),
    ("datetime2(7)", pa.timestamp("us"), dt.datetime(1, 1, 1), "0001-01-01 00:00:00.0000000"),
    (
        "datetime2(6)",
        pa.timestamp("us"),
        dt.datetime(9999, 12, 31, 23, 59, 59, 999999),
        "9999-12-31 23:59:59.999999",
    ),
    ("datetime2(3)", pa.timestamp("ms"), dt.datetime(2024, 2, 29, 1), "2024-02-29 01:00:00.000"),
    (
        "datetimeoffset(7)",
        pa.timestamp("us", "UTC"),
        dt.datetime(2024, 5, 6, 7, 8, 9, 123456, UTC),
        "2024-05-06 07:08:09.1234560 +00:00",
    ),
    ("datetime", pa.timestamp("us"), dt.datetime(1753, 1, 1), "1753-01-01 00:00:00.000"),
    ("smalldatetime", pa.timestamp("us"), dt.datetime(2079, 6, 6), "2079-06-06 00:00:00.000"),
    ("nvarchar(50)", pa.string(), "é😀中", "é😀中"),
    ("nvarchar(50)", pa.string(), "", ""),
    ("nvarchar(max)", pa.large_string(), "😀" * 50_000, "😀" * 50_000),
    ("varchar(20)", pa.string(), "Zürich €", "Zürich €"),
    ("varchar(max)", pa.string(), "x" * 100_000, "x" * 100_000),
    ("char(5)", pa.string(), "ab", "ab   "),
    ("nchar(5)", pa.string(), "ü", "ü    "),
    ("varbinary(10)", pa.binary(), b"\x00\xff", b"\x00\xff"),
    ("varbinary(max)", pa.binary(), b"\x00\xff" * 50_000, b"\x00\xff" * 50_000),
    ("binary(4)", pa.binary(), b"ab", b"ab\x00\x00"),
    (
        "uniqueidentifier",
        pa.string(),
        "6f9619ff-8b86-d011-b42d-00c04fc964ff",
        "6F9619FF-8B86-D011-B42D-00C04FC964FF",
    ),
    ("xml", pa.string(), "<a>é</a>", "<a>é</a>"),
]


@pytest.mark.parametrize(
    ("type", "arrow", "value", "shown"), CASES, ids=[f"{c[0]}-{n}" for n, c in enumerate(CASES)]
)
def test_a_value_and_null_survive_bulk_load_and_reading(server, cursor, type, arrow, value, shown):
    server.execute(f"CREATE TABLE t (n int NOT NULL, [a column] {type} NULL)")
    table = pa.table(
        {"n": pa.array([1, 2], pa.int32()), "a column": pa.array([value, None], arrow)}
    )
    options = {"column_mappings": ["n", "a column"], "keep_nulls": True, "timeout": 0}
    assert cursor.bulkcopy_arrow("[dbo].[t]", table, **options)["rows_copied"] == 2

    assert server.rows("t") == [(1, shown), (2, None)]
    read = cursor.execute("SELECT [a column] FROM t ORDER BY n").arrow()
    got = read.column(0).to_pylist()
    if isinstance(value, (str, bytes)):  # the driver shows char as it is stored
        assert got == [shown, None]
    elif isinstance(value, dt.datetime) and value.tzinfo:
        assert [got[0].astimezone(UTC), got[1]] == [value, None]
    else:
        assert got == [value, None]


def test_all_digits_of_100_ns_are_kept(server, cursor):
    server.execute("CREATE TABLE t (a datetime2(7), b time(7), c datetimeoffset(7))")
    cursor.execute(
        "INSERT INTO t (a, b, c) VALUES (N'0001-01-01T00:00:00.0000001', '23:59:59.9999999',"
        " N'9999-12-31 23:59:59.9999999 -05:30')"
    )
    shown = [
        ("0001-01-01 00:00:00.0000001", "23:59:59.9999999", "9999-12-31 23:59:59.9999999 -05:30")
    ]
    assert server.rows("t") == shown
    texts = cursor.execute(
        "SELECT CONVERT(nvarchar(40), a, 121), CAST(b AS nvarchar(40)), CAST(c AS "
        "nvarchar(40)) FROM t"
    ).fetchall()
    assert [tuple(row) for row in texts] == shown


def test_datetime_is_kept_in_three_hundredths_of_a_second(server):
    server.execute("CREATE TABLE t (a datetime)")
    server.execute("INSERT INTO t VALUES ('2024-01-01 23:59:59.999'), ('2024-01-01 00:00:00.005')")
    assert [row[0] for row in server.rows("t")] == [
        "2024-01-02 00:00:00.000",
        "2024-01-01 00:00:00.007",
    ]


def test_varchar_loses_what_its_code_page_has_not(server):
    server.execute("CREATE TABLE t (a varchar(10), b nvarchar(10))")
    server.execute("INSERT INTO t VALUES (N'中é', N'中é')")
    assert server.rows("t") == [("?é", "中é")]


def test_trailing_blanks_and_case_do_not_count_in_comparisons(server):
    server.execute(
        "CREATE TABLE t (a nvarchar(10), b nvarchar(10) COLLATE Latin1_General_100_BIN2)"
    )
    server.execute("INSERT INTO t VALUES (N'Ab  ', N'Ab  ')")
    assert server.rows("SELECT COUNT(*) FROM t WHERE a = N'aB'") == [(1,)]
    assert server.rows("SELECT COUNT(*) FROM t WHERE b = N'aB'") == [(0,)]
    assert server.rows("SELECT COUNT(*) FROM t WHERE b = N'Ab'") == [(1,)]


@pytest.mark.parametrize("type", ["sql_variant", "hierarchyid", "geography"])
def test_what_only_a_cast_can_bring_over_is_refused(server, type):
    server.execute(f"CREATE TABLE t (a {type})")
    with pytest.raises(Exception, match="CAST it in the query"):
        server.rows("t")
    assert server.rows("SELECT CAST(a AS nvarchar(max)) AS a FROM t") == []


@pytest.mark.parametrize(
    ("sql", "number"),
    [
        ("INSERT INTO t (n) VALUES (NULL)", 515),
        ("INSERT INTO t (n, s) VALUES (1, N'abcd')", 2628),
        ("INSERT INTO t (n, d) VALUES (1, 1000)", 8115),
        ("INSERT INTO t (n) VALUES (N'x')", 8114),
        ("INSERT INTO t (n) VALUES (99999999999)", 8115),
        ("INSERT INTO t (n, x) VALUES (1, 1)", 207),
        ("INSERT INTO t (n, rv) VALUES (1, 0x01)", 273),
        ("SELECT * FROM nowhere", 208),
        ("SELECT nothing FROM t", 207),
        ("SELEKT 1", 2812),
        ("SELECT * FORM t", 102),
        ("SELECT 'open", 105),
        ("MERGE INTO t USING t AS s ON 1 = 1", 40000),
    ],
)
def test_what_sql_server_refuses_is_refused_with_its_number(server, sql, number):
    server.execute("CREATE TABLE t (n int NOT NULL, s nvarchar(3), d decimal(5,2), rv rowversion)")
    with pytest.raises(Exception, match=rf"^{number}: "):
        server.execute(sql)
