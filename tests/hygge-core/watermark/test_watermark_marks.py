"""Marks: exact typed text, their order, and the rows of a range."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.errors import FlowError
from hygge_core.records import Mark, Range
from hygge_core.types import parse
from hygge_core.watermark import compare, highest, in_range, literal, mark_of, sifted

COUNTS = {
    "int8": (-128, 127), "int64": (-(2**63), 2**63 - 1), "int128": (-(2**127), 2**127 - 1),
    "uint8": (0, 255), "uint64": (0, 2**64 - 1), "uint128": (0, 2**128 - 1),
    "date": (-(2**31), 2**31 - 1), "datetime[ms]": (-(2**63), 2**63 - 1),
    "datetime[us]": (-(2**63), 2**63 - 1), "datetime[ns]": (-(2**63), 2**63 - 1),
    "datetime[us, UTC]": (-(2**63), 2**63 - 1), "datetime[ns, Europe/Berlin]": (-(10**18), 10**18),
}  # fmt: skip
TENTH = pl.Series([0.1], dtype=pl.Float32).cast(pl.Float64).item()
DECIMALS = st.integers(-(10**38) + 1, 10**38 - 1).map(lambda n: Decimal(f"{n}E-10"))


def series(text: str, counts: list[int | None]) -> pl.Series:
    """Physical counts as a column of the type: Python's datetimes have too few digits."""
    dtype = parse(text)
    if dtype.is_temporal():
        physical = pl.Int32 if text == "date" else pl.Int64
        return pl.Series("x", counts, dtype=physical).cast(dtype)
    return pl.Series("x", counts, dtype=dtype)


def typed(text: str) -> st.SearchStrategy[int]:
    lowest, highest_ = COUNTS[text]
    return st.one_of(
        st.integers(lowest, highest_),
        st.sampled_from([lowest, highest_, 0]),
        st.integers(max(lowest, -4_000), min(highest_, 4_000)),
    )


@pytest.mark.parametrize(
    ("value", "dtype", "mark"),
    [
        (
            datetime(2013, 1, 1, 5, tzinfo=UTC), pl.Datetime("us", "UTC"),
            Mark("datetime[us, UTC]", "2013-01-01T05:00:00"),
        ),
        (
            datetime(2013, 1, 1, 5, tzinfo=timezone(timedelta(hours=1))), pl.Datetime("ms", "UTC"),
            Mark("datetime[ms, UTC]", "2013-01-01T04:00:00"),
        ),
        (
            1_700_000_000_000_000_001, pl.Datetime("ns"),
            Mark("datetime[ns]", "2023-11-14T22:13:20.000000001"),
        ),
        ("2024-01-31 06:30", pl.Datetime("us"), Mark("datetime[us]", "2024-01-31T06:30:00")),
        (
            "2024-01-31 06:30+02:00", pl.Datetime("us", "Europe/Berlin"),
            Mark("datetime[us, Europe/Berlin]", "2024-01-31T04:30:00"),
        ),
        (date(2020, 2, 29), pl.Date(), Mark("date", "2020-02-29")),
        (Decimal("-0.05"), pl.Decimal(38, 10), Mark("decimal(38,10)", "-0.0500000000")),
        (7, pl.Int16, Mark("int16", "7")),
        (2**64 - 1, pl.UInt64(), Mark("uint64", "18446744073709551615")),
        (0.1, pl.Float64(), Mark("float64", "0.1")),
        ("b", pl.Categorical(), Mark("string", "b")),
        (b"\x00\xff", pl.Binary(), Mark("binary", "00ff")),
    ],
)  # fmt: skip
def test_a_value_has_one_exact_text(value, dtype, mark):
    assert mark_of(value, dtype) == mark


@given(st.sampled_from(list(COUNTS)).flatmap(lambda t: st.tuples(st.just(t), typed(t))))
def test_a_mark_comes_back_as_a_literal_to_the_last_digit(column):
    text, count = column
    values = series(text, [count])
    mark = highest(values)
    assert mark is not None
    back = pl.select(x=literal(mark)).to_series()
    assert back.equals(values, check_dtypes=True)


