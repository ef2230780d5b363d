"""Types as text, and which type holds the values of two."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.types import lossless, parse, parse_schema, spell, spell_schema, wider
from hygge_core.types.spelling import WORDS

UNITS = st.sampled_from(["ms", "us", "ns"])
ZONES = st.sampled_from([None, "UTC", "Europe/Berlin", "Etc/GMT+5", "+02:00", 'odd "]zone'])
NAMES = st.text(st.characters(codec="utf-8"), max_size=8)
PLAIN = st.sampled_from([made() for made in WORDS.values()])
FLAT = st.one_of(
    PLAIN,
    st.builds(pl.Datetime, UNITS, ZONES),
    st.builds(pl.Duration, UNITS),
    st.integers(1, 38).flatmap(lambda p: st.builds(pl.Decimal, st.just(p), st.integers(0, p))),
    st.builds(pl.Enum, st.lists(NAMES, unique=True, max_size=3)),
    st.just(pl.Categorical()),
    st.sampled_from([pl.UInt8, pl.UInt16, pl.UInt32]).map(
        lambda physical: pl.Categorical(pl.Categories("kinds", "of, [things]", physical))
    ),
)


def nested(inner: st.SearchStrategy[pl.DataType]) -> st.SearchStrategy[pl.DataType]:
    return st.one_of(
        st.builds(pl.List, inner),
        st.builds(pl.Array, inner, st.integers(0, 3)),
        st.builds(pl.Struct, st.dictionaries(NAMES, inner, max_size=3)),
        st.builds(pl.Map, inner, inner),
        st.builds(pl.Extension, NAMES, inner, st.one_of(st.none(), NAMES)),
    )


TYPES = st.recursive(FLAT, nested, max_leaves=5)
EXACT = st.sampled_from(
    [
        *(made() for word, made in WORDS.items() if word[:3] in ("int", "uin", "flo", "dat")),
        pl.Datetime("ms"), pl.Datetime("ns"), pl.Datetime("us", "UTC"), pl.Duration("ms"),
        pl.Duration("ns"), pl.Decimal(5, 2), pl.Decimal(20, 0), pl.Decimal(38, 10), pl.String(),
        pl.Null(), pl.Enum(["a"]), pl.List(pl.Int8()), pl.List(pl.Int64()), pl.Boolean(),
        pl.Array(pl.Int16(), 2), pl.Struct({"a": pl.Int8()}), pl.Struct({"a": pl.Int64()}),
    ]
)  # fmt: skip
EXTREMES = {
    pl.Int8: [-128, 127], pl.Int16: [-(2**15), 2**15 - 1], pl.Int32: [-(2**31), 2**31 - 1],
    pl.Int64: [-(2**63), 2**63 - 1], pl.Int128: [-(2**127), 2**127 - 1], pl.UInt8: [0, 255],
    pl.UInt16: [0, 2**16 - 1], pl.UInt32: [0, 2**32 - 1], pl.UInt64: [0, 2**64 - 1],
    pl.UInt128: [0, 2**128 - 1], pl.Float16: [1.5, -65504.0], pl.Float32: [2.0**-149, 3.4e38],
    pl.Float64: [5e-324, 1.7e308],
}  # fmt: skip


@given(TYPES)
def test_every_type_is_read_as_it_was_written(dtype):
    assert parse(spell(dtype)) == dtype


@given(st.dictionaries(NAMES, FLAT, max_size=4))
def test_a_schema_comes_back_in_its_order(columns):
    schema = pl.Schema(columns)
    assert list(parse_schema(spell_schema(schema)).items()) == list(schema.items())


@pytest.mark.parametrize(
    ("dtype", "text"),
    [
        (pl.Int64, "int64"),
        (pl.Datetime("us", "UTC"), "datetime[us, UTC]"),
        (pl.Decimal(38, 4), "decimal(38,4)"),
        (pl.Array(pl.Int64, (2, 3)), "array[array[int64, 3], 2]"),
        (
            pl.Struct({"a": pl.Int64, "b c": pl.List(pl.String)}),
            'struct[a: int64, "b c": list[string]]',
        ),
        (pl.Enum(["x", 'y"]']), 'enum["x", "y\\"]"]'),
    ],
)
def test_the_words_are_the_documented_ones(dtype, text):
    assert spell(dtype) == text


@pytest.mark.parametrize(
    "text", ["", "list[int64", "int64 int64", "decimal(40,2)", "datetime[xs]", "array[int64]"]
)
def test_what_is_no_type_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def test_an_unknown_word_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match=r"did you mean 'string'.*int64.*datetime\[us, UTC\]"):
        parse("strin")


@given(EXACT, EXACT)
def test_the_wider_type_is_the_same_from_both_sides_and_loses_nothing(a, b):
    both = wider(a, b)
    assert both == wider(b, a)
    if both is not None:
        assert lossless(a, both)
        assert lossless(b, both)


@given(st.sampled_from(list(EXTREMES)), EXACT)
def test_a_lossless_cast_gives_every_value_back(kind, to):
    if lossless(kind(), to):
        values = pl.Series(EXTREMES[kind], dtype=kind)
        assert values.cast(to).cast(kind).equals(values, check_dtypes=True)


@given(EXACT)
def test_a_type_is_its_own_widening_and_null_widens_to_all(dtype):
    assert wider(dtype, dtype) == dtype
    assert wider(pl.Null(), dtype) == dtype
    assert lossless(pl.Null(), dtype)


@pytest.mark.parametrize(
    ("a", "b", "both"),
    [
        ("int8", "uint8", "int16"),
        ("int32", "uint32", "int64"),
        ("int64", "uint64", None),
        ("int16", "float32", "float32"),
        ("int32", "float32", "float64"),
        ("int64", "float64", None),
        ("float32", "float64", "float64"),
        ("decimal(5,2)", "decimal(10,4)", "decimal(10,4)"),
        ("decimal(10,0)", "decimal(10,4)", "decimal(14,4)"),
        ("decimal(38,0)", "decimal(10,4)", None),
        ("int64", "decimal(5,2)", "decimal(21,2)"),
        ("date", "datetime[ms]", "datetime[ms]"),
        ("date", "datetime[us, UTC]", None),
        ("datetime[ms]", "datetime[ns]", "datetime[ns]"),
        ("datetime[us]", "datetime[us, UTC]", None),
        ("datetime[us, Europe/Berlin]", "datetime[ms, UTC]", "datetime[us, UTC]"),
        ("int64", "string", None),
        ("bool", "int8", None),
        ('enum["a"]', "categorical", "string"),
        ("list[int8]", "list[int64]", "list[int64]"),
        ("array[int8, 2]", "list[int64]", "list[int64]"),
        ("struct[a: int8]", "struct[a: int16, b: null]", "struct[a: int16, b: null]"),
        ("struct[a: int8]", "struct[a: string]", None),
    ],
)
def test_two_types_widen_exactly_or_not_at_all(a, b, both):
    assert wider(parse(a), parse(b)) == (None if both is None else parse(both))


def test_fields_that_come_or_go_are_no_lossless_change():
    one, two = parse("struct[a: int8]"), parse("struct[a: int8, b: int8]")
    assert not lossless(one, two)
    assert not lossless(two, one)
    assert lossless(parse("struct[b: int8, a: int8]"), two)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("int", "did you mean 'int64'?"),
        ("varchar", "did you mean 'string'?"),
        ("timestamp", "did you mean 'datetime[us]'?"),
        ("strng", "did you mean 'string'?"),
        ("decimal", "such as 'decimal(38,4)'"),
        ("datetime", "such as 'datetime[us]'"),
    ],
)
def test_a_word_of_elsewhere_is_answered_with_ours(word, meant):
    with pytest.raises(ValueError, match="is not a type") as caught:
        parse(word)
    assert meant in str(caught.value)
