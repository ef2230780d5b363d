"""Values go into SQLite and come back as they were, or are refused by name."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read and written

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal, assert_series_equal
from polars.testing.parametric import series

from hygge_core.errors import StoreError
from hygge_core.types import spell
from hygge_journal_sqlite.values.declared import affinity, declare, keeps, meaning, storage_of
from hygge_journal_sqlite.values.decode import gather, refine
from hygge_journal_sqlite.values.encode import encode

MOMENT = datetime(2013, 1, 1, 5, 0, 0, 123456)
SAMPLES = {
    pl.Int8: [-128, 127],
    pl.Int16: [-(2**15), 2**15 - 1],
    pl.Int32: [-(2**31), 2**31 - 1],
    pl.Int64: [-(2**63), 2**63 - 1],
    pl.Int128: [-(2**127), 2**127 - 1],
    pl.UInt8: [0, 255],
    pl.UInt16: [0, 2**16 - 1],
    pl.UInt32: [0, 2**32 - 1],
    pl.UInt64: [0, 2**63 - 1],
    pl.UInt128: [0, 2**128 - 1],
    pl.Float32: [0.1, float("inf"), -1e30],
    pl.Float64: [0.1, 5e-324, 1.7976931348623157e308, -float("inf"), 1e16, 3.0],
    pl.Boolean: [True, False],
    pl.String: ["", "0", "007", "1e5", "ü\0x", "'; DROP TABLE orders --", "\n"],
    pl.Categorical(): ["a", "1"],
    pl.Enum(["point", "007", 'quo"te~']): ["007", 'quo"te~', "point"],
    pl.Binary: [b"", b"\x00\xff", b"12"],
    pl.Date: [date(1, 1, 1), date(9999, 12, 31)],
    pl.Datetime("ms"): [datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999000)],
    pl.Datetime("us"): [datetime(1, 1, 1), MOMENT],
    pl.Datetime("ns"): [datetime(1700, 1, 1), MOMENT],
    pl.Datetime("us", "UTC"): [MOMENT.replace(tzinfo=UTC)],
    pl.Datetime("ns", "Europe/Berlin"): [datetime(2013, 10, 27, 1, 30, tzinfo=UTC)],
    pl.Time: [time(0), time(23, 59, 59, 999999)],
    pl.Duration("ms"): [timedelta(days=-3)],
    pl.Duration("ns"): [timedelta(microseconds=1)],
    pl.Decimal(38, 4): [Decimal("-9" * 1 + "9" * 33 + ".9999"), Decimal("0.0001"), Decimal(0)],
    pl.Decimal(5, 0): [Decimal(99999), Decimal(-7)],
    pl.Null: [None],
    pl.List(pl.Int64): [[1, None, 2**62], []],
    pl.List(pl.List(pl.String)): [[["a"], None, []]],
    pl.Array(pl.Date, 2): [[date(2013, 1, 1), None]],
    pl.Struct({"a b": pl.Decimal(20, 3), "int": pl.Datetime("ns", "UTC"), "x": pl.Binary}): [
        {"a b": Decimal("1.500"), "int": MOMENT.replace(tzinfo=UTC), "x": b"\xff\x00"},
        {"a b": None, "int": None, "x": None},
    ],
    pl.List(pl.Struct({"f": pl.Float32, "e": pl.Enum(["x", "1"]), "w": pl.Int128})): [
        [{"f": 0.1, "e": "1", "w": 2**100}, None]
    ],
}  # fmt: skip


def sample(dtype):
    return pl.Series("value", [None, *SAMPLES[dtype], None], dtype=dtype)


@pytest.fixture(params=SAMPLES, ids=spell)
def values(request):
    return sample(request.param)


def test_a_value_of_any_type_comes_back_exactly(values, load, rows):
    frame = values.to_frame()
    load(frame)
    assert_frame_equal(rows(), frame, check_exact=True)
    assert rows().schema == frame.schema


def test_a_declared_type_tells_the_type_again_and_converts_nothing(values):
    declared = declare(values.dtype)
    assert meaning(declared) == values.dtype
    assert keeps(declared, values.dtype)
    assert affinity(declared) in (storage_of(values.dtype), "NUMERIC")


def test_sqlite_agrees_on_what_hygge_takes_for_affinity(values):
    """A numeric text becomes a number exactly where the affinity says so."""
    declared = declare(values.dtype)
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f'CREATE TABLE t (x "{declared.replace(chr(34), chr(34) * 2)}")')
        connection.execute("INSERT INTO t VALUES ('007')")
        (found,) = connection.execute("SELECT typeof(x) FROM t").fetchone()
    assert found == {"INTEGER": "integer", "NUMERIC": "integer", "REAL": "real"}.get(
        affinity(declared), "text"
    )


FLAT = [
    pl.Int8, pl.Int64, pl.UInt32, pl.Float64, pl.Boolean, pl.String, pl.Binary, pl.Date, pl.Time,
    pl.Datetime("ms"), pl.Datetime("us"), pl.Datetime("ns"), pl.Datetime("us", "UTC"),
    pl.Duration("us"), pl.Decimal(38, 6), pl.Decimal(9, 9), pl.Int128,
]  # fmt: skip


@given(st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_values_survive_writing_and_reading(data):
    dtype = data.draw(st.sampled_from(FLAT))
    values = data.draw(series(dtype=dtype, allow_null=True, max_size=20))
    if values.dtype.is_float():
        values = values.fill_nan(None)
    try:
        stored = encode(values)
    except StoreError as error:
        assume("outside the years" not in str(error))
        raise
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f'CREATE TABLE t (x "{declare(values.dtype)}")')
        connection.executemany("INSERT INTO t VALUES (?)", [(value,) for value in stored])
        again = [value for (value,) in connection.execute("SELECT x FROM t ORDER BY rowid")]
    assert_series_equal(
        refine(gather(again, values.dtype), values.dtype), values, check_names=False
    )


@given(st.lists(st.datetimes(), min_size=2), st.sampled_from(["ms", "us", "UTC"]))
@settings(max_examples=100, deadline=None)
def test_texts_of_instants_sort_like_the_instants(moments, unit):
    dtype = pl.Datetime("us", "UTC") if unit == "UTC" else pl.Datetime(unit)
    values = pl.Series(moments, dtype=pl.Datetime("us")).cast(pl.Int64).cast(pl.Datetime("us"))
    values = values.dt.replace_time_zone("UTC") if unit == "UTC" else values.cast(dtype)
    texts = encode(values)
    assert sorted(texts) == encode(values.sort())


def test_an_integer_above_sqlites_is_refused_by_column_and_value(load):
    frame = pl.DataFrame({"big": [1, 2**63]}, schema={"big": pl.UInt64})
    with pytest.raises(StoreError, match=r"column 'big': 9223372036854775808 is above 2\*\*63 - 1"):
        load(frame)


def test_nan_is_refused_or_becomes_null_as_asked(load, rows):
    frame = pl.DataFrame({"f": [1.0, float("nan"), None]})
    with pytest.raises(StoreError, match=r"column 'f': nan is not a number") as caught:
        load(frame)
    assert 'nan = "null"' in caught.value.hint
    load(frame, nan="null")
    assert rows()["f"].to_list() == [1.0, None, None]


@pytest.mark.parametrize(
    ("count", "dtype"),
    [
        (300_000_000_000_000_000, pl.Datetime("us")),
        (2**31 - 1, pl.Date()),
        (1 - 2**63, pl.Datetime("us")),
        (2**63 - 1, pl.Datetime("ms", "Europe/Berlin")),
    ],
    ids=str,
)
def test_a_year_that_iso_text_does_not_hold_is_refused(load, count, dtype):
    frame = pl.DataFrame({"at": pl.Series([None, count]).cast(dtype)})
    with pytest.raises(StoreError, match=r"column 'at': .* outside the years 0 to 9999"):
        load(frame)


def test_a_nan_inside_a_list_is_refused_because_json_has_none(load):
    with pytest.raises(StoreError, match=r"column 'l': .* JSON"):
        load(pl.DataFrame({"l": [[1.0, float("nan")]]}))


@pytest.mark.parametrize("dtype", [pl.Object, pl.List(pl.Struct({"o": pl.Object}))])
def test_a_type_that_sqlite_cannot_hold_is_refused_before_anything_is_staged(
    store, new_load, dtype
):
    schema = pl.Schema({"thing": dtype})
    load = new_load(pl.DataFrame({"x": [1]}))
    with pytest.raises(StoreError, match="column 'thing': SQLite cannot hold"):
        store().begin(type(load)(ref=load.ref, mode="append", schema=schema))
