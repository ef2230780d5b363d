"""The csv and ndjson stores: text that tells every value apart, and a refusal where it cannot."""

import datetime as dt
import decimal
import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_loads import moved

from hygge_core.errors import StoreError
from hygge_core.files.settings.stores import CsvStoreConfig, NdjsonStoreConfig
from hygge_core.files.stores.store import CsvStore, NdjsonStore
from hygge_core.files.stores.writing import write_csv, write_ndjson

D = decimal.Decimal
NAIVE = dt.datetime.fromisoformat("2013-01-01T05:00:00.123456")
VALUES = pl.DataFrame(
    {
        "text": ["", None, 'a"b,c\nd\r', " x "],
        "whole": pl.Series([2**64 - 1, 0, None, 1], dtype=pl.UInt64),
        "price": pl.Series(["1.10", "-0.0000000001", None, "9" * 28], dtype=pl.String).cast(
            pl.Decimal(38, 10)
        ),
        "float": [0.1, 1e22, None, 5e-324],
        "flag": [True, False, None, True],
        "date": [dt.date(2013, 1, 1), None, dt.date(1, 1, 1), dt.date(9999, 12, 31)],
        "time": [dt.time(1, 2, 3, 4), None, dt.time(0), dt.time(23, 59, 59, 999999)],
        "at": [NAIVE, None, NAIVE, NAIVE],
        "ns": pl.Series([1, None, 10**18 + 1, -1], dtype=pl.Int64).cast(pl.Datetime("ns")),
        "zoned": pl.Series([NAIVE, None, NAIVE, NAIVE]).dt.replace_time_zone("Asia/Kolkata"),
        "took": [dt.timedelta(days=-1, microseconds=1), None, dt.timedelta(0), dt.timedelta(400)],
        "kind": pl.Series(["a", None, "", "b"], dtype=pl.Categorical),
    }
)


def csv_of(table, **config):
    return CsvStore(CsvStoreConfig(path=table, **config))


def ndjson_of(table, **config):
    return NdjsonStore(NdjsonStoreConfig(path=table, **config))


def test_csv_tells_every_value_apart(table):
    moved(csv_of(table), "r1", VALUES)
    back = pl.read_csv(table / "r1-00001.csv", infer_schema=False)
    assert back["text"].to_list() == ["", None, 'a"b,c\nd\r', " x "]
    assert back["whole"].to_list() == ["18446744073709551615", "0", None, "1"]
    assert back["price"].cast(pl.Decimal(38, 10)).equals(VALUES["price"])
    assert back["float"].cast(pl.Float64).equals(VALUES["float"])
    assert back["flag"].to_list() == ["true", "false", None, "true"]
    assert back["date"].to_list() == ["2013-01-01", None, "0001-01-01", "9999-12-31"]
    assert back["time"][0] == "01:02:03.000004000"
    assert back["at"][0] == "2013-01-01T05:00:00.123456"
    assert back["ns"][2] == "2001-09-09T01:46:40.000000001"
    assert back["zoned"][0] == "2013-01-01T05:00:00.123456+0530"
    assert back["took"].to_list() == ["-PT23H59M59.999999S", None, "PT0S", "P400D"]
    assert back["kind"].to_list() == ["a", None, "", "b"]


def test_csv_floats_have_their_nan_and_infinities(table):
    rows = pl.DataFrame({"x": [float("nan"), float("inf"), float("-inf"), None]})
    moved(csv_of(table), "r1", rows)
    assert pl.read_csv(table, schema={"x": pl.Float64}).equals(rows)


