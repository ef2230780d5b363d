"""The home ``parquet``: every type comes back, memory stays small, damage is told by file."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.files.homes import batches
from hygge_core.files.parquet import home as parquet_home
from hygge_core.files.parquet.home import open_parquet_home
from hygge_core.files.settings.homes import ParquetHomeConfig
from hygge_core.protocols import Bounds, Checks, Estimates, Home
from hygge_core.records import Ask, Mark, Range
from hygge_core.scene import Scene
from hygge_core.types import spell

ASK = Ask(entity="orders")


def read(path: Path, ask: Ask = ASK) -> pl.DataFrame:
    with open_parquet_home(ParquetHomeConfig(path=path), Scene(entity="orders")) as home:
        batches = list(home.read(ask))
        return pl.concat([pl.DataFrame(schema=home.schema(ask)), *batches])


def test_the_home_is_what_it_says(tmp_path):
    with open_parquet_home(ParquetHomeConfig(path=tmp_path), Scene()) as home:
        for ability in (Home, Estimates, Checks, Bounds):
            assert isinstance(home, ability)


EVERY_TYPE = pl.DataFrame(
    {
        "i8": pl.Series([-128, None, 127], dtype=pl.Int8),
        "u64": pl.Series([0, None, 2**64 - 1], dtype=pl.UInt64),
        "i64": [-(2**63), None, 2**63 - 1],
        "f32": pl.Series([0.1, math.nan, -math.inf], dtype=pl.Float32),
        "f64": [0.1, math.nan, None],
        "bool": [True, None, False],
        "text": ["", None, "x" * 1_000_000],
        "bin": [b"", None, bytes(range(256))],
        "dec": pl.Series([Decimal("-1.2345"), None, Decimal(10**30)], dtype=pl.Decimal(38, 4)),
        "day": [date(1, 1, 1), None, date(9999, 12, 31)],
        "time": [time(0), None, time(23, 59, 59, 999_999)],
        "ms": pl.Series(
            [datetime(1970, 1, 1), None, datetime(9999, 1, 1)], dtype=pl.Datetime("ms")
        ),
        "us": pl.Series(
            [datetime(1, 1, 1, tzinfo=UTC), None, datetime(2024, 12, 31, 23, 59, 59, 999_999, UTC)],
            dtype=pl.Datetime("us", "Europe/Oslo"),
        ),
        "ns": pl.Series([0, None, 1_700_000_000_123_456_789], dtype=pl.Datetime("ns")),
        "long": pl.Series([timedelta(days=-1), None, timedelta(microseconds=1)]),
        "list": [[1, None], None, []],
        "struct": [{"x": 1, "y": [{"z": "Ø"}]}, None, {"x": None, "y": []}],
        "array": pl.Series([[1, 2], None, [3, 4]], dtype=pl.Array(pl.Int64, 2)),
        "enum": pl.Series(["a", None, "b"], dtype=pl.Enum(["a", "b"])),
        "null": pl.Series([None] * 3, dtype=pl.Null),
        "a.b [ø] 'q'": [1, 2, 3],
    }
)


@pytest.mark.parametrize("giant", [False, True], ids=["by groups", "by pages"])
@pytest.mark.parametrize("column", EVERY_TYPE.columns)
def test_every_type_comes_back_as_it_was(tmp_path, monkeypatch, column, giant):
    frame = EVERY_TYPE.select(column)
    frame.write_parquet(tmp_path / "a.parquet")
    if giant:
        monkeypatch.setattr(parquet_home, "_SCAN_BYTES", 0)
    given = read(tmp_path)
    assert given.schema == frame.schema
    assert given.equals(frame, null_equal=True)


def test_files_of_other_writers_are_read(tmp_path):
    table = pa.table(
        {
            "t": pa.array([datetime(2024, 1, 1)], pa.timestamp("ns")),
            "d": pa.array(["x"]).dictionary_encode(),
            "m": pa.array([[("k", 1)]], pa.map_(pa.string(), pa.int64())),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet", use_deprecated_int96_timestamps=True)
    row = read(tmp_path).row(0)
    assert row[:2] == (datetime(2024, 1, 1), "x")


def test_names_that_look_like_globs_or_partitions_are_names(tmp_path):
    path = tmp_path / "day=1 [a]*?.parquet"
    pl.DataFrame({"x": [1]}).write_parquet(path)
    assert read(path).to_dicts() == [{"x": 1}]


def test_the_order_is_kept_over_files_row_groups_and_batches(tmp_path):
    rows = pl.DataFrame({"x": range(10_000)})
    rows.head(7000).write_parquet(tmp_path / "a.parquet", row_group_size=900)
    rows.tail(3000).write_parquet(tmp_path / "b.parquet")
    with open_parquet_home(ParquetHomeConfig(path=tmp_path, batch_rows=1000), Scene()) as home:
        batches = list(home.read(ASK))
        assert home.estimated_rows(ASK) == 10_000
    assert {batch.height for batch in batches} == {1000}
    assert pl.concat(batches).equals(rows)


def test_large_row_groups_are_read_in_pieces(tmp_path, monkeypatch):
    rows = pl.DataFrame({"x": range(100_000), "y": "z"})
    rows.write_parquet(tmp_path / "a.parquet", row_group_size=10_000)
    for size in (1, 200_000, 10**9):
        monkeypatch.setattr(parquet_home, "_SCAN_BYTES", size)
        assert read(tmp_path).equals(rows)
        assert read(tmp_path, Ask(entity="orders", columns=("x",))).height == 100_000


def test_wide_rows_come_in_smaller_batches(tmp_path, monkeypatch):
    for module in (batches, parquet_home):
        monkeypatch.setattr(module, "BATCH_BYTES", 1 << 20)
    path = tmp_path / "a.parquet"
    pl.DataFrame({"x": ["y" * 100_000 + str(n) for n in range(50)]}).write_parquet(path)
    with open_parquet_home(ParquetHomeConfig(path=path), Scene()) as home:
        heights = [batch.height for batch in home.read(ASK)]
    assert sum(heights) == 50
    assert max(heights) <= 11


def test_only_the_columns_that_were_asked_for_are_given(tmp_path):
    EVERY_TYPE.write_parquet(tmp_path / "a.parquet")
    ask = Ask(entity="orders", columns=("text", "i64"), limit=2)
    with open_parquet_home(ParquetHomeConfig(path=tmp_path), Scene()) as home:
        (batch,) = home.read(ask)
    assert batch.equals(EVERY_TYPE.select("i64", "text").head(2))


def test_files_without_rows_are_read(tmp_path):
    pl.DataFrame(schema={"x": pl.Int8}).write_parquet(tmp_path / "a.parquet")
    assert read(tmp_path).schema == {"x": pl.Int8}
    pl.DataFrame({"x": pl.Series([1], dtype=pl.Int8)}).write_parquet(tmp_path / "b.parquet")
    assert read(tmp_path)["x"].to_list() == [1]


def test_files_without_rows_of_another_writer_are_given_as_they_are(tmp_path):
    table = pa.table({"id": [1, 2], "t": ["a", "b"], "l": [[1], []]})
    pq.write_table(table.slice(0, 0), tmp_path / "a.parquet")
    pq.write_table(table, tmp_path / "b.parquet")
    with open_parquet_home(ParquetHomeConfig(path=tmp_path), Scene(entity="orders")) as home:
        empty, full = home.files(ASK)
    assert (empty.rows, full.rows) == (0, 2)
    assert empty.codecs == full.codecs == {"snappy"}
    assert empty.schema == full.schema


def test_the_settled_types_are_cast_to_where_nothing_is_lost(tmp_path):
    pl.DataFrame({"x": pl.Series([1], dtype=pl.Int8)}).write_parquet(tmp_path / "a.parquet")
    given = read(tmp_path, Ask(entity="orders", settled=pl.Schema({"x": pl.Float64})))
    assert given.equals(pl.DataFrame({"x": [1.0]}))
    with pytest.raises(SchemaChanged, match=r"a\.parquet") as caught:
        read(tmp_path, Ask(entity="orders", settled=pl.Schema({"x": pl.UInt8})))
    assert caught.value.seen == {"x": pl.Int8}


# --- bounds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("statistics", [True, False])
@pytest.mark.parametrize(
    ("values", "value"),
    [
        (pl.Series([3, None, -5], dtype=pl.Int16), "3"),
        (pl.Series([date(2024, 1, 2), None, date(2024, 1, 1)]), "2024-01-02"),
        (pl.Series([1, None, 2], dtype=pl.Datetime("ns")), "1970-01-01T00:00:00.000000002"),
        (pl.Series([2**64 - 1, 1, None], dtype=pl.UInt64), str(2**64 - 1)),
        (pl.Series([0.5, math.nan, None]), "0.5"),
        (pl.Series(["a", None, "ø" * 100]), "ø" * 100),
        (pl.Series([Decimal("1.50"), None, Decimal("1.25")]), "1.50"),
    ],
)
def test_the_highest_watermark_is_known_before_reading(tmp_path, values, value, statistics):
    frame = pl.DataFrame({"w": values})
    frame.head(2).write_parquet(tmp_path / "a.parquet", statistics=statistics)
    frame.tail(1).write_parquet(tmp_path / "b.parquet", statistics=statistics)
    frame.clear().write_parquet(tmp_path / "c.parquet", statistics=statistics)
    with open_parquet_home(ParquetHomeConfig(path=tmp_path), Scene()) as home:
        upper = home.upper(Ask(entity="orders", range=Range(column="w")))
    assert upper == Mark(spell(values.dtype), value)


def test_there_is_no_highest_watermark_without_a_value(tmp_path):
    frame = pl.DataFrame({"w": pl.Series([None], dtype=pl.Int64)})
    frame.write_parquet(tmp_path / "a.parquet")
    with open_parquet_home(ParquetHomeConfig(path=tmp_path), Scene()) as home:
        assert home.upper(Ask(entity="orders", range=Range(column="w"))) is None
        with pytest.raises(HomeError, match="no column 'v'"):
            home.upper(Ask(entity="orders", range=Range(column="v")))


# --- damage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,b\n1,2\n", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_what_is_no_parquet_is_told(tmp_path, content):
    (tmp_path / "a.parquet").write_bytes(content)
    with pytest.raises(HomeError, match=r"a\.parquet: cannot be read: "):
        read(tmp_path)


def test_a_truncated_file_is_told_wherever_it_ends(tmp_path):
    path = tmp_path / "a.parquet"
    EVERY_TYPE.write_parquet(path)
    whole = path.read_bytes()
    for part in (0.1, 0.5, 0.9, 0.999):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(HomeError, match=r"a\.parquet"):
            read(path)


def test_flipped_bits_are_told_or_harmless_and_never_another_error(tmp_path):
    path = tmp_path / "a.parquet"
    EVERY_TYPE.drop("null").write_parquet(path, compression="zstd")
    whole = path.read_bytes()
    dice = random.Random(7)
    told = 0
    for _ in range(150):
        broken = bytearray(whole)
        broken[dice.randrange(len(broken))] ^= 1 << dice.randrange(8)
        path.write_bytes(broken)
        try:
            read(path)
        except HomeError as exc:
            assert "a.parquet" in str(exc)  # noqa: PT017  # each round may or may not raise
            told += 1
    assert told > 50


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (pl.DataFrame({"id": pl.Series([1, 2**100], dtype=pl.Int128)}), "64 bits"),
        (pa.table({"id": pa.array([1]).cast(pa.decimal256(40, 2))}), "precision"),
        (pa.table([pa.array([1]), pa.array([2])], names=["id", "id"]), "more than one"),
    ],
    ids=["an integer of 128 bits", "a decimal of 40 digits", "a column twice"],
)
def test_a_type_that_is_not_read_here_is_not_called_damage(tmp_path, table, told):
    path = tmp_path / "orders.parquet"
    if isinstance(table, pl.DataFrame):
        table.write_parquet(path)
    else:
        pq.write_table(table, path)
    with pytest.raises(HomeError, match=told) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert "damaged" not in (caught.value.hint or "")
    assert "other types" in (caught.value.hint or "")


def test_what_polars_panics_of_is_told_in_its_own_words(tmp_path):
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"at": pa.array([1], pa.timestamp("us", "Nowhere/Never"))}), path)
    with pytest.raises(HomeError, match="cannot be read: unable to parse time zone") as caught:
        read(path)
    assert "unwrap" not in str(caught.value)
    assert "POLARS_" not in str(caught.value)
    assert "other types" in (caught.value.hint or "")


@pytest.mark.parametrize("form", ["plain", "list", "struct", "map"])
@pytest.mark.parametrize("giant", [False, True], ids=["by groups", "by pages"])
def test_a_datetime_of_the_old_form_is_read_as_it_is_or_refused(tmp_path, monkeypatch, form, giant):
    """Polars makes 2262-04-11 of year 1 as of year 9999, the end of time of many a table."""
    monkeypatch.setattr(parquet_home, "_SCAN_BYTES", 0 if giant else 1 << 30)
    moment = pa.timestamp("us")
    made = {
        "plain": (moment, lambda value: value),
        "list": (pa.list_(moment), lambda value: [value]),
        "struct": (pa.struct([("x.y", moment)]), lambda value: {"x.y": value}),
        "map": (pa.map_(pa.string(), moment), lambda value: [("k", value)]),
    }
    kind, wrapped = made[form]
    seen = []
    for year in (1678, 2262, 1, 9999):
        table = pa.table({"at": pa.array([None, wrapped(datetime(year, 1, 1))], kind)})
        path = tmp_path / f"{year}.parquet"
        pq.write_table(table, path, use_deprecated_int96_timestamps=True, store_schema=False)
        try:
            seen.append(read(path).height)
        except HomeError as exc:
            assert f"{year}.parquet: column 'at'" in str(exc)  # noqa: PT017  # some are refused
            seen.append("refused")
    assert seen == [2, 2, "refused", "refused"]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("wrapped", [False, True], ids=["plain", "list"])
def test_a_time_that_is_none_of_a_day_is_refused(tmp_path, unit, wrapped):
    """24:00 is when shops close in PostgreSQL; Polars reads NULL."""
    last = 86_400 * {"ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    kind, whole = (pa.time32, pa.int32()) if unit == "ms" else (pa.time64, pa.int64())
    for name, at in (("good", last - 1), ("late", last)):
        times = pa.array([at], whole).cast(kind(unit))
        column = pa.ListArray.from_arrays([0, 1], times) if wrapped else times
        pq.write_table(pa.table({"closes": column}), tmp_path / f"{name}.parquet")
    good = read(tmp_path / "good.parquet")["closes"]
    assert str((good.explode() if wrapped else good)[0]).startswith("23:59:59.999")
    with pytest.raises(HomeError, match=r"late.parquet: column 'closes' has a time of 24:00"):
        read(tmp_path / "late.parquet")
