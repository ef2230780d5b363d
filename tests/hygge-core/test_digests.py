"""Rows as texts that nothing can imitate, and digests that last."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.digests import digested, plain_text, row_text, values_text
from hygge_core.errors import FlowError
from hygge_core.watermark.ties import digests

NASTY = st.one_of(st.none(), st.text("ab|-:0123", max_size=4))
EVERYTHING = pl.DataFrame(
    {
        "i": [1, None],
        "f": [1.5, float("nan")],
        "s": ["é", ""],
        "d": [Decimal("1.50"), None],
        "b": [b"x", None],
        "o": [True, None],
        "at": [datetime(2020, 1, 1, tzinfo=UTC), None],
        "day": [datetime(2020, 1, 1, tzinfo=UTC).date(), None],
        "t": [time(1), None],
        "u": [timedelta(days=1), None],
        "l": [[1, None], []],
        "r": [{"a": 1, "b": None}, None],
        "lr": [[{"q": [1]}, None], None],
        "m": pl.Series([{"x": 1}, None], dtype=pl.Map(pl.String, pl.Int64)),
        "a": pl.Series([[1, 2], None], dtype=pl.Array(pl.Int8, 2)),
        "c": pl.Series(["c", None], dtype=pl.Categorical),
        "e": pl.Series(["e", None], dtype=pl.Enum(["e"])),
        "n": [None, None],
    }
)


def texts(frame: pl.DataFrame, *columns: str) -> list[str]:
    return frame.select(values_text(columns or frame.columns, frame.schema)).to_series().to_list()


@given(st.lists(st.tuples(NASTY, NASTY, NASTY), unique=True, min_size=1, max_size=20))
def test_different_values_have_different_texts_whatever_is_in_them(rows):
    """NULL is not the empty string, and no value can imitate a separator."""
    frame = pl.DataFrame(rows, schema=dict.fromkeys("xyz", pl.String), orient="row")
    assert len(set(texts(frame))) == len(rows)
    named = frame.select(row_text(frame.schema)).to_series()
    assert named.n_unique() == len(rows)


@given(st.lists(st.lists(NASTY, max_size=3) | st.none(), max_size=8))
def test_lists_and_structs_are_as_unambiguous_as_rows(lists):
    frame = pl.DataFrame({"x": lists}, schema={"x": pl.List(pl.String)})
    assert len(set(texts(frame))) == len({repr(each) for each in lists})
    structs = frame.select(x=pl.struct("x", y=pl.col("x").list.first()))
    assert len(set(texts(structs))) == len({repr(each) for each in lists})


def test_rows_of_every_type_keep_their_digests_for_ever():
    """Journals hold these: a change here would double rows at every watermark."""
    plain = hashlib.blake2b(b"k1:an1:1k1:bs2:\xc3\xa9", digest_size=8).hexdigest()
    assert digests(pl.DataFrame({"b": ["é"], "c": [None], "a": [1]}), ()) == [plain]
    assert digests(EVERYTHING, ()) == ["4ccf8d9ec1e26494", "1ac8d538e52eabea"]


def test_the_order_of_columns_and_columns_without_a_value_do_not_matter():
    known = digests(EVERYTHING, ())
    assert digests(EVERYTHING.select(reversed(EVERYTHING.columns)), ()) == known
    assert digests(EVERYTHING.with_columns(new=pl.lit(None, dtype=pl.String)), ()) == known


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pl.Series([1, None], dtype=pl.Int8), pl.Series([1, None], dtype=pl.UInt64)),
        (pl.Series([1, None], dtype=pl.Int8), pl.Series([1, None], dtype=pl.Decimal(9, 3))),
        (pl.Series([1.5], dtype=pl.Float32), pl.Series([1.5], dtype=pl.Float64)),
        (pl.Series([0.0]), pl.Series([-0.0])),
        (pl.Series(["a"]), pl.Series(["a"], dtype=pl.Categorical)),
        (
            pl.Series([5], dtype=pl.Datetime("us", "UTC")),
            pl.Series([5000], dtype=pl.Datetime("ns", "Europe/Berlin")),
        ),
        (
            pl.Series([[1, 2]], dtype=pl.List(pl.Int8)),
            pl.Series([[1, 2]], dtype=pl.Array(pl.Int64, 2)),
        ),
    ],
)
def test_one_value_in_two_types_has_one_text(one, other):
    assert texts(one.to_frame("x")) == texts(other.to_frame("x"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (pl.Series([1]), pl.Series(["1"])),
        (pl.Series([1]), pl.Series([True])),
        (pl.Series([5], dtype=pl.Datetime("us")), pl.Series([5], dtype=pl.Datetime("us", "UTC"))),
        (pl.Series([[]], dtype=pl.List(pl.Int8)), pl.Series([None], dtype=pl.List(pl.Int8))),
        (pl.Series([{"a": None}]), pl.Series([None], dtype=pl.Struct({"a": pl.Null}))),
    ],
)
def test_values_of_two_kinds_have_two_texts(one, other):
    assert texts(one.to_frame("x")) != texts(other.to_frame("x"))


def test_plain_text_is_the_text_that_other_systems_hash():
    frame = pl.DataFrame({"s": ["a@b", None], "i": [7, None], "d": [Decimal("1.50"), None]})
    made = frame.select(plain_text(pl.col(name), dtype) for name, dtype in frame.schema.items())
    assert made.rows() == [("a@b", "7", "1.5"), (None, None, None)]


@given(st.lists(NASTY, max_size=30))
def test_repeated_texts_cost_one_digest_and_come_back_in_their_places(values):
    calls = []

    def digest(text: bytes) -> bytes:
        calls.append(text)
        return hashlib.sha256(text).digest()

    doubled = values * 100  # of few texts each is digested
    made = digested(pl.Series("x", doubled, dtype=pl.String), digest)
    wanted = [None if v is None else hashlib.sha256(v.encode()).digest() for v in doubled]
    assert made.to_list() == wanted
    assert made.name == "x"
    assert len(calls) == len({v for v in values if v is not None})


def test_what_has_no_text_is_refused_by_its_type():
    with pytest.raises(FlowError, match="object"):
        values_text(["x"], {"x": pl.Object()})
