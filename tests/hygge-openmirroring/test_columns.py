"""Each type of a source has one type in the mirrored table, and every value arrives there."""

import datetime as dt
import json
from decimal import Decimal

import polars as pl
import pyarrow.parquet as pq
import pytest

from hygge_core.errors import StoreError
from hygge_core.files.settings.stores import ParquetWriting
from hygge_openmirroring.loads.rows import landed, refuse_unwritable, write
from hygge_openmirroring.zone.columns import columns_of, refuse_change

NOON = dt.datetime(2026, 11, 28, 12, 0, 0, 123456)  # noqa: DTZ001 - as a column without a zone has it

#: source type, a value, the Delta type, the value there
MAPPED = [
    (pl.Boolean, True, "boolean", True),
    (pl.Int8, -5, "byte", -5),
    (pl.Int16, -5, "short", -5),
    (pl.Int32, -5, "integer", -5),
    (pl.Int64, 2**60, "long", 2**60),
    (pl.UInt8, 255, "short", 255),
    (pl.UInt16, 65535, "integer", 65535),
    (pl.UInt32, 2**32 - 1, "long", 2**32 - 1),
    (pl.UInt64, 2**64 - 1, "decimal(20,0)", Decimal(2**64 - 1)),
    (pl.Int128, 10**30, "decimal(38,0)", Decimal(10**30)),
    (pl.Float32, 0.5, "float", 0.5),
    (pl.Float64, 0.1, "double", 0.1),
    (pl.String, "å", "string", "å"),
    (pl.Binary, b"\0x", "binary", b"\0x"),
    (pl.Date, NOON.date(), "date", NOON.date()),
    (pl.Time, NOON.time(), "string", "12:00:00.123456"),
    (pl.Datetime("ns"), NOON, "timestamp_ntz", NOON),
    (pl.Datetime("ms"), NOON.replace(microsecond=0), "timestamp_ntz", NOON.replace(microsecond=0)),
    (
        pl.Datetime("us", "Europe/Paris"),
        NOON.replace(tzinfo=dt.UTC),
        "timestamp",
        NOON.replace(tzinfo=dt.UTC),
    ),
    (pl.Duration("ms"), dt.timedelta(seconds=1), "long", 1_000_000),
    (pl.Decimal(10, 2), Decimal("1.20"), "decimal(10,2)", Decimal("1.20")),
    (pl.Categorical, "a", "string", "a"),
    (pl.Enum(["a", "b"]), "b", "string", "b"),
    (pl.List(pl.Int64), [1, None], "string", "[1,null]"),
    (pl.Array(pl.Int64, 2), [1, 2], "string", "[1,2]"),
    (pl.Struct({"b": pl.Int64, "a": pl.String}), {"b": 1, "a": "x"}, "string", '{"a":"x","b":1}'),
    (
        pl.List(pl.Struct({"z": pl.Int64, "a": pl.Int64})),
        [{"z": 1, "a": 2}, None],
        "string",
        '[{"a":2,"z":1},null]',
    ),
]


def file_of(frame, path, marker=None):
    columns = columns_of(frame.schema)
    write(landed(frame, columns, marker), path, ParquetWriting())
    return columns


@pytest.mark.parametrize(("dtype", "value", "delta", "there"), MAPPED, ids=str)
def test_each_type_has_one_type_there_and_keeps_its_value(tmp_path, dtype, value, delta, there):
    frame = pl.DataFrame({"x": pl.Series([value, None], dtype=dtype)})
    (column,) = file_of(frame, tmp_path / "f.parquet")
    assert column.delta == delta
    assert pl.read_parquet(tmp_path / "f.parquet")["x"].to_list() == [there, None]


def test_the_types_in_the_file_are_pairs_that_parquet_knows(tmp_path):
    frame = pl.DataFrame(
        {
            name: pl.Series([None], dtype=each[0])
            for name, each in zip("abcdefghijklmno", MAPPED, strict=False)
        }
    )
    file_of(frame, tmp_path / "f.parquet")
    schema = pq.read_metadata(tmp_path / "f.parquet").schema
    told = {schema.column(n).name: schema.column(n) for n in range(len(schema))}
    assert str(told["o"].logical_type) == "Date"
    assert told["o"].physical_type == "INT32"
    assert not any("Null" in str(column.logical_type) for column in told.values())