@given(
    st.lists(
        st.tuples(st.none() | st.text(max_size=5), st.none() | st.text('",;\n\r x', max_size=5)),
        min_size=1,
        max_size=20,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_text_comes_back_from_csv_and_ndjson_and_is_counted(tmp_path_factory, pairs):
    folder = tmp_path_factory.mktemp("text")
    rows = pl.DataFrame(pairs, schema={"a": pl.String, "b": pl.String}, orient="row")
    config = CsvStoreConfig(path=folder)
    assert write_csv(rows, folder / "x.csv", config) == rows.height
    assert pl.read_csv(folder / "x.csv", schema=rows.schema).equals(rows)
    assert write_ndjson(rows, folder / "x.ndjson") == rows.height
    assert pl.read_ndjson(folder / "x.ndjson", schema=rows.schema).equals(rows)


@pytest.mark.parametrize("config", [{}, {"null_value": "NA"}, {"header": False}])
def test_a_single_column_of_nulls_is_counted_row_by_row(tmp_path, config):
    rows = pl.DataFrame({"a": ["x", None, "", None]})
    assert write_csv(rows, tmp_path / "x.csv", CsvStoreConfig(path=tmp_path, **config)) == 4


def test_a_csv_is_written_as_its_settings_say(table):
    store = csv_of(
        table, separator=";", quote="'", header=False, null_value="NULL", encoding="utf-8-sig"
    )
    moved(store, "r1", pl.DataFrame({"a": ["x;y", "it's", "", None], "b": [1, 2, 3, None]}))
    assert (table / "r1-00001.csv").read_bytes() == (
        b"\xef\xbb\xbf'x;y';1\n'it''s';2\n'';3\nNULL;NULL\n"
    )


def test_a_text_that_would_be_read_as_null_is_refused_by_name(table):
    with pytest.raises(StoreError, match="column 'b' holds the text 'NA'") as caught:
        moved(csv_of(table, null_value="NA"), "r1", pl.DataFrame({"a": ["x"], "b": ["NA"]}))
    assert "null_value" in caught.value.hint
    assert not table.exists()


@pytest.mark.parametrize("text", ["0", "true", "NaN", "a,b", 'a"b', "a\nb", "2013"])
def test_a_null_value_that_could_be_a_value_is_no_setting(text):
    with pytest.raises(ValueError, match="null_value"):
        CsvStoreConfig(path="x", null_value=text)


@pytest.mark.parametrize("setting", ["separator", "quote"])
@pytest.mark.parametrize("text", ["", "ab", "ä", "\n"])
def test_a_separator_is_one_character(setting, text):
    with pytest.raises(ValueError, match="one ASCII character"):
        CsvStoreConfig(path="x", **{setting: text})


@pytest.mark.parametrize("setting", ["separator", "quote"])
@pytest.mark.parametrize("text", [*".-+:", *"0eTa"])
def test_no_value_that_stands_without_quotes_has_a_separator_in_it(setting, text):
    with pytest.raises(ValueError, match="part of numbers, dates or words"):
        CsvStoreConfig(path="x", **{setting: text})


def test_a_quote_is_no_separator():
    with pytest.raises(ValueError, match="the separator already"):
        CsvStoreConfig(path="x", separator="'", quote="'")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (pl.Series("x", [[1]]), "CSV has no nested values: 'x' is List"),
        (pl.Series("x", [{"a": 1}]), "CSV has no nested values: 'x' is Struct"),
        (pl.Series("x", [b"a"]), "CSV has no text for Binary: column 'x'"),
    ],
)
def test_csv_refuses_what_it_cannot_hold_before_any_work(table, values, said):
    with pytest.raises(StoreError, match=said) as caught:
        moved(csv_of(table), "r1", values.to_frame())
    assert "parquet" in caught.value.hint
    assert not table.parent.exists()


def test_an_empty_csv_full_drop_keeps_the_header(table):
    moved(csv_of(table), "r1", VALUES.select("text", "date").clear(), mode="full_drop")
    assert (table / "r1-00001.csv").read_text() == "text,date\n"
    moved(csv_of(table, header=False), "r2", VALUES.clear(), mode="full_drop")
    assert (table / "r2-00001.csv").read_text() == ""


def test_ndjson_tells_every_value_apart(table):
    moved(ndjson_of(table), "r1", VALUES)
    lines = (table / "r1-00001.ndjson").read_text().splitlines()
    first = json.loads(lines[0])
    assert first == {
        "text": "", "whole": 2**64 - 1, "price": "1.1000000000", "float": 0.1, "flag": True,
        "date": "2013-01-01", "time": "01:02:03.000004", "at": "2013-01-01 05:00:00.123456",
        "ns": "1970-01-01 00:00:00.000000001", "zoned": "2013-01-01T05:00:00.123456+05:30",
        "took": "-PT86399.999999S", "kind": "a",
    }  # fmt: skip
    assert set(json.loads(lines[1]).values()) == {None, "-0.0000000001", 0, 1e22}
    assert json.loads(lines[3])["price"] == "9" * 28 + "." + "0" * 10
    assert json.loads(lines[3])["float"] == 5e-324


