"""Schemas that change, and rows that fit or do not."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.drift import conform, settle, union
from hygge_core.errors import SchemaChanged
from hygge_core.records import DriftPolicy
from hygge_core.types import lossless, parse

STRICT = DriftPolicy(new_columns="fail", removed_columns="fail", type_changes="fail")
FAR = datetime.fromisoformat("9999-01-01T00:00")
LOOSE = DriftPolicy(new_columns="add", removed_columns="null", type_changes="widen")
IGNORE = DriftPolicy(new_columns="ignore", removed_columns="null", type_changes="fail")


def schema(**columns: str) -> pl.Schema:
    return pl.Schema({name: parse(text) for name, text in columns.items()})


def test_without_a_known_schema_the_incoming_one_is_settled():
    incoming = schema(b="int64", a="string")
    assert list(settle(None, incoming, STRICT).schema.items()) == list(incoming.items())


def test_a_new_column_is_added_ignored_or_refused_as_the_policy_says():
    known, incoming = schema(a="int64"), schema(b="string", a="int64")
    added = settle(known, incoming, DriftPolicy())
    assert list(added.schema.items()) == list(schema(a="int64", b="string").items())
    assert added.notes == ("column 'b' (string) is new: it is added",)
    ignored = settle(known, incoming, IGNORE)
    assert (ignored.schema, ignored.ignored) == (known, ("b",))
    with pytest.raises(SchemaChanged, match=r"'b' \(string\) is new") as refused:
        settle(known, incoming, STRICT)
    assert refused.value.seen == {"b": pl.String()}
    assert 'new_columns = "add"' in (refused.value.hint or "")


def test_a_missing_column_is_filled_or_refused_as_the_policy_says():
    known, incoming = schema(a="int64", b="string"), schema(a="int64")
    filled = settle(known, incoming, LOOSE)
    assert (filled.schema, filled.filled) == (known, ("b",))
    assert "NULL" in filled.notes[0]
    with pytest.raises(SchemaChanged, match="is missing") as refused:
        settle(known, incoming, DriftPolicy())
    assert refused.value.seen == {"b": None}


def test_a_type_that_fits_is_cast_whatever_the_policy():
    settled = settle(schema(a="int64"), schema(a="int32"), STRICT)
    assert settled.schema == schema(a="int64")
    assert "cast" in settled.notes[0]


def test_a_wider_type_widens_or_is_refused_as_the_policy_says():
    known, incoming = schema(a="int32"), schema(a="int64")
    assert settle(known, incoming, LOOSE).schema == incoming
    with pytest.raises(SchemaChanged, match="was int32 and is int64 now"):
        settle(known, incoming, DriftPolicy())


def test_types_that_nothing_holds_both_of_are_refused_under_every_policy():
    with pytest.raises(SchemaChanged, match="was int64 and is string now") as refused:
        settle(schema(a="int64"), schema(a="string"), LOOSE)
    assert "--full-drop" in (refused.value.hint or "")
    with pytest.raises(SchemaChanged, match="was string and is int64 now") as refused:
        settle(schema(a="string"), schema(a="int64"), LOOSE)
    assert "let the home read it as string, by its schema_overrides" in (refused.value.hint or "")


def test_all_disagreements_are_told_at_once():
    with pytest.raises(SchemaChanged) as refused:
        settle(schema(a="int64", b="date"), schema(a="bool", c="date"), STRICT)
    assert refused.value.seen == {"a": pl.Boolean(), "b": None, "c": pl.Date()}


def test_a_column_of_nothing_but_nulls_takes_the_first_type_that_comes():
    assert settle(schema(a="null"), schema(a="date"), STRICT).schema == schema(a="date")
    assert settle(schema(a="date"), schema(a="null"), STRICT).schema == schema(a="date")


def test_a_column_renamed_in_case_only_is_never_split_in_two():
    with pytest.raises(SchemaChanged, match="'Id' and column 'id' differ only in case") as refused:
        settle(schema(Id="int64"), schema(id="int64"), LOOSE)
    assert "rename" in (refused.value.hint or "")


def test_case_twins_in_one_source_are_told():
    settled = settle(None, schema(Id="int64", id="int64"), STRICT)
    assert "differ only in case" in settled.notes[0]


def test_fields_of_structs_follow_the_policy_like_columns():
    known = schema(a="struct[x: int8, y: string]", l="list[struct[p: int8]]")
    incoming = schema(a="struct[x: int64, z: date]", l="list[struct[p: int8, q: int8]]")
    settled = settle(known, incoming, LOOSE)
    assert settled.schema == schema(
        a="struct[x: int64, y: string, z: date]", l="list[struct[p: int8, q: int8]]"
    )
    assert settled.filled == ("a",)
    with pytest.raises(SchemaChanged, match=r"'a\.x'.*'a\.y'.*'a\.z'.*'l\[\]\.q'"):
        settle(known, incoming, STRICT)


def test_parts_of_a_source_join_in_order_and_the_odd_one_is_named():
    parts = [("1.csv", schema(a="int32")), ("2.csv", schema(a="int32", b="date"))]
    assert union(parts, DriftPolicy()) == schema(a="int32", b="date")
    with pytest.raises(SchemaChanged, match=r"3\.csv differs from 1\.csv: column 'b'"):
        union([*parts, ("3.csv", schema(a="int32"))], DriftPolicy())
    odd = [*parts, ("3.csv", schema(a="string", b="date"))]
    with pytest.raises(SchemaChanged, match=r"3\.csv.*'a' was int32 and is string"):
        union(odd, LOOSE)


def test_a_batch_of_the_very_schema_is_not_touched():
    batch = pl.DataFrame({"a": [1]})
    assert conform(batch, batch.schema) is batch


def test_columns_are_ordered_cast_filled_and_dropped():
    batch = pl.DataFrame(
        {"x": [0, 0], "b": ["q", None], "a": [1, 2]}, schema_overrides={"a": pl.Int8}
    )
    wanted = schema(a="int64", n="list[date]", b="string")
    made = conform(batch, wanted, ignored=["x"], filled=["n"])
    assert made.schema == wanted
    assert made.rows() == [(1, None, "q"), (2, None, None)]
    assert conform(batch, wanted, IGNORE).equals(made)


def test_a_batch_that_disagrees_names_column_types_and_a_value():
    batch = pl.DataFrame({"a": ["x", None], "new": [1] * 2})
    with pytest.raises(SchemaChanged) as refused:
        conform(batch, schema(a="int64", gone="date"))
    text = str(refused.value)
    assert "column 'a' is int64, but this is string, for example 'x'" in text
    assert "column 'new' is new" in text
    assert "column 'gone' (date) is missing" in text
    assert refused.value.seen == {"new": pl.Int64(), "a": pl.String(), "gone": None}


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([date(9999, 1, 1)], "datetime[ns]"),
        ([FAR], "datetime[ns]"),
        ([[FAR]], "list[datetime[ns]]"),
        ([{"a": date(1600, 1, 1)}], "struct[a: datetime[ns]]"),
        ([[{"a": date(1600, 1, 1)}]], "list[struct[a: datetime[ns]]]"),
    ],
)
def test_a_value_out_of_range_is_an_error_and_never_a_null(values, dtype):
    with pytest.raises(SchemaChanged, match="for example"):
        conform(pl.DataFrame({"a": [None, *values]}), schema(a=dtype))


def test_a_date_that_python_does_not_have_is_refused_all_the_same():
    far = pl.DataFrame({"a": pl.Series([2**30], dtype=pl.Int32).cast(pl.Date)})
    with pytest.raises(SchemaChanged, match="1073741824"):
        conform(far, schema(a="datetime[us]"))


def test_structs_inside_lists_are_aligned_by_name_and_null_stays_null():
    batch = pl.DataFrame({"l": [[{"p": 1, "q": "x"}, None], [], None]})
    made = conform(batch, schema(l="list[struct[q: string, r: date, p: int64]]"), filled=["l"])
    first = [{"q": "x", "r": None, "p": 1}, None]
    assert made["l"].to_list() == [first, [], None]
    with pytest.raises(SchemaChanged):
        conform(batch, schema(l="list[struct[q: string, r: date, p: int64]]"))


def test_a_field_is_dropped_only_where_that_is_allowed():
    batch = pl.DataFrame({"a": [{"p": 1, "q": 2}]})
    assert conform(batch, schema(a="struct[p: int64]"), IGNORE)["a"].to_list() == [{"p": 1}]
    with pytest.raises(SchemaChanged):
        conform(batch, schema(a="struct[p: int64]"))


def test_an_instant_keeps_its_meaning_in_another_zone():
    batch = pl.DataFrame({"a": [datetime.fromisoformat("2024-07-01T12:00")]}).cast(
        pl.Datetime("us", "UTC")
    )
    made = conform(batch, schema(a="datetime[ns, Europe/Berlin]"))
    assert made["a"].dt.hour().to_list() == [14]


VALUES = {
    "int8": st.integers(-128, 127),
    "int64": st.integers(-(2**63), 2**63 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "float32": st.floats(width=32, allow_nan=False),
    "float64": st.floats(allow_nan=False),
    "decimal(10,3)": st.integers(-(10**10) + 1, 10**10 - 1).map(lambda n: Decimal(n).scaleb(-3)),
    "date": st.dates(),
    "datetime[us]": st.datetimes(),
    "string": st.text(max_size=5),
    "list[int8]": st.lists(st.integers(-128, 127), max_size=3),
}
COLUMN = st.sampled_from(list(VALUES)).flatmap(
    lambda text: st.tuples(st.just(text), st.lists(st.none() | VALUES[text], max_size=5))
)


@given(COLUMN, st.sampled_from([*VALUES, "int16", "decimal(38,10)", "datetime[ns]", "bool"]))
def test_what_conforms_is_unchanged_and_everything_else_is_refused(column, to):
    """Cast back, every value is what it was."""
    text, values = column
    batch = pl.DataFrame({"a": values}, schema={"a": parse(text)})
    try:
        made = conform(batch, schema(a=to))
    except SchemaChanged:
        assert to == "datetime[ns]" or not lossless(parse(text), parse(to))
        return
    assert made.schema == schema(a=to)
    assert made.cast(parse(text)).equals(batch)
