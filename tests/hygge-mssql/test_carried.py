"""What a bulk load is given: exactly what the staging table holds, or a refusal by name."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is loaded

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from hygge_core.errors import StoreError
from hygge_mssql.store.carried import ORDER, carried


def given(values: pl.Series, nan: str = "fail", order: int | None = None) -> pl.DataFrame:
    frame = values.alias("x").to_frame()
    return carried(frame, frame.schema, nan=nan, order=order)


FIRST, LAST = date(1, 1, 1), date(9999, 12, 31)
NOON = datetime(2024, 1, 1, 12)


@pytest.mark.parametrize("unit", ["date", "ms", "us"])
def test_the_first_and_the_last_day_are_carried_and_the_ones_beside_them_refused(unit: str) -> None:
    dtype = pl.Date() if unit == "date" else pl.Datetime(unit)
    ends = pl.Series([FIRST, None, LAST]).cast(dtype)
    assert given(ends)["x"].equals(ends, null_equal=True)
    counted = ends.to_physical()
    a_day = {"date": 1, "ms": 86_400_000, "us": 86_400_000_000}[unit]
    for beyond in (counted[0] - 1, counted[2] + a_day):
        values = pl.Series([None, beyond], dtype=counted.dtype).cast(dtype)
        with pytest.raises(StoreError, match="'x' has a date outside of the years 1 to 9999"):
            given(values)


def test_the_last_moment_of_the_last_year_is_carried() -> None:
    last = pl.Series([datetime(9999, 12, 31, 23, 59, 59, 999_999)])
    assert given(last)["x"].equals(last)


def test_a_moment_with_a_zone_is_carried_in_utc_and_its_year_is_that_of_utc() -> None:
    zoned = pl.Series([datetime(2024, 1, 1, 12, tzinfo=ZoneInfo("Europe/Copenhagen"))])
    assert given(zoned)["x"].to_list() == [datetime(2024, 1, 1, 11, tzinfo=UTC)]
    early = pl.Series([datetime(1, 1, 1)]).dt.replace_time_zone("Asia/Tokyo")
    with pytest.raises(StoreError, match="years 1 to 9999"):
        given(early)


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("dtype", [pl.Float32, pl.Float64])
def test_no_nan_is_carried(wrong: float, dtype: type[pl.DataType]) -> None:
    values = pl.Series([1.0, None, wrong], dtype=dtype)
    with pytest.raises(StoreError, match="'x' has"):
        given(values)
    assert given(values, nan="null")["x"].to_list() == [1.0, None, None]
    assert given(values[:2])["x"].to_list() == [1.0, None]


def test_nothing_finer_than_100_nanoseconds_is_carried() -> None:
    fine = pl.Series([NOON]).cast(pl.Datetime("ns"))
    assert given(fine)["x"].equals(fine)
    with pytest.raises(StoreError, match="finer than 100 nanoseconds"):
        given((fine.to_physical() + 1).cast(pl.Datetime("ns")))
    clock = pl.Series([time(12, 0, 0, 1)])
    assert given(clock)["x"].equals(clock)
    with pytest.raises(StoreError, match="finer than 100 nanoseconds"):
        given((clock.to_physical() + 50).cast(pl.Time))


def test_types_that_the_server_lacks_are_carried_in_wider_ones() -> None:
    for narrow, wide in (
        (pl.Int8, pl.Int16),
        (pl.UInt16, pl.Int32),
        (pl.UInt32, pl.Int64),
        (pl.UInt64, pl.Decimal(20, 0)),
        (pl.Categorical, pl.String),
    ):
        texts = narrow == pl.Categorical
        values = pl.Series(["a", None] if texts else [1, None], dtype=narrow)
        assert given(values)["x"].dtype == wide


def test_rows_are_numbered_on_where_their_order_matters() -> None:
    frame = given(pl.Series([timedelta(0)] * 2).dt.total_seconds(), order=7)
    assert frame[ORDER].to_list() == [7, 8]
    assert ORDER not in given(pl.Series([1])).columns