def test_ndjson_keeps_nested_values(table):
    rows = pl.DataFrame(
        {"l": [[{"a": D("1.5"), "b": None}], None, []], "s": [{"x": [1]}, None, {"x": None}]}
    )
    moved(ndjson_of(table), "r1", rows)
    lines = (table / "r1-00001.ndjson").read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"l": [{"a": "1.5", "b": None}], "s": {"x": [1]}},
        {"l": None, "s": None},
        {"l": [], "s": {"x": None}},
    ]


@pytest.mark.parametrize(
    "values",
    [
        pl.Series("x", [1.0, float("nan")]),
        pl.Series("x", [None, float("inf")], dtype=pl.Float32),
        pl.Series("x", [[1.0], [None, float("nan")], None]),
        pl.Series("x", [[[1.0], [float("-inf")]]]),
        pl.Series("x", [[1.0, float("nan")]], dtype=pl.Array(pl.Float64, 2)),
        pl.Series("x", [{"a": 1, "b": {"c": [float("nan")]}}, None]),
        pl.Series("x", [[{"a": "text", "b": float("nan")}]]),
        pl.Series("x", [{"k": [float("nan")]}], dtype=pl.Map(pl.String, pl.List(pl.Float64))),
    ],
)
def test_ndjson_refuses_nan_and_infinity_however_deep(table, values):
    with pytest.raises(StoreError, match="no NaN and no infinity: column 'x'"):
        moved(ndjson_of(table), "r1", values.to_frame())
    assert not table.exists()


@pytest.mark.parametrize(
    "values",
    [
        pl.Series("x", [1.0, None]),
        pl.Series("x", [[1.0], [None], None, []]),
        pl.Series("x", [{"a": 1.5, "b": [[2.5]]}, None]),
        pl.Series("x", [{"a": None}], dtype=pl.Struct({"a": pl.Float64})),
    ],
)
def test_ndjson_takes_every_ordinary_float(tmp_path, values):
    assert write_ndjson(values.to_frame(), tmp_path / "x.ndjson") == values.len()


@pytest.mark.parametrize(
    "values",
    [
        pl.Series([b"a"]),
        pl.Series([[b"a"]]),
        pl.Series([{"a": [{"b": b"a"}]}]),
        pl.Series([{"k": b"a"}], dtype=pl.Map(pl.String, pl.Binary)),
    ],
)
def test_ndjson_refuses_binary_however_deep_before_any_work(table, values):
    with pytest.raises(StoreError, match="NDJSON has no text for"):
        moved(ndjson_of(table), "r1", pl.DataFrame({"x": values}))
    assert not table.parent.exists()


#: Before there was standard time, a clock in Berlin was 53 minutes and 28 seconds ahead.
_OLD = pl.Series([-(10**9), None, 10**18], dtype=pl.Datetime("ns", "Europe/Berlin")) - dt.timedelta(
    days=36_500
)
_LAST = pl.Series([dt.datetime(9999, 12, 31, 23, tzinfo=dt.UTC)]).dt.convert_time_zone("Asia/Tokyo")


@pytest.mark.parametrize("values", [_OLD, _LAST], ids=["seconds", "year 10000"])
def test_an_instant_that_its_zone_cannot_tell_is_told_in_utc(tmp_path, values):
    listed = pl.DataFrame({"x": values, "y": values.reshape((-1, 1)).arr.to_list()})
    write_csv(listed.select("x"), tmp_path / "x.csv", CsvStoreConfig(path=tmp_path))
    write_ndjson(listed, tmp_path / "x.ndjson")
    as_it_was = values.dt.convert_time_zone("UTC").dt.cast_time_unit("us").to_list()
    lines = (tmp_path / "x.csv").read_text().splitlines()[1:]
    assert [dt.datetime.fromisoformat(line) if line else None for line in lines] == as_it_was
    rows = [json.loads(line) for line in (tmp_path / "x.ndjson").read_text().splitlines()]
    for told in [row["x"] for row in rows], [row["y"][0] for row in rows]:
        assert [dt.datetime.fromisoformat(text) if text else None for text in told] == as_it_was


