"""The home ``csv``: which type a text has, and that no text becomes another value."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hygge_core.errors import SchemaChanged
from hygge_core.files.csv.home import open_csv_home
from hygge_core.files.settings.homes import CsvHomeConfig
from hygge_core.files.text.columns import TextColumn, Wording
from hygge_core.files.text.types import infer
from hygge_core.records import Ask
from hygge_core.scene import Scene
from hygge_core.types import parse, spell

INT, FLOAT, TEXT = "int64", "float64", "string"


def type_of(*texts: str | None, **wording) -> str:
    return spell(infer(pl.Series("a", texts, dtype=pl.String), Wording(**wording)))


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (("1", None, "-5", "0"), INT),
        (("9223372036854775807", "-9223372036854775808"), INT),
        (("9223372036854775808",), TEXT),
        (("007",), TEXT),
        (("1", "007"), TEXT),
        (("-01",), TEXT),
        (("+47", "48"), TEXT),
        (("1 ", "2"), TEXT),
        (("1_000",), TEXT),
        (("٣",), TEXT),
        (("0x1F",), TEXT),
        (("1", "2.5"), FLOAT),
        ((".5", "5.", "-0.5", "1e5", "1E-7", "-0"), FLOAT),
        (("00.5",), TEXT),
        (("+1.5",), TEXT),
        (("1.5", "NaN", "inf", "-inf"), FLOAT),
        (("nan", "inf"), TEXT),
        (("0.30000000000000004", "-1.2345678901234567e-05"), FLOAT),
        (("1234567890123456789.12",), TEXT),  # 21 digits
        (("12.50000000000000000000",), FLOAT),
        (("1.5", "9007199254740993"), TEXT),  # a float would round it
        (("1.5", "1e999"), TEXT),
        (("true", "False", "TRUE"), "bool"),
        (("yes", "no"), TEXT),
        (("1", "true"), TEXT),
        (("", "1"), TEXT),
        ((None, None), TEXT),
    ],
)
def test_numbers_and_booleans_are_what_they_say_exactly(texts, word):
    assert type_of(*texts) == word


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        (("2024-12-31", "2024/12/31", "31.12.2024"), "date"),
        (("2024-02-30",), TEXT),
        (("2024-1-1",), TEXT),
        (("1-2-3",), TEXT),
        (("12/31/2024",), TEXT),
        (("20241231",), INT),
        (("2024-12-31 23:59", "2024-12-31T23:59:59", "2024-12-31T23:59:59.5"), "datetime[us]"),
        (("2024-12-31", "2024-12-31 23:59"), "datetime[us]"),
        (("31.12.2024 23:59",), "datetime[us]"),
        (("2024-12-31T23:59:59.123456789",), "datetime[ns]"),
        (("2024-12-31T23:59:59.1234560",), "datetime[us]"),
        (("9999-12-31 23:59:59.9999990",), "datetime[us]"),
        (("9999-12-31 23:59:59.9999999",), TEXT),  # beyond nanoseconds
        (("2024-12-31T23:59:60",), TEXT),
        (("2024-12-31T24:00",), TEXT),
        (("2024-12-31T23:59Z", "2024-12-31T23:59+01:00"), "datetime[us, UTC]"),
        (("2024-12-31T23:59+0100", "2024-12-31T23:59-05"), "datetime[us, UTC]"),
        (("2024-12-31T23:59:59.1234567Z",), "datetime[ns, UTC]"),
        (("2024-12-31T23:59Z", "2024-12-31T23:59"), TEXT),
        (("23:59",), TEXT),
    ],
)
def test_dates_and_datetimes_are_what_they_say_to_the_last_digit(texts, word):
    assert type_of(*texts) == word


def test_offsets_are_instants_in_utc():
    texts = pl.DataFrame({"a": ["2024-06-30T23:59:30.25+05:30", "2024-06-30 18:29Z"]})
    values, misfit = TextColumn("a", pl.Datetime("us", "UTC"), Wording()).read(texts)
    assert misfit is None
    assert values.to_list() == [
        datetime(2024, 6, 30, 18, 29, 30, 250_000, tzinfo=UTC),
        datetime(2024, 6, 30, 18, 29, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("word", "text", "value"),
    [
        ("int8", "-128", -128),
        ("int8", "128", None),
        ("uint16", "-1", None),
        ("int64", "007", None),
        ("int128", "170141183460469231731687303715884105727", 2**127 - 1),
        ("float32", "0.5", 0.5),
        ("float32", "0.100000001", pl.Series([0.1], dtype=pl.Float32).item()),
        ("float32", "0.1234567891", None),  # never rounded
        ("float32", "16777215", 16777215.0),
        ("float32", "16777217", None),
        ("float32", "1e-50", None),
        ("float64", "1e-400", None),
        ("float64", "-0.0", -0.0),
        ("decimal(10,2)", "12.340", Decimal("12.34")),
        ("decimal(10,2)", "12.345", None),  # never rounded
        ("decimal(10,2)", "-.5", Decimal("-0.50")),
        ("decimal(4,2)", "100", None),
        ("decimal(10,0)", "5.00", Decimal(5)),
        ("decimal(10,2)", "1e2", None),
        ("bool", "Y", True),
        ("bool", "0", False),
        ("bool", "2", None),
        ("time", "23:59:59.123456", time(23, 59, 59, 123456)),
        ("time", "24:00", None),
        ("date", "2024-12-31", date(2024, 12, 31)),
        ("date", "2024-12-31 00:00", None),
        ("datetime[ms]", "2024-12-31 00:00:00.125", datetime(2024, 12, 31, 0, 0, 0, 125000)),
        ("datetime[ms]", "2024-12-31 00:00:00.1255", None),
        ("datetime[ns]", "1600-01-01", None),  # it would wrap around
        ("datetime[us, UTC]", "2024-12-31 01:00", datetime(2024, 12, 31, 1, tzinfo=UTC)),
        ("datetime[us, Europe/Oslo]", "2024-03-31 02:30", None),  # there was no such time
        (
            "datetime[us, Europe/Oslo]",
            "2024-12-31 01:00",
            datetime(2024, 12, 31, 1, tzinfo=ZoneInfo("Europe/Oslo")),
        ),
        ('enum["a", "b"]', "b", "b"),
        ('enum["a", "b"]', "c", None),
        ("categorical", "c", "c"),
        ("string", "007", "007"),
    ],
)
def test_an_override_gives_exactly_its_values(word, text, value):
    column = TextColumn("a", parse(word), Wording(trusted=["a"]))
    values, misfit = column.read(pl.DataFrame({"a": [None, text]}))
    assert values.dtype == parse(word)
    assert (values[1], misfit) == (value, None if value is not None else 1)


def test_a_decimal_comma_is_the_only_point_then():
    assert type_of("1,5", "-,25", "3", decimal_comma=True) == FLOAT
    assert type_of("1.5", decimal_comma=True) == TEXT
    assert type_of("1.234,5", decimal_comma=True) == TEXT
    assert type_of("3", "4", decimal_comma=True) == INT


def test_own_formats_are_read_beside_the_usual_ones_and_lose_nothing():
    assert type_of("31/12/2024", "2024-12-31", date_format="%d/%m/%Y") == "date"
    form = "%d/%m/%Y %I:%M:%S%.f %p"
    assert type_of("31/12/2024 11:00:01.5 PM", datetime_format=form) == "datetime[us]"
    assert type_of("31/12/2024 11:00:01.1234567 PM", datetime_format=form) == "datetime[ns]"
    assert type_of("31/12/9999 11:00:01.1234567 PM", datetime_format=form) == TEXT
    assert type_of("31/12/2024 11:00:60.1 PM", datetime_format=form) == TEXT
    zoned = "%d.%m.%Y %H:%M %z"
    assert type_of("31.12.2024 11:00 +0200", datetime_format=zoned) == "datetime[us, UTC]"


# --- promises over all values ------------------------------------------------------------------

VALUES = {
    "int64": st.integers(-(2**63), 2**63 - 1),
    "float64": st.floats(allow_infinity=False),
    "bool": st.booleans(),
    "date": st.dates(),
    "datetime[us]": st.datetimes(),
    "datetime[us, UTC]": st.datetimes(timezones=st.just(UTC)),
    "decimal(18,4)": st.decimals(-(10**13), 10**13, places=4, allow_nan=False),
}


@pytest.mark.parametrize("word", VALUES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_polars_writes_is_read_as_the_same_values(word, data):
    drawn = data.draw(st.lists(st.none() | VALUES[word], min_size=1, max_size=20))
    written = pl.DataFrame({"a": pl.Series(drawn, dtype=parse(word)), "b": 1})
    texts = pl.read_csv(written.write_csv().encode(), infer_schema=False)
    values, misfit = TextColumn("a", parse(word), Wording()).read(texts)
    assert misfit is None
    assert values.equals(written["a"], null_equal=True)


@settings(max_examples=300, deadline=None)
@given(text=st.text(alphabet="0123456789+-.eE:/TZ naifNI,", min_size=1, max_size=24))
def test_a_text_never_becomes_a_number_that_says_something_else(text):
    dtype = infer(pl.Series("a", [text]), Wording())
    values, _ = TextColumn("a", dtype, Wording()).read(pl.DataFrame({"a": [text]}))
    if dtype == pl.Int64:
        assert str(values[0]) == text
    if dtype == pl.Float64:
        assert Decimal(text) == Decimal(values[0]) or abs(
            Decimal(text) - Decimal(values[0])
        ) <= Decimal(values[0]).copy_abs() * Decimal("1.2e-16")


# --- later rows --------------------------------------------------------------------------------


def later(path: Path, first: str, then: str, **setting) -> SchemaChanged:
    """What the home says of a file whose first batch is of one kind and whose last row is not."""
    path.write_text(f"id,v\n{first * 10}{then}\n")
    with open_csv_home(CsvHomeConfig(path=path, batch_rows=10, **setting), Scene()) as home:
        ask = Ask(entity="orders")
        schema = home.schema(ask)
        with pytest.raises(SchemaChanged) as caught:
            list(home.read(Ask(entity="orders", settled=schema)))
    return caught.value


@pytest.mark.parametrize(
    ("first", "then", "was", "seen"),
    [
        ("5", "5.5", "int64", pl.Float64()),
        ("5", "x", "int64", pl.String()),
        ("5", "007", "int64", pl.String()),
        ("5.5", "x", "float64", pl.String()),
        ("true", "1", "bool", pl.Int64()),
        ("2024-12-31", "2024-12-31 01:00", "date", pl.Datetime("us")),
        ("2024-12-31 01:00", "2024-12-31 01:00Z", "datetime[us]", pl.Datetime("us", "UTC")),
        ("2024-12-31 01:00", "2024-12-31 01:00:00.1234567", "datetime[us]", pl.Datetime("ns")),
    ],
)
def test_a_later_row_of_another_type_is_told_with_its_place(tmp_path, first, then, was, seen):
    error = later(tmp_path / "orders.csv", f"1,{first}\n", f"2,{then}")
    assert error.seen == {"v": seen}
    assert str(error).endswith(f"orders.csv: line 12: column 'v' is {was}, but here is '{then}'")
    typed = {"5.5": ["float64", "decimal(18,2)"], "2024-12-31 01:00": ["datetime[us]"]}
    proposed = [*typed.get(then, ()), "string"]
    assert error.hint.startswith(f'home.schema_overrides = {{ v = "{proposed[0]}" }}')
    assert all(word in error.hint for word in proposed)
    for word in proposed:
        config = CsvHomeConfig(path=tmp_path / "orders.csv", schema_overrides={"v": word})
        with open_csv_home(config, Scene()) as home:
            assert sum(batch.height for batch in home.read(Ask(entity="orders"))) == 11


def test_a_later_row_that_fits_in_another_shape_is_no_change(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("v\n2024-12-31 01:00\n31.12.2024 01:00:00.5\n2024-12-31\n")
    with open_csv_home(CsvHomeConfig(path=path, batch_rows=1), Scene()) as home:
        values = pl.concat(home.read(Ask(entity="orders")))["v"].to_list()
    assert values == [
        datetime(2024, 12, 31, 1),
        datetime(2024, 12, 31, 1, 0, 0, 500_000),
        datetime(2024, 12, 31),
    ]


def test_the_settled_types_are_read_instead_of_guessed_ones(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n1,2\n2.5,3\n")
    settled = pl.Schema({"a": pl.Float64, "b": pl.String})
    ask = Ask(entity="orders", settled=settled)
    with open_csv_home(CsvHomeConfig(path=path, batch_rows=1), Scene()) as home:
        assert home.schema(ask) == settled
        assert pl.concat(home.read(ask)).rows() == [(1.0, "2"), (2.5, "3")]


def test_without_inference_every_column_is_text_but_for_overrides(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n1,2\n")
    config = CsvHomeConfig(path=path, infer=False, schema_overrides={"b": "int8"})
    with open_csv_home(config, Scene()) as home:
        (batch,) = home.read(Ask(entity="orders"))
    assert batch.to_dicts() == [{"a": "1", "b": 2}]
    assert batch.schema["b"] == pl.Int8


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id;name\n1;a\n", ["orders.csv has one column, 'id;name': separator = ';'?"]),
        ("id\tname\n1\ta\n", [r"orders.csv has one column, 'id\tname': separator = '\t'?"]),
        ("id,a;b\n1,2\n", []),
    ],
)
def test_a_header_that_nothing_separates_is_doubted(tmp_path, text, told):
    (tmp_path / "orders.csv").write_text(text)
    said = []
    scene = Scene(warn=said.append)
    with open_csv_home(CsvHomeConfig(path=tmp_path / "orders.csv"), scene) as home:
        ask = Ask(entity="orders")
        home.schema(ask)
        assert len(list(home.read(ask))) == 1
    assert [each.rpartition("/")[2] for each in said] == told