@given(DECIMALS)
def test_a_decimal_of_38_digits_keeps_them(value):
    dtype = pl.Decimal(38, 10)
    assert pl.select(literal(mark_of(value, dtype))).item() == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([pl.Float64, pl.Float32]))
def test_a_float_comes_back_exactly(value, kind):
    values = pl.Series([value]).cast(kind)
    mark = highest(values)
    if mark is not None:
        assert pl.select(literal(mark)).to_series().item() == values.item()


@pytest.mark.parametrize("poison", [None, float("nan"), float("inf")])
def test_a_poisoned_value_never_becomes_the_mark(poison):
    assert highest(pl.Series([1.0, poison, 0.5])) == Mark("float64", "1.0")
    assert highest(pl.Series([poison], dtype=pl.Float64)) is None


def test_texts_are_ordered_by_their_bytes_in_every_kind_of_text():
    names = ["b", "a", "é", "Z"]
    assert highest(pl.Series(names)) == Mark("string", "é")
    assert highest(pl.Series(names, dtype=pl.Categorical)) == Mark("string", "é")
    assert highest(pl.Series(names, dtype=pl.Enum(names))) == Mark("string", "é")


@pytest.mark.parametrize("dtype", [pl.Boolean(), pl.List(pl.Int8), pl.Time(), pl.Duration("us")])
def test_a_type_that_does_not_grow_cannot_be_a_watermark(dtype):
    with pytest.raises(FlowError, match="cannot be a watermark"):
        highest(pl.Series([], dtype=dtype))


@pytest.mark.parametrize(
    ("text", "dtype"),
    [
        ("yesterday", pl.Datetime("us")),
        ("2024-01-31T06:30+01:00", pl.Datetime("us")),
        ("2024-01-31T06:30:00.0000001", pl.Datetime("us")),
        ("1.5", pl.Int64()),
        ("2024-13-01", pl.Date()),
    ],
)
def test_a_text_that_is_no_such_value_is_refused(text, dtype):
    with pytest.raises(ValueError):
        mark_of(text, dtype)


def test_a_naive_value_is_no_mark_of_a_zoned_column():
    with pytest.raises(ValueError, match="has no such value"):
        mark_of(datetime.fromisoformat("2024-01-01"), pl.Datetime("us", "UTC"))


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (Mark("int8", "5"), Mark("uint64", "18446744073709551615")),
        (Mark("int64", "9007199254740992"), Mark("decimal(20,1)", "9007199254740992.5")),
        (Mark("decimal(38,20)", "0.1"), Mark("float64", "0.1")),
        (Mark("float64", "0.1"), Mark("decimal(38,20)", "0.10000000000000001")),
        (Mark("date", "2024-01-01"), Mark("datetime[ns]", "2024-01-01T00:00:00.000000001")),
        (Mark("datetime[us, UTC]", "2024-01-01"), Mark("datetime[ns, UTC]", "2024-01-02")),
        (Mark("string", "Z"), Mark("string", "a")),
        (Mark("binary", "00ff"), Mark("binary", "01")),
    ],
)
def test_marks_of_one_axis_compare_exactly_whatever_their_types(low, high):
    assert (compare(low, high), compare(high, low)) == (-1, 1)
    assert compare(low, low) == 0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (Mark("datetime[us]", "2024-01-01"), Mark("datetime[us, UTC]", "2024-01-01")),
        (Mark("int64", "1"), Mark("string", "1")),
        (Mark("rowversion", "0x01"), Mark("binary", "01")),
    ],
)
def test_marks_of_two_axes_do_not_compare(a, b):
    with pytest.raises(FlowError):
        compare(a, b)