def test_the_marker_is_last_and_may_not_be_null(tmp_path):
    frame = pl.DataFrame({"id": [1, 2], "name": ["a", None]})
    file_of(frame, tmp_path / "f.parquet", marker=4)
    schema = pq.read_metadata(tmp_path / "f.parquet").schema
    last = schema.column(len(schema) - 1)
    assert (last.name, last.physical_type, last.max_definition_level) == (
        "__rowMarker__",
        "INT32",
        0,
    )
    assert schema.column(1).max_definition_level == 1
    back = pl.read_parquet(tmp_path / "f.parquet")
    assert back["__rowMarker__"].to_list() == [4, 4]
    assert back["name"].to_list() == ["a", None]


def test_rows_keep_the_markers_that_they_bring(tmp_path):
    markers = pl.Series([0, 2], dtype=pl.Int8)
    frame = pl.DataFrame({"__rowMarker__": markers, "id": [1, 2]})
    file_of(frame, tmp_path / "f.parquet", marker=4)
    back = pl.read_parquet(tmp_path / "f.parquet")
    assert back.columns == ["id", "__rowMarker__"]
    assert back["__rowMarker__"].to_list() == [0, 2]


def test_a_column_of_nothing_but_nulls_waits_for_its_type(tmp_path):
    frame = pl.DataFrame({"id": [1], "x": [None]})
    columns = file_of(frame, tmp_path / "f.parquet")
    assert pl.read_parquet(tmp_path / "f.parquet").columns == ["id"]
    refuse_change(columns, columns_of({"id": pl.Int64(), "x": pl.String()}))


def test_nested_text_is_json_whatever_is_in_it(tmp_path):
    words = ['"', "\\", "}", "é", "\n", ""]
    frame = pl.DataFrame({"x": [{"w": words}, None, {"w": None}]})
    file_of(frame, tmp_path / "f.parquet")
    texts = pl.read_parquet(tmp_path / "f.parquet")["x"].to_list()
    assert [text and json.loads(text) for text in texts] == [{"w": words}, None, {"w": None}]


def test_nested_text_tells_the_instant_of_a_clock_that_was_seconds_off(tmp_path):
    moment = pl.Series([0], dtype=pl.Datetime("ms", "Africa/Monrovia"))
    frame = pl.DataFrame({"x": moment.reshape((1, 1)).arr.to_list()})
    file_of(frame, tmp_path / "f.parquet")
    (text,) = json.loads(pl.read_parquet(tmp_path / "f.parquet")["x"][0])
    assert dt.datetime.fromisoformat(text).timestamp() == 0


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (pl.DataFrame({"x": [{"f": float("nan")}]}), "NaN"),
        (pl.DataFrame({"x": pl.Series([10**38 + 5], dtype=pl.Int128)}), "does not fit"),
    ],
)
def test_a_value_that_has_no_room_there_is_refused(frame, said):
    with pytest.raises(StoreError, match=said):
        landed(frame, columns_of(frame.schema), None)


def test_a_type_that_delta_does_not_have_is_refused_by_its_column():
    with pytest.raises(StoreError, match=r"'x'.*object"):
        columns_of({"x": pl.Object()})
    with pytest.raises(StoreError, match="'x'"):
        refuse_unwritable(pl.Schema({"x": pl.List(pl.Binary)}))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ({"a": pl.Int32()}, {"a": pl.Int64()}, "'a' is integer there and long here"),
        ({"a": pl.Int64()}, {"a": pl.String()}, "'a' is long there and string here"),
        ({"a": pl.Date()}, {"a": pl.Datetime("us")}, "'a' is date there and timestamp_ntz here"),
        ({"a": pl.Decimal(10, 2)}, {"a": pl.Decimal(12, 2)}, "decimal.10,2. there"),
        ({"id": pl.Int64()}, {"ID": pl.Int64()}, "'ID' is called 'id' there"),
        ({}, {"id": pl.Int64(), "ID": pl.Int64()}, "'id' and 'ID' differ only in case"),
        ({}, {"__ROWMARKER__": pl.Int32()}, "'__rowMarker__' and '__ROWMARKER__'"),
    ],
)
def test_what_would_stop_the_service_is_refused_naming_column_and_types(before, after, said):
    with pytest.raises(StoreError, match=said):
        refuse_change(columns_of(before), columns_of(after))


def test_what_the_service_takes_is_not_refused():
    before = {"a": pl.UInt16(), "l": pl.List(pl.Int64)}
    after = {"a": pl.Int32(), "l": pl.Struct({"x": pl.Int64}), "new": pl.Date(), "n": pl.Null()}
    refuse_change(columns_of(before), columns_of(after))
