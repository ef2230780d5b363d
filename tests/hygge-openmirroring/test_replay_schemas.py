"""What columns do to a table: A8 (evolution) and A9 (types)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from zones import plain


@pytest.fixture
def grown(zone):
    """A table of one file, and the next one."""
    zone.metadata(keyColumns=["id"])

    def after(first, second):
        for number, rows in enumerate((first, second), 1):
            if isinstance(rows, pa.Table):
                pq.write_table(rows, zone.file(number, plain()))
            else:
                zone.file(number, rows)
        return zone.state()

    return after


def required(**columns) -> pa.Table:
    """A table whose columns are declared non-nullable."""
    table = pa.table(columns)
    fields = [pa.field(f.name, f.type, nullable=False) for f in table.schema]
    return pa.Table.from_arrays(table.columns, schema=pa.schema(fields))


def test_a8_a_new_column_is_added_and_older_rows_are_null(grown):
    state = grown(plain((1, "a")), plain((2, "b", 2.5), columns=("id", "name", "price")))
    assert state.told
    assert sorted(state.frame.rows()) == [(1, "a", None), (2, "b", 2.5)]


def test_a8_a_missing_nullable_column_stays_and_new_rows_are_null(grown):
    state = grown(plain((1, "a")), plain((2,), columns=("id",)))
    assert sorted(state.frame.rows()) == [(1, "a"), (2, None)]


def test_a8_a_missing_column_that_was_declared_non_nullable_fails(grown):
    state = grown(required(id=[1], name=["a"]), required(id=[2]))
    assert (state.status, state.stuck.rule) == ("failed", "A8 D")


def test_a8_a_new_column_must_be_declared_nullable(grown):
    assert grown(required(id=[1]), required(id=[2], name=["a"])).status == "unknown"


def test_a8_a_renamed_column_is_another_one(grown):
    state = grown(plain((1, "a")), plain((2, "b"), columns=("id", "title")))
    assert sorted(state.frame.rows(), key=repr) == [(1, "a", None), (2, None, "b")]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pl.Int32, pl.Int64),
        (pl.Int64, pl.String),
        (pl.Int16, pl.Int32),
        (pl.Float32, pl.Float64),
        (pl.Int64, pl.Null),
    ],
)
def test_a8_a_type_change_fails_the_table(grown, before, after):
    value = pl.Series("value", [None])
    state = grown(
        plain((1, "a")).with_columns(value.cast(before)),
        plain((2, "b")).with_columns(value.cast(after)),
    )
    assert (state.status, state.stuck.rule) == ("failed", "A8 D")
    assert "value" in state.stuck.why
    assert state.frame.height == 1


def test_a8_a_date_that_becomes_a_timestamp_fails_too(grown):
    day = pl.Series("at", [date(2026, 1, 1)])
    rows = plain((1, "a"))
    assert (
        grown(rows.with_columns(day), rows.with_columns(day.cast(pl.Datetime))).status == "failed"
    )


def test_a8_a_key_column_that_is_missing_fails(grown):
    assert grown(plain((1, "a")), plain(("b",), columns=("name",))).stuck.rule == "A2 D"


def test_f_columns_that_differ_only_in_case_are_unknown(grown):
    state = grown(plain((1, "a")), plain((2, "b", "c"), columns=("id", "name", "Name")))
    assert state.stuck.rule == "A8 U"


def test_f_a_marker_in_another_case_is_unknown(grown):
    assert (
        grown(plain((1, "a")), plain((2, 4), columns=("id", "__ROWMARKER__"))).status == "unknown"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (pl.Datetime("ms"), pl.Datetime("us")),
        (pl.Datetime("us"), pl.Datetime("us", "UTC")),
        (pl.Decimal(10, 2), pl.Decimal(12, 2)),
        (pl.Decimal(10, 2), pl.Decimal(10, 3)),
    ],
)
def test_a9_another_unit_zone_or_precision_is_unknown(grown, before, after):
    value = pl.Series("value", [None])
    state = grown(
        plain((1, "a")).with_columns(value.cast(before)),
        plain((2, "b")).with_columns(value.cast(after)),
    )
    assert (state.status, state.stuck.rule) == ("unknown", "A9 I")


VALUES = {
    "flag": True,
    "amount": Decimal("1.20"),
    "ratio": 0.5,
    "text": "æøå",
    "blob": b"\x00\xff",
    "day": date(2026, 1, 1),
    "moment": datetime.fromisoformat("2026-01-01T12:30:00.123456"),
    "instant": datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
}


def test_a9_values_of_the_types_told_of_come_out_as_they_went_in(zone):
    zone.metadata(keyColumns=["id"])
    rows = pl.DataFrame({"id": [1], **{name: [value] for name, value in VALUES.items()}})
    widths = [pl.Series(f"{dtype}", [-1], dtype=dtype) for dtype in (pl.Int8, pl.Int16, pl.Int32)]
    rows = rows.with_columns(*widths, pl.Series("f", [1.5], dtype=pl.Float32))
    zone.file(1, rows)
    assert zone.state().frame.equals(rows)


def test_a9_categories_are_text_to_the_service(zone):
    zone.metadata()
    zone.file(1, plain((1, "a")).cast({"name": pl.Categorical}))
    zone.file(2, plain((2, "b")))
    assert zone.rows() == [(1, "a"), (2, "b")]


@pytest.mark.parametrize(
    "value",
    [
        pl.Series([1], dtype=pl.UInt8),
        pl.Series([1], dtype=pl.UInt64),
        pl.Series([datetime.fromisoformat("2026-01-01")], dtype=pl.Datetime("ns")),
        pl.Series([time(1)]),
        pl.Series([None], dtype=pl.Null),
        pl.Series([[1]]),
        pl.Series([{"x": 1, "y": [1]}]),
    ],
    ids=lambda value: str(value.dtype),
)
def test_a9_what_becomes_of_other_types_is_unknown(zone, value):
    zone.metadata()
    zone.file(1, plain((1, "a")).with_columns(value.alias("value"), pl.lit(1).alias("after")))
    state = zone.state()
    assert (state.status, state.stuck.rule) == ("unknown", "A9 U")
    assert "value" in state.stuck.why


def test_a9_a_duration_is_a_plain_number_to_the_service(zone):
    zone.metadata()
    zone.file(1, plain((1,), columns=("id",)).with_columns(pl.lit(timedelta(seconds=1)).alias("d")))
    assert zone.rows() == [(1, 1_000_000)]


def test_a_table_of_a_million_rows_in_many_files_replays_at_once(zone, record_property):
    """Not a measurement: only far from row by row."""
    from time import perf_counter

    zone.metadata(keyColumns=["id"])
    for number in range(1, 21):
        ids = pl.int_range(50_000, eager=True) + (number % 10) * 50_000
        rows = pl.DataFrame({"id": ids}).with_columns(name=pl.lit("x"))
        zone.file(number, rows.with_columns(pl.lit(4, pl.Int32).alias("__rowMarker__")))
    began = perf_counter()
    assert zone.state().frame.height == 500_000
    record_property("seconds", perf_counter() - began)
    assert perf_counter() - began < 60
