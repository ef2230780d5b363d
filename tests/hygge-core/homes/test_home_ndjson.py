"""The home ``ndjson``: nothing is dropped, bent or made NULL; what does not fit is told."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from hygge_core import drift
from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.files.ndjson.home import open_ndjson_home
from hygge_core.files.settings.homes import NdjsonHomeConfig
from hygge_core.records import Ask, DriftPolicy
from hygge_core.scene import Scene

ASK = Ask(entity="orders")
FILLER = "\n" * 5_000_000  # more than a block, so that what follows it is not in the first batch
FIRST = '{"n": 1, "f": 0.5, "s": "x", "o": {"x": 1}, "l": [1], "null": null, "e": []}\n'


def read(path: Path, ask: Ask = ASK, **settings) -> pl.DataFrame:
    config = NdjsonHomeConfig(path=path, **settings)
    with open_ndjson_home(config, Scene(entity="orders")) as home:
        schema = home.schema(ask)
        return pl.concat([pl.DataFrame(schema=schema), *home.read(ask)])


@pytest.fixture
def text(tmp_path):
    """Writes a file and reads it."""

    def reads(content: str | bytes, ask: Ask = ASK, **settings) -> pl.DataFrame:
        path = tmp_path / "orders.ndjson"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read(path, ask, **settings)

    return reads


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """Reads a first batch of every kind of column, and then a row that differs."""
    path = tmp_path_factory.mktemp("later") / "orders.ndjson"
    path.write_text(FIRST + FILLER)
    size = path.stat().st_size

    def reads(row: str | bytes, ask: Ask = ASK, **settings) -> pl.DataFrame:
        with path.open("rb+") as file:
            file.truncate(size)
            file.seek(size)
            file.write(row if isinstance(row, bytes) else row.encode())
        return read(path, ask, **settings).slice(1)

    return reads


def test_all_kinds_of_values_come_back_as_they_were(text):
    rows = [
        {"id": 1, "big": 2**62, "f": 0.1, "b": True, "s": 'Ø\n"', "l": [1, None], "o": {"x": [{}]}},
        {"id": 2, "big": None, "f": -1e300, "b": None, "s": "", "l": [], "o": {"x": None}},
        {"id": 3, "big": -(2**63), "f": None, "b": False, "s": None, "l": None, "o": None},
    ]
    written = "\n".join(json.dumps(row) for row in rows)
    assert text(written).to_dicts() == rows


def test_a_missing_key_is_a_null(text):
    assert text('{"a": 1}\n{}\n{"b": 2}').rows() == [(1, None), (None, None), (None, 2)]


@pytest.mark.parametrize(
    "values",
    [
        ([None], [None, None, None]),
        ([[None, None], [None]], None, []),
        ({"x": [None, None]}, None, {"x": []}),
        ([{"x": [None, None], "y": 1}, {"x": [None], "y": None}], [], [None, {"x": None, "y": 2}]),
    ],
)
def test_lists_may_hold_nothing_but_nulls(text, values):
    rows = [{"id": number, "l": value} for number, value in enumerate(values)]
    assert text("\n".join(json.dumps(row) for row in rows)).to_dicts() == rows


def test_a_string_stays_a_string_whatever_it_looks_like(text):
    read = text('{"a": "2024-12-31T00:00:00Z", "b": {"c": "2024-12-31"}, "d": "007"}\n')
    assert read.rows() == [("2024-12-31T00:00:00Z", {"c": "2024-12-31"}, "007")]


def test_empty_lines_byte_order_marks_and_compression(tmp_path):
    path = tmp_path / "orders.jsonl.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf\n{"a": 1}\r\n\r\n{"a": 2}'))
    assert read(path).rows() == [(1,), (2,)]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ('{"n": null}', {"n": None}),
        ('{"f": 3}', {"f": 3.0}),
        ('{"f": 1e20}', {"f": 1e20}),
        ('{"o": {}}', {"o": {"x": None}}),
        ('{"l": [null, 2]}', {"l": [None, 2]}),
        ('{"null": null, "e": []}', {"e": []}),
        ('{"e": [null, null]}', {"e": [None, None]}),
    ],
)
def test_a_later_row_that_fits_is_read(later, row, value):
    nothing = dict.fromkeys(("n", "f", "s", "o", "l", "null", "e"))
    assert later(row).to_dicts() == [nothing | value]


@pytest.mark.parametrize(
    ("row", "column", "seen"),
    [
        ('{"n": 1.5}', "n", pl.Float64()),
        ('{"n": 1.0}', "n", pl.Float64()),
        ('{"n": "1"}', "n", pl.String()),
        ('{"n": true}', "n", pl.Boolean()),
        ('{"f": "x"}', "f", pl.String()),
        ('{"f": 9007199254740993}', "f", pl.Int64()),
        ('{"s": 5}', "s", pl.Int64()),
        ('{"s": {"x": 1}}', "s", pl.Struct({"x": pl.Int64})),
        ('{"o": {"x": "1"}}', "o", pl.Struct({"x": pl.String})),
        ('{"o": {"y": 1}}', "o", pl.Struct({"x": pl.Int64, "y": pl.Int64})),
        ('{"l": ["x"]}', "l", pl.List(pl.String)),
        ('{"l": 5}', "l", pl.Int64()),
        ('{"null": null}\n{"null": 5}\n{"null": 0.5}\n', "null", pl.Float64()),
        ('{"e": [true]}', "e", pl.List(pl.Boolean)),
        ('{"e": [{"x": 1}]}', "e", pl.List(pl.Struct({"x": pl.Int64}))),
        ('{"new": "x"}', "new", pl.String()),
        ('{"new": null}', "new", pl.Null()),
    ],
)
def test_a_later_value_of_another_type_is_told_with_its_place(later, row, column, seen):
    with pytest.raises(SchemaChanged, match=f"column '{column}' is") as caught:
        later(row)
    line = 5_000_002 + (row.count("\n") > 0)
    assert f"orders.ndjson: line {line:,}: " in str(caught.value)
    assert caught.value.seen == {column: seen}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{"n": 1', "not JSON"),
        ("{'n': 1}", "not JSON"),
        ('{"n": 1} x', "not JSON"),
        ('{"n": 1, "n": 2}', "'n' is there twice"),
        ("[1]", "expected an object"),
        ("5", "expected an object"),
        ("null", "expected an object"),
        ('{"n": 1} null', "not JSON"),
        (b'{"s": "caf\xe9"}', "is not utf-8"),
        (b'{"s": "\\ud83d"}', "surrogate"),
        ('{"f": -1e400}', "no float is as large as -1e400"),
        ('{"": 1}', "a column needs a name"),
    ],
)
def test_a_line_that_is_no_object_is_told_with_its_place(later, row, told):
    with pytest.raises(HomeError, match=told) as caught:
        later(row)
    assert not isinstance(caught.value, SchemaChanged)
    assert "orders.ndjson" in str(caught.value)
    assert "line 5,000,002" in str(caught.value)


@pytest.mark.parametrize("size", [0, 12, (1 << 20) - 2, 1 << 20, 1 << 22])
@pytest.mark.parametrize("before", ["", " \n\t"])
def test_a_null_is_no_object_wherever_it_stands(text, size, before):
    rows = '{"n": null}'.ljust(size - 1) + "\n" if size else ""
    with pytest.raises(HomeError, match="expected an object in braces") as caught:
        text(f'{rows}{before}null\n{{"n": 2}}\n')
    assert f"line {f'{rows}{before}'.count(chr(10)) + 1:,}:" in str(caught.value)


@pytest.mark.parametrize(("one", "other"), [('"x"', '{"c": 1}'), ("[1]", "[[1]]"), ("true", "1")])
def test_kinds_that_disagree_far_apart_are_told_too(text, one, other):
    far = f'{{"n": "{"y" * 1000}"}}\n' * 1100  # blocks of 1 MiB, of which pyarrow joins the types
    with pytest.raises(HomeError, match="line 1,102: column 'e' is "):
        text(f'{{"e": {one}}}\n{far}{{"e": {other}}}\n{far}')


def test_what_is_like_a_null_between_objects_may_be_in_a_string(text):
    rows = [{"s": "} null"}, {"s": None}, {"s": "\n null"}]
    assert text("\n".join(json.dumps(row) for row in rows)).to_dicts() == rows


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{"a": 1e400}', "no float is as large as 1e400"),
        ('{"a": 1, "s": "\\ud83d"}', "surrogate"),
    ],
)
def test_what_pyarrow_alone_refuses_is_told_with_its_line(text, row, told):
    before = ('{"a": 0.5}'.ljust(100_000) + "\n") * 30
    with pytest.raises(HomeError, match=told) as caught:
        text(f'{before}\n{row}\n{{"a": 2}}\n')
    assert "orders.ndjson: line 32: " in str(caught.value)
    assert " in row " not in str(caught.value)


@pytest.mark.parametrize("number", ["16777217", "-1e39"])
def test_a_narrow_float_rounds_no_whole_number_and_makes_none_infinite(text, number):
    with pytest.raises(SchemaChanged, match="line 3: column 'a' is float32, but here is"):
        text(
            f'{{"a": 0.1}}\n{{"a": 16777216}}\n{{"a": {number}}}\n',
            schema_overrides={"a": "float32"},
        )


def test_values_for_which_there_is_no_type_are_told_with_their_place(text):
    with pytest.raises(HomeError, match="line 3: column 'a' is int64, but here is \"x\"") as caught:
        text('{"a": 1}\n{"a": 2}\n{"a": "x"}\n')
    assert caught.value.hint == 'home.schema_overrides = { a = "string" }'


@pytest.mark.parametrize("value", ['[1, "x"]', '{"b": [[1], [null, true]]}', "[1, null, [2]]"])
def test_a_list_of_several_kinds_is_told_with_its_place_and_what_to_do(text, value):
    with pytest.raises(HomeError, match="line 2: column 'a' has a list of several") as caught:
        text(f'{{"b": [1, 2.5, null]}}\n{{"a": {value}, "b": []}}\n')
    assert caught.value.hint == 'home.schema_overrides = { a = "string" }'
    assert text(f'{{"a": {value}}}\n', schema_overrides={"a": "string"}).height == 1


def test_a_key_without_a_name_is_told_with_its_line(text):
    with pytest.raises(HomeError, match="line 2: a key is empty, and a column needs a name"):
        text('{"a": 1}\n{"": 2}\n')


def test_a_number_with_more_digits_than_a_float_keeps_is_the_nearest_one_or_a_decimal(text):
    row = '{"a": 123456789012345678.25, "b": 0.33333333333333333333}'
    assert text(row).rows() == [(123456789012345678.25, 0.33333333333333333333)]
    exact = text(row, schema_overrides={"a": "decimal(20,2)"})
    assert exact["a"].to_list() == [Decimal("123456789012345678.25")]


def test_overrides_make_dates_and_decimals_of_strings_and_numbers(later, text):
    overrides = {"t": "datetime[us, UTC]", "d": "decimal(10,2)"}
    read = text(
        '{"t": "2024-12-31T01:00:00+01:00", "d": 0.1}\n{"d": "12.3"}', schema_overrides=overrides
    )
    assert read.rows() == [
        (datetime(2024, 12, 31, tzinfo=UTC), Decimal("0.10")),
        (None, Decimal("12.30")),
    ]
    with pytest.raises(SchemaChanged, match=r"line 2: column 't' is .*, but here is 'soon'"):
        text('{"t": null}\n{"t": "soon"}', schema_overrides=overrides)
    with pytest.raises(HomeError, match="scale"):
        text('{"d": 0.125}', schema_overrides=overrides)


def test_new_columns_that_the_policy_ignores_are_passed_over(later):
    ask = Ask(entity="orders", drift=DriftPolicy(new_columns="ignore"))
    assert later('{"new": 1, "n": 2, "o": {"x": 3, "y": 4}}', ask).to_dicts() == [
        dict.fromkeys(("f", "s", "l", "null", "e")) | {"n": 2, "o": {"x": 3}}
    ]


def test_a_column_that_nobody_asked_for_may_be_anything(tmp_path):
    path = tmp_path / "orders.ndjson"
    path.write_text(FIRST + FILLER + '{"n": "x", "f": 2}\n{"f": 3, "n": {"y": []}}\n')
    with open_ndjson_home(NdjsonHomeConfig(path=path), Scene()) as home:
        batches = list(home.read(Ask(entity="orders", columns=("f",))))
    assert pl.concat(batches).to_dicts() == [{"f": 0.5}, {"f": 2.0}, {"f": 3.0}]


def test_starting_again_with_what_was_seen_reads_to_the_end(tmp_path):
    path = tmp_path / "orders.ndjson"
    path.write_text(FIRST + FILLER + '{"new": 1, "null": "x", "o": {"y": true}, "e": [1]}\n')
    ask, policy = ASK, DriftPolicy(new_columns="add", removed_columns="null")
    with open_ndjson_home(NdjsonHomeConfig(path=path), Scene()) as home:
        schema = home.schema(ask)
        for _ in range(2):
            try:
                rows = pl.concat(home.read(Ask(entity="orders", settled=schema))).to_dicts()
            except SchemaChanged as change:
                incoming = pl.Schema({**schema, **change.seen})
                settled = drift.settle(schema, incoming, policy).schema
                schema = home.schema(Ask(entity="orders", settled=settled))
                assert schema == settled
    assert rows[1] == {
        "n": None, "f": None, "s": None, "o": {"x": None, "y": True}, "l": None, "null": "x",
        "e": [1], "new": 1,
    }  # fmt: skip


def test_news_of_a_column_that_is_not_needed_is_told_once(tmp_path):
    path = tmp_path / "orders.ndjson"
    path.write_text(FIRST + FILLER + '{"new": 1}\n')
    only = Ask(entity="orders", columns=("n",), settled=pl.Schema({"n": pl.Int64}))
    with open_ndjson_home(NdjsonHomeConfig(path=path), Scene()) as home:
        with pytest.raises(SchemaChanged, match="'new' is new"):
            list(home.read(only))
        home.schema(Ask(entity="orders", settled=pl.Schema({"n": pl.Int64, "new": pl.Int64})))
        assert pl.concat(home.read(only)).rows() == [(1,), (None,)]


def test_files_without_rows_are_read_past(tmp_path):
    for name, content in (("a", ""), ("b", "\n\n"), ("c", '{"a": 1}\n'), ("d", ""), ("e", "{}")):
        (tmp_path / f"{name}.ndjson").write_text(content)
    assert read(tmp_path).rows() == [(1,), (None,)]
    (tmp_path / "c.ndjson").unlink()
    (tmp_path / "e.ndjson").unlink()
    assert read(tmp_path).schema == {}


def test_later_files_follow_the_types_of_the_first(tmp_path):
    (tmp_path / "a.ndjson").write_text('{"a": 1}\n')
    (tmp_path / "b.ndjson").write_text('{"a": 2}\n{"a": 0.5}\n')
    with pytest.raises(SchemaChanged, match=r"b\.ndjson: line 2: column 'a' is int64") as caught:
        read(tmp_path)
    assert caught.value.seen == {"a": pl.Float64()}


def test_a_row_may_be_longer_than_a_block(text):
    long = "x" * (5 << 20)
    assert text(f'{{"a": "{long}"}}\n{{"a": "y"}}\n')["a"].str.len_bytes().to_list() == [
        len(long),
        1,
    ]