def test_an_empty_ndjson_full_drop_is_an_empty_file(table):
    moved(ndjson_of(table), "r1", VALUES.clear(), mode="full_drop")
    assert (table / "r1-00001.ndjson").read_bytes() == b""


@pytest.mark.parametrize("store_of", [csv_of, ndjson_of])
def test_text_files_can_lie_in_partitions(table, store_of):
    rows = pl.DataFrame({"id": [1, 2, 3], "k": ["a", None, "a"]})
    manifest = moved(store_of(table, partition_by=("k",)), "r1", rows)
    assert sorted(part.final.split("/")[1] for part in manifest.parts) == [
        "k=__HIVE_DEFAULT_PARTITION__", "k=a",
    ]  # fmt: skip
    assert manifest.rows == 3


@pytest.mark.parametrize("store_of", [csv_of, ndjson_of])
def test_files_are_full_at_rows_per_file(table, store_of):
    rows = pl.DataFrame({"id": range(25), "text": ["a\nb"] * 25})
    manifest = moved(store_of(table, rows_per_file=10), "r1", *rows.iter_slices(4))
    assert [part.rows for part in manifest.parts] == [10, 10, 5]


@pytest.mark.parametrize(
    ("count", "dtype"),
    [
        (2**31 - 1, pl.Date()),
        (1 - 2**63, pl.Datetime("us")),
        (2**63 - 1, pl.Datetime("ms", "Europe/Berlin")),
    ],
    ids=str,
)
def test_a_moment_that_no_text_tells_is_refused_by_its_column(tmp_path, count, dtype):
    """PostgreSQL's infinity, of which Polars panics, as DuckDB writes it to Parquet."""
    values = pl.Series("till", [None, count]).cast(dtype)
    with pytest.raises(StoreError, match="column 'till' holds a moment in a year"):
        write_csv(values.to_frame(), tmp_path / "x.csv", CsvStoreConfig(path=tmp_path))
    for each in values, values.reshape((-1, 1)).arr.to_list():
        with pytest.raises(StoreError, match="column 'till' holds a moment in a year"):
            write_ndjson(each.to_frame(), tmp_path / "x.ndjson")


def extended(values, storage):
    """A column of an extension type, as pyarrow's JSON and GeoParquet's shapes are."""
    return pl.Series("x", values, dtype=storage).ext.to(pl.Extension("acme.word", storage))


def test_values_of_an_extension_type_are_what_they_are_stored_as(tmp_path):
    rows = extended(["a", None, ""], pl.String).to_frame()
    assert write_csv(rows, tmp_path / "x.csv", CsvStoreConfig(path=tmp_path)) == 3
    assert (tmp_path / "x.csv").read_text() == 'x\na\n\n""\n'
    assert write_ndjson(rows, tmp_path / "x.ndjson") == 3
    how = CsvStoreConfig(path=tmp_path, null_value="-")
    with pytest.raises(StoreError, match="holds the text '-'"):
        write_csv(extended(["-"], pl.String).to_frame(), tmp_path / "x.csv", how)
    with pytest.raises(StoreError, match="no NaN"):
        write_ndjson(extended([float("nan")], pl.Float64).to_frame(), tmp_path / "x.ndjson")


@pytest.mark.parametrize(
    ("values", "storage", "stores"),
    [([b"a"], pl.Binary(), (csv_of, ndjson_of)), ([[1]], pl.List(pl.Int64), (csv_of,))],
    ids=["binary", "list"],
)
def test_an_extension_of_what_has_no_text_is_refused_before_any_work(
    table, values, storage, stores
):
    for store in stores:
        with pytest.raises(StoreError, match=r"has no (text for|nested values)"):
            moved(store(table), "r1", extended(values, storage).to_frame())
    assert not table.parent.exists()
