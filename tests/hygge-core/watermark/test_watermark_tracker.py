"""Incremental runs: every row is moved once, whatever arrives late, twice or without a value."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hygge_core.errors import FlowError, HomeError
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Mark, Watermark
from hygge_core.task import WatermarkSetting
from hygge_core.watermark import Tracker, highest, in_range, ties

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


def run(source, before, *, setting=None, upper=False, seed=None):
    """One incremental run over ``source``, as a flow does it: (rows moved, watermark, tracker)."""
    tracker = Tracker(setting or WatermarkSetting(column="at"), before)
    asked = tracker.range(highest(source["at"]) if upper else None)
    tracker.check(source.schema)
    found = source.filter(in_range(asked, source.schema["at"]))
    size = found.height + 1
    if seed is not None:
        found = found.sample(fraction=1, shuffle=True, seed=seed)
        size = Random(seed).randint(1, 4)
    taken = [tracker.take(batch) for batch in found.iter_slices(size)]
    moved = pl.concat(taken) if taken else found.clear()
    return moved, from_json(to_json(tracker.after()), Watermark), tracker


def table(*rows, at=pl.Int64):
    return pl.DataFrame(
        list(rows), schema={"id": pl.Int64, "at": at, "text": pl.String}, orient="row"
    )


KINDS = {
    "int64": (pl.Int64, lambda n: n),
    "uint8": (pl.UInt8, lambda n: n),
    "float64": (pl.Float64, lambda n: n / 7),
    "decimal": (pl.Decimal(38, 10), lambda n: n),
    "string": (pl.String, lambda n: f"{n:03}"),
    "date": (pl.Date, lambda n: (NOON + timedelta(days=n)).date()),
    "datetime[ms, UTC]": (pl.Datetime("ms", "UTC"), lambda n: NOON + timedelta(milliseconds=n)),
    "datetime[ns]": (pl.Datetime("ns"), lambda n: 1_700_000_000_000_000_000 + n),
}
#: Appends: each row comes at the highest value so far, or above it, or has none.
APPENDS = st.lists(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 2)), st.sampled_from(["x", "y", None])),
        max_size=5,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=150)
@given(
    APPENDS,
    st.sampled_from(list(KINDS)),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**30),
)
def test_every_row_is_moved_exactly_once(appends, kind, keyed, upper, seed):
    dtype, value = KINDS[kind]
    setting = WatermarkSetting(column="at", primary_key=("id",) if keyed else ())
    source, before, moved = table(at=dtype), None, []
    top, number = 0, 0
    without_value = 0
    for appended in appends:
        rows = []
        for step, text in appended:
            number += 1
            top += step or 0
            identity = number if keyed else 1
            rows.append((identity, None if step is None else value(top), text))
        source = pl.concat([source, table(*rows, at=dtype)])
        taken, after, _ = run(source, before, setting=setting, upper=upper, seed=seed)
        moved.append(taken)
        if before is None or (before.mark is None and not before.nulls):
            without_value = source["at"].null_count()
        before = after
        assert before.nulls == source["at"].null_count()
        assert before.mark == highest(source["at"])
    everything = Counter(pl.concat(moved).rows())
    with_value = Counter(source.filter(pl.col("at").is_not_null()).rows())
    nulls = sum(rows for row, rows in everything.items() if row[1] is None)
    assert {row: n for row, n in everything.items() if row[1] is not None} == with_value
    assert nulls == without_value


def test_ties_that_arrive_late_are_neither_lost_nor_doubled():
    first = table((1, 5, "a"), (2, 7, "b"))
    _, before, _ = run(first, None)
    later = pl.concat([first, table((3, 7, "b"), (2, 7, "b"))])
    moved, after, _ = run(later, before)
    assert moved.rows() == [(3, 7, "b"), (2, 7, "b")]
    again, _, _ = run(later, after)
    assert again.is_empty()


def test_with_a_primary_key_a_row_at_the_mark_is_known_by_its_key():
    setting = WatermarkSetting(column="at", primary_key=("id",))
    _, before, _ = run(table((1, 7, "a")), None, setting=setting)
    moved, _, _ = run(table((1, 7, "changed"), (2, 7, "a")), before, setting=setting)
    assert moved.rows() == [(2, 7, "a")]


def test_rows_without_a_value_are_moved_first_then_left_out_and_always_told():
    source = table((1, 5.0, "a"), (2, None, "b"), (3, float("nan"), "c"), at=pl.Float64)
    moved, before, tracker = run(source, None)
    assert moved["id"].to_list() == [1, 2, 3]
    assert before.mark == Mark("float64", "5.0")
    assert before.nulls == 2
    assert tracker.notes() == (
        "2 rows have no at (NULL or NaN): moved now, but not by incremental runs",
    )
    moved, after, tracker = run(source, before)
    assert moved.is_empty()
    assert after.nulls == 2
    assert "left out" in tracker.notes()[0]


def test_rows_without_a_value_alone_are_not_moved_twice():
    source = table((1, None, "a"))
    moved, before, _ = run(source, None)
    assert (moved.height, before.mark, before.nulls) == (1, None, 1)
    moved, after, _ = run(pl.concat([source, table((2, 3, "b"))]), before)
    assert moved["id"].to_list() == [2]
    assert after.mark == Mark("int64", "3")


def test_a_watermark_never_goes_back():
    _, before, _ = run(table((1, 9, "a")), None)
    moved, after, _ = run(table((2, 3, "b")), before)
    assert moved.is_empty()
    assert (after.mark, after.ties) == (before.mark, before.ties)


def test_a_row_that_vanished_at_the_mark_is_still_known_when_it_comes_back():
    both = table((1, 9, "a"), (2, 9, "b"))
    _, before, _ = run(both, None)
    _, after, _ = run(both.head(1), before)
    moved, _, _ = run(both, after)
    assert moved.is_empty()


def test_the_column_order_and_a_new_empty_column_leave_rows_known():
    source = table((1, 9, "a"), (2, 9, None))
    _, before, _ = run(source, None)
    grown = source.select("text", "at", "id", extra=pl.lit(None, dtype=pl.Date))
    moved, _, _ = run(grown, before)
    assert moved.is_empty()


def test_a_finer_or_wider_type_leaves_rows_known():
    times = table((1, NOON, "a"), at=pl.Datetime("us", "UTC"))
    _, before, _ = run(times, None)
    finer = times.with_columns(pl.col("at").cast(pl.Datetime("ns", "Europe/Berlin")))
    wider = finer.cast({"id": pl.Int32})
    moved, after, _ = run(pl.concat([wider, wider]), before)
    assert moved.height == 1
    assert after.mark == Mark("datetime[ns, Europe/Berlin]", "2024-01-01T12:00:00")


def test_rows_that_all_look_different_are_refused_and_not_doubled():
    source = table((1, 9, "a"), (2, 9, "b"))
    _, before, _ = run(source, None)
    with pytest.raises(FlowError, match="looks as it did") as refused:
        run(source.drop("text"), before)
    assert "primary_key" in (refused.value.hint or "")


def test_too_many_ties_are_only_counted_and_change_is_refused(monkeypatch):
    monkeypatch.setattr(ties, "MOST_DIGESTS", 3)
    source = table(*((n, 9, "a") for n in range(5)))
    _, before, _ = run(source, None, seed=1)
    assert before.ties is not None
    assert (before.ties.rows, before.ties.digests) == (5, {})
    moved, after, _ = run(source, before, seed=2)
    assert moved.is_empty()
    assert after.ties == before.ties
    newer = pl.concat([source, table((9, 10, "z"))])
    assert run(newer, before)[0].rows() == [(9, 10, "z")]
    for changed in (
        pl.concat([source, table((9, 9, "z"))]),
        pl.concat([source.tail(4), table((9, 9, "z"))]),
    ):
        with pytest.raises(FlowError, match="cannot be told apart"):
            run(changed, before)


def test_another_primary_key_is_fine_until_the_rows_at_the_mark_change():
    keyed = WatermarkSetting(column="at", primary_key=("id",))
    source = table((1, 9, "a"), (2, 9, "b"))
    _, before, _ = run(source, None)
    moved, after, _ = run(source, before, setting=keyed)
    assert moved.is_empty()
    assert after.primary_key == ("id",)
    with pytest.raises(FlowError, match="another primary_key"):
        run(pl.concat([source, table((3, 9, "c"))]), before, setting=keyed)


def test_a_watermark_set_by_hand_is_strictly_above():
    by_hand = Watermark(column="at", mark=Mark("int64", "7"))
    source = table((1, 7, "a"), (2, 8, "b"))
    tracker = Tracker(WatermarkSetting(column="at"), by_hand)
    assert not tracker.range(None).include_low
    assert run(source, by_hand)[0].rows() == [(2, 8, "b")]


def test_lookback_reads_a_window_again_and_drops_nothing():
    setting = WatermarkSetting(column="at", lookback_seconds=900)
    old, late = (NOON - timedelta(minutes=m) for m in (20, 10))
    source = table((1, old, "a"), (2, NOON, "b"), at=pl.Datetime("us", "UTC"))
    _, before, _ = run(source, None, setting=setting)
    source = pl.concat([source, table((3, late, "late"), at=pl.Datetime("us", "UTC"))])
    moved, after, tracker = run(source, before, setting=setting)
    asked = tracker.range(None)
    assert asked.low == Mark("datetime[us, UTC]", "2024-01-01T11:45:00")
    assert moved["id"].to_list() == [2, 3]
    assert after.mark == before.mark
    assert run(source, after)[0].is_empty()


def test_lookback_into_dates_rounds_down():
    setting = WatermarkSetting(column="at", lookback_seconds=60)
    before = Watermark(column="at", mark=Mark("date", "2024-03-01"))
    assert Tracker(setting, before).range(None).low == Mark("date", "2024-02-29")


def test_lookback_is_for_times_only():
    setting = WatermarkSetting(column="at", lookback_seconds=60)
    with pytest.raises(FlowError, match="lookback is a time"):
        Tracker(setting, Watermark(column="at", mark=Mark("int64", "7")))


def test_the_upper_bound_is_passed_on_even_in_a_homes_own_words():
    tracker = Tracker(WatermarkSetting(column="at"), None)
    upper = Mark("rowversion", "0x07D1")
    assert tracker.range(upper).high == upper
    assert tracker.take(table((1, b"\x01", "a"), at=pl.Binary)).height == 1
    assert tracker.after().mark == Mark("binary", "01")


@pytest.mark.parametrize("at", [6, 12])
def test_a_home_that_breaks_its_promise_is_named(at):
    _, before, _ = run(table((1, 7, "a")), None)
    tracker = Tracker(WatermarkSetting(column="at"), before)
    tracker.range(Mark("int64", "10"))
    with pytest.raises(HomeError, match=f"at is {at}, not from 7 up to 10"):
        tracker.take(table((2, at, "b")))


def test_another_watermark_column_stops_the_run_with_advice():
    with pytest.raises(FlowError, match=r"'old'.*'at'") as refused:
        Tracker(WatermarkSetting(column="at"), Watermark(column="old", mark=Mark("int64", "1")))
    assert "hygge run --full-drop -s NAME" in (refused.value.hint or "")
    assert "hygge journal watermarks reset NAME" in (refused.value.hint or "")


def test_a_column_that_became_naive_stops_the_run_before_reading():
    before = Watermark(column="at", mark=Mark("datetime[us, UTC]", "2024-01-01T12:00:00"))
    tracker = Tracker(WatermarkSetting(column="at"), before)
    with pytest.raises(FlowError, match="cannot be compared"):
        tracker.check(pl.Schema({"at": pl.Datetime("us")}))


@pytest.mark.parametrize(
    "setting",
    [WatermarkSetting(column="att"), WatermarkSetting(column="at", primary_key=("text", "ids"))],
)
def test_a_missing_column_is_answered_with_its_likely_name(setting):
    with pytest.raises(FlowError, match=r"has no column .*; did you mean '(at|id)'") as refused:
        Tracker(setting, None).check(table().schema)
    assert "id, at, text" in (refused.value.hint or "")


def test_an_empty_source_leaves_the_watermark_where_it_was():
    _, before, _ = run(table(), None)
    assert (before.mark, before.nulls) == (None, 0)
    moved, after, _ = run(table((1, None, "a"), (2, 4, "b")), before)
    assert moved.height == 2
    _, still, _ = run(table(), after)
    assert (still.mark, still.ties) == (after.mark, after.ties)