RANGES = st.sampled_from(
    [
        ["int8", "int64", "int128", "uint8", "uint64", "uint128"],
        ["date", "datetime[ms]", "datetime[us]", "datetime[ns]"],
        ["datetime[us, UTC]", "datetime[ns, Europe/Berlin]"],
    ]
).flatmap(
    lambda axis: st.tuples(
        *(st.sampled_from(axis).flatmap(lambda t: st.tuples(st.just(t), typed(t))) for _ in "lh"),
        st.sampled_from(axis).flatmap(
            lambda t: st.tuples(st.just(t), st.lists(st.none() | typed(t), max_size=6))
        ),
    )
)


@given(RANGES, st.booleans())
def test_a_range_is_exact_across_types_and_keeps_rows_without_a_value(given_range, include):
    (low_type, low), (high_type, high), (text, counts) = given_range
    lower, upper = (highest(series(*one)) for one in ((low_type, [low]), (high_type, [high])))
    assert lower is not None
    assert upper is not None
    values = series(text, counts)
    asked = Range(column="x", low=lower, high=upper, include_low=include)
    found = values.to_frame().select(in_range(asked, values.dtype)).to_series().to_list()
    for position, count in enumerate(counts):
        mark = highest(series(text, [count]))
        wanted = mark is None or (
            compare(mark, lower) >= (0 if include else 1) and compare(mark, upper) <= 0
        )
        assert found[position] == wanted


@given(
    st.lists(st.one_of(st.floats(width=32), st.just(TENTH)), max_size=5),
    st.one_of(
        st.sampled_from([0.1, TENTH]), st.floats(allow_nan=False, allow_infinity=False), DECIMALS
    ),
    st.booleans(),
)
def test_a_range_of_floats_is_exact_too(floats, low, include):
    mark = mark_of(low, pl.Float64() if isinstance(low, float) else pl.Decimal(38, 10))
    asked = Range(column="x", low=mark, include_low=include)
    for kind in (pl.Float32, pl.Float64):
        frame = pl.DataFrame({"x": floats}, schema={"x": kind})
        found = frame.filter(in_range(asked, kind())).get_column("x").to_list()
        assert [repr(f) for f in found] == [
            repr(f)
            for f in floats
            if f != f or abs(f) == float("inf") or f > low or (include and f == low)
        ]


def test_a_range_without_bounds_is_everything():
    frame = pl.DataFrame({"x": [1, None]})
    assert frame.filter(in_range(Range(column="x"), pl.Int64())).equals(frame)


def test_a_column_that_changed_its_axis_is_an_error_with_advice():
    asked = Range(column="x", low=Mark("datetime[us]", "2024-01-01T00:00:00"))
    with pytest.raises(
        FlowError, match=r"was datetime\[us\] and .* datetime\[us, UTC\]"
    ) as refused:
        in_range(asked, pl.Datetime("us", "UTC"))
    assert "--full-drop" in (refused.value.hint or "")
    with pytest.raises(FlowError):
        in_range(asked, pl.String())


def test_a_range_reaches_the_scan_of_a_file(tmp_path):
    path = tmp_path / "x.parquet"
    series("datetime[us, UTC]", [1, 2, None]).to_frame().write_parquet(path)
    asked = Range(column="x", low=Mark("datetime[ns, UTC]", "1970-01-01T00:00:00.000001"))
    scan = pl.scan_parquet(path).filter(in_range(asked, pl.Datetime("us", "UTC")))
    assert "SELECTION" in scan.explain()
    assert scan.collect().height == 2


@pytest.mark.parametrize(
    ("limit", "kept", "looked_at"),
    [(None, [[3, 4], [7, 8]], 4), (3, [[3, 4], [7]], 4), (2, [[3, 4]], 2), (1, [[3]], 2)],
)
def test_a_sieve_lets_through_what_is_wanted_and_reads_nothing_beyond_its_limit(
    limit, kept, looked_at
):
    batches = [pl.DataFrame({"x": values}) for values in ([1, 2], [3, 4], [5, 6], [7, 8])]
    looked = []
    read = (looked.append(batch) or batch for batch in batches)
    found = sifted(read, pl.col("x").is_in([3, 4, 7, 8]), limit)
    assert [batch["x"].to_list() for batch in found] == kept
    assert len(looked) == looked_at
