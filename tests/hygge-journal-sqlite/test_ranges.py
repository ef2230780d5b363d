"""Watermark ranges: exactly the rows between the marks, and every row that has no usable one."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read and written

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.records import Ask, Mark, Range
from hygge_core.types import spell
from hygge_core.watermark import highest, in_range

VALUES = {
    pl.Int8: [-5, 3, 3, 7, 120],
    pl.Int64: [-(2**60), 3, 2**53, 2**53 + 1, 2**62],
    pl.UInt32: [0, 1, 2, 3, 2**32 - 1],
    pl.Float64: [-1.5, 0.1, 0.2, 0.30000000000000004, 1e300],
    pl.Float32: [-1.5, 0.1, 0.2, 0.3, 1e30],
    pl.String: ["", "A", "Z", "a", "ä"],
    pl.Date: [date(1999, 12, 31), date(2000, 1, 1), date(2000, 1, 2), date(2013, 1, 31)],
    pl.Datetime("ms"): [datetime(2013, 1, 1, 5, 0, 0, n * 1000) for n in (0, 1, 2, 999)],
    pl.Datetime("us"): [datetime(2013, 1, 1, 5, 0, 0, n) for n in (0, 1, 2, 999_999)],
    pl.Datetime("ns"): [1357016400000000000, 1357016400000000001, 1357016400000000100],
    pl.Datetime("us", "Europe/Berlin"): [1382832000000000, 1382835600000000, 1382839200000001],
    pl.Decimal(20, 4): [Decimal("-10"), Decimal("-9.5"), Decimal("9.5"), Decimal("10.0001")],
    pl.Decimal(38, 0): [Decimal(9), Decimal(10), Decimal(10**37)],
    pl.Binary: [b"", b"\x00", b"\x7f", b"\xff"],
    pl.Enum(["z", "a", "10", "9"]): ["z", "a", "10", "9"],
}  # fmt: skip


@pytest.fixture(params=VALUES, ids=spell)
def frame(request):
    values = pl.Series("w", VALUES[request.param], strict=False)
    if values.dtype != request.param:
        values = values.cast(request.param) if values.dtype.is_numeric() else pl.Series(
            "w", VALUES[request.param], dtype=request.param
        )  # fmt: skip
    values = values.extend_constant(None, 2)
    return values.to_frame().with_row_index("row")


def read(home, **range_) -> list[int]:
    ask = Ask(entity="orders", range=Range(column="w", **range_))
    return sorted(row for batch in home.read(ask) for row in batch["row"])


def marks(frame):
    one_by_one = (frame["w"].slice(at, 1) for at in range(frame.height))
    return [mark for mark in map(highest, one_by_one) if mark is not None]


def test_every_range_holds_its_rows_and_the_ones_without_a_value(frame, load, home):
    load(frame)
    opened = home()
    for low in (None, *marks(frame)):
        for high in (None, *marks(frame)):
            for include_low in (False, True):
                asked = Range(column="w", low=low, high=high, include_low=include_low)
                wanted = frame.filter(in_range(asked, frame["w"].dtype))["row"].to_list()
                assert read(opened, low=low, high=high, include_low=include_low) == wanted


def test_the_upper_bound_is_the_highest_mark(frame, load, home):
    load(frame)
    ask = Ask(entity="orders", range=Range(column="w"))
    assert home().upper(ask) == highest(frame["w"])


def test_there_is_no_upper_bound_without_rows(frame, load, home):
    load(frame.filter(pl.col("w").is_null()))
    assert home().upper(Ask(entity="orders", range=Range(column="w"))) is None


@given(st.lists(st.none() | st.decimals(-1000, 1000, places=3), max_size=12), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_decimals_are_compared_as_numbers_and_not_as_texts(load, home, values, data):
    frame = pl.DataFrame({"w": values}, schema={"w": pl.Decimal(20, 3)}).with_row_index("row")
    load(frame, mode="full_drop")
    low = data.draw(st.sampled_from([None, *marks(frame)]))
    wanted = frame.filter(in_range(Range(column="w", low=low), frame["w"].dtype))
    assert read(home(), low=low) == wanted["row"].to_list()


def test_infinities_are_for_the_flow_to_count_and_no_mark(run, home):
    run("CREATE TABLE orders (row INTEGER, w REAL)")
    run("INSERT INTO orders VALUES (0, -9e999), (1, 1.0), (2, 2.0), (3, 9e999)")
    low = Mark("float64", "1.0")
    assert read(home(), low=low, high=Mark("float64", "1.5")) == [0, 3]
    assert home().upper(Ask(entity="orders", range=Range(column="w"))) == Mark("float64", "2.0")


def test_a_value_of_a_wrong_kind_is_found_wherever_the_range_lies(run, home):
    run("CREATE TABLE orders (row INTEGER, w INTEGER)")
    run("INSERT INTO orders VALUES (0, 1), (1, 5), (2, 'yesterday')")
    with pytest.raises(SchemaChanged, match="'yesterday' in row 3 is not a int64"):
        read(home(), low=Mark("int64", "3"), high=Mark("int64", "9"))


def test_dates_as_others_write_them_are_compared_as_instants(run, home):
    run("CREATE TABLE orders (row INTEGER, w DATETIME)")
    texts = ["2013-01-31", "2013-01-31 05:30", "2013-01-31T05:30:00.5", "2013-02-01 00:00:00", None]
    run("INSERT INTO orders VALUES (?, ?)", *enumerate(texts))
    low, high = (
        Mark("datetime[us]", "2013-01-31T00:00:00"),
        Mark("datetime[us]", "2013-01-31T05:30:00"),
    )
    assert read(home(), low=low) == [1, 2, 3, 4]
    assert read(home(), low=low, high=high) == [1, 4]
    upper = home().upper(Ask(entity="orders", range=Range(column="w")))
    assert upper == highest(pl.Series([datetime(2013, 2, 1)]))


def test_text_is_compared_by_its_bytes_whatever_the_columns_collation(run, home):
    run("CREATE TABLE orders (row INTEGER, w TEXT COLLATE NOCASE)")
    run("INSERT INTO orders VALUES (?, ?)", *enumerate(["B", "a", "b", "C"]))
    assert read(home(), low=Mark("string", "B")) == [1, 2, 3]
    assert home().upper(Ask(entity="orders", range=Range(column="w"))) == Mark("string", "b")


def test_text_of_a_database_in_another_encoding_is_compared_the_same(run, home):
    run("PRAGMA encoding = 'UTF-16le'")
    run("CREATE TABLE orders (row INTEGER, w TEXT)")
    run("INSERT INTO orders VALUES (?, ?)", *enumerate(["a", "ā", "b", "😀", "\uffee"]))
    assert read(home(), low=Mark("string", "b")) == [1, 3, 4]
    assert home().upper(Ask(entity="orders", range=Range(column="w"))) == Mark("string", "😀")


def test_a_mark_of_a_narrower_type_still_says_which_rows(run, home):
    run("CREATE TABLE orders (row INTEGER, w INTEGER)")
    run("INSERT INTO orders VALUES (0, 1), (1, 5), (2, 2)")
    assert read(home(), low=Mark("int8", "1")) == [1, 2]


def test_an_index_serves_the_range(run, home):
    run("CREATE TABLE orders (row INTEGER, w INTEGER)")
    run("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 100000) "
        "INSERT INTO orders SELECT x, x FROM n")  # fmt: skip
    run("CREATE INDEX by_w ON orders (w)")
    seen: list[str] = []
    opened = home()
    ask = Ask(entity="orders", range=Range(column="w", low=Mark("int64", "99990")))
    with opened._viewing(ask) as view:
        condition, parameters, _ = opened._wanted(ask, view)
        plan = view.connection.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM orders{condition}", parameters
        )
        seen = [row[3] for row in plan]
    assert any("USING INDEX by_w" in line for line in seen)
    assert not any(line.startswith("SCAN") for line in seen)
    assert read(opened, low=Mark("int64", "99998")) == [99999, 100000]


def test_a_range_applies_around_a_query(run, home):
    run("CREATE TABLE t (row INTEGER, w INTEGER)")
    run("INSERT INTO t VALUES (0, 1), (1, 5), (2, 7), (3, NULL)")
    opened = home(query="SELECT row, w FROM t WHERE row <> 2 OR w IS NULL")
    assert read(opened, low=Mark("int64", "1")) == [1, 3]
    assert opened.upper(Ask(entity="orders", range=Range(column="w"))) == Mark("int64", "5")


def test_a_watermark_column_that_is_not_there_is_named(run, home):
    run("CREATE TABLE orders (row INTEGER)")
    ask = Ask(entity="orders", range=Range(column="w"))
    for verb in (lambda: home().upper(ask), lambda: list(home().read(ask))):
        with pytest.raises(HomeError, match="no watermark column 'w'") as caught:
            verb()
        assert caught.value.hint == "its columns are row"


def test_a_limit_counts_rows_of_the_range(run, home):
    run("CREATE TABLE orders (row INTEGER, w INTEGER)")
    run("INSERT INTO orders VALUES (?, ?)", *((n, n) for n in range(1000)))
    ask = Ask(entity="orders", range=Range(column="w", low=Mark("int64", "500")), limit=3)
    assert [row for batch in home().read(ask) for row in batch["row"]] == [501, 502, 503]
    assert sum(batch.height for batch in home().read(evolve(ask, range=None))) == 3
