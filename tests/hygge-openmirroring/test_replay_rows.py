"""What rows do to a table, one test per rule: A5 (markers), A6 (initial load), A7 (keys)."""

from __future__ import annotations

import random

import polars as pl
import pytest
from zones import MARKER, marked, plain


@pytest.fixture
def keyed(zone):
    zone.metadata(keyColumns=["id"])
    return zone


def test_a5_an_insert_is_appended_even_where_its_key_is_there(keyed):
    keyed.file(1, marked((1, "a", 0), (1, "b", 0)))
    keyed.file(2, marked((1, "c", 0)))
    assert keyed.rows() == [(1, "a"), (1, "b"), (1, "c")]


@pytest.mark.parametrize("marker", [1, 4])
def test_a5_an_update_and_an_upsert_replace_the_row_or_append_it(keyed, marker):
    keyed.file(1, marked((1, "a", 0), (2, "b", 0)))
    keyed.file(2, marked((1, "new", marker), (3, "c", marker)))
    assert keyed.rows() == [(1, "new"), (2, "b"), (3, "c")]


def test_a5_a_delete_removes_the_row_and_does_nothing_where_there_is_none(keyed):
    keyed.file(1, marked((1, "a", 0), (2, "b", 0)))
    keyed.file(2, marked((1, None, 2), (9, None, 2)))
    assert keyed.rows() == [(2, "b")]


def test_a5_a_delete_needs_the_keys_only(keyed):
    keyed.file(1, marked((1, "a", 0), (2, "b", 0)))
    keyed.file(2, marked((1, 2), columns=("id",)))
    assert keyed.rows() == [(2, "b")]


def test_a5_rows_apply_from_top_to_bottom(keyed):
    keyed.file(1, marked((1, "a", 0), (1, "b", 4), (1, None, 2), (1, "c", 4), (1, "d", 1)))
    keyed.file(2, marked((2, "x", 4), (2, None, 2)))
    assert keyed.rows() == [(1, "d")]


def test_a5_a_changed_key_is_a_delete_and_then_an_insert(keyed):
    keyed.file(1, marked((1, "a", 0)))
    keyed.file(2, marked((1, None, 2), (7, "a", 0)))
    assert keyed.rows() == [(7, "a")]


@pytest.mark.parametrize(
    "name", ["at", "first", "found", "kept", "odd", "one", "rows", "settles", "start", "tied"]
)
def test_a_column_may_be_called_as_it_likes(keyed, name):
    columns = ("id", name)
    keyed.file(1, marked((1, "a", 0), (2, "b", 0), (3, "c", 0), columns=columns))
    keyed.file(2, marked((1, "new", 4), (2, None, 2), columns=columns))
    assert keyed.rows() == [(1, "new"), (3, "c")]


@pytest.mark.parametrize("marker", [3, None, 5])
def test_a5_what_another_marker_does_is_unknown(keyed, marker):
    keyed.file(1, marked((1, "a", 0)))
    keyed.file(2, marked((2, "b", marker)))
    state = keyed.state()
    assert (state.status, state.stuck.rule, len(state.applied)) == ("unknown", "A5 U", 1)


def test_a5_the_marker_is_the_last_column_or_nobody_knows(keyed):
    keyed.file(1, marked((1, "a", 0)).select(MARKER, "id", "name"))
    assert keyed.state().status == "unknown"


@pytest.mark.parametrize("dtype", [pl.String, pl.Float64, pl.UInt8])
def test_a5_a_marker_that_is_no_signed_integer_is_unknown(keyed, dtype):
    keyed.file(1, marked((1, "a", 0)).with_columns(pl.col(MARKER).cast(dtype)))
    assert keyed.state().status == "unknown"


def test_a5_the_marker_is_no_column_of_the_table(keyed):
    keyed.file(1, marked((1, "a", 0)))
    assert keyed.state().frame.columns == ["id", "name"]


def test_a5_an_update_that_lacks_a_column_is_not_a_full_row(keyed):
    keyed.file(1, marked((1, "a", 0)))
    keyed.file(2, marked((1, 4), columns=("id",)))
    assert keyed.state().stuck.rule == "A5 D"


def test_a6_a_file_without_markers_inserts(keyed):
    keyed.file(1, plain((1, "a"), (2, "b")))
    keyed.file(2, marked((2, "c", 4)))
    keyed.file(3, plain((1, "again")))
    assert keyed.rows() == [(1, "a"), (1, "again"), (2, "c")]


def test_a6_a_file_without_markers_upserts_where_the_metadata_says_so(zone):
    zone.metadata(keyColumns=["id"], isUpsertDefaultRowMarker=True)
    zone.file(1, plain((1, "a"), (2, "b")))
    zone.file(2, plain((2, "c"), (3, "d")))
    assert zone.rows() == [(1, "a"), (2, "c"), (3, "d")]


def test_a6_a_later_file_without_markers_is_no_new_snapshot(keyed):
    keyed.file(1, plain((1, "a")))
    keyed.file(2, plain((2, "b")))
    assert keyed.rows() == [(1, "a"), (2, "b")]


def test_a7_keys_match_by_all_their_columns_and_exactly(zone):
    zone.metadata(keyColumns=["region", "id"])
    names = ("region", "id", "name")
    zone.file(1, marked(("n", 1, "a", 0), ("N", 1, "b", 0), ("n ", 1, "c", 0), columns=names))
    zone.file(2, marked(("n", 1, "new", 4), ("n", 2, "d", 4), columns=names))
    assert zone.rows() == [("N", 1, "b"), ("n ", 1, "c"), ("n", 1, "new"), ("n", 2, "d")]


def test_a7_changing_a_key_of_several_live_rows_is_unknown(keyed):
    keyed.file(1, marked((1, "a", 0), (1, "b", 0), (2, "c", 0)))
    keyed.file(2, marked((2, "still told", 4)))
    keyed.file(3, marked((1, None, 2)))
    state = keyed.state()
    assert (state.status, state.stuck.rule) == ("unknown", "A7 U")
    assert state.stuck.file == f"{3:020}.parquet"
    assert sorted(state.frame.rows()) == [(1, "a"), (1, "b"), (2, "still told")]


def test_f_changing_a_row_whose_key_is_null_is_unknown(keyed):
    keyed.file(1, marked((None, "a", 0), (1, "b", 0)))
    assert keyed.state().told, "to insert it is not"
    keyed.file(2, marked((None, "new", 4), (2, "c", 4)))
    assert keyed.state().stuck.rule == "A5 U"


def test_a2_rows_that_change_by_key_need_keys(zone):
    zone.metadata()
    zone.file(1, plain((1, "a")))
    assert zone.rows() == [(1, "a")]
    zone.file(2, marked((1, "b", 4)))
    assert zone.state().stuck.rule == "A2 D"


def test_a4_5_a_file_without_rows_is_legal(keyed):
    keyed.file(1, plain((1, "a")).clear())
    assert keyed.rows() == []
    keyed.file(2, marked((1, "a", 4)))
    assert keyed.rows() == [(1, "a")]


def by_hand(files: list[list[tuple]]) -> list[tuple]:
    """The rules of A5, one row after the other; ``None`` where a key has several live rows."""
    live: list[tuple] = []
    for key, value, marker in (row for file in files for row in file):
        there = [row for row in live if row[0] == key]
        if marker and len(there) > 1:
            return None
        if marker:
            live = [row for row in live if row[0] != key]
        if marker != 2:
            live.append((key, value))
    return sorted(live)


@pytest.mark.parametrize("seed", range(60))
def test_many_rows_at_once_end_as_they_do_one_by_one(keyed, seed):
    told = random.Random(seed)
    files = [
        [
            (told.randrange(6), f"{told.random()}", told.choice([0, 1, 2, 2, 4, 4]))
            for _ in range(told.randrange(9))
        ]
        for _ in range(4)
    ]
    schema = {"id": pl.Int64, "name": pl.String, MARKER: pl.Int32}
    for number, rows in enumerate(files, 1):
        keyed.file(number, pl.DataFrame(rows, schema=schema, orient="row"))
    expected, state = by_hand(files), keyed.state()
    if expected is None:
        assert state.stuck.rule == "A7 U"
        files = files[: len(state.applied)]
        expected = by_hand(files)
    assert sorted(state.frame.rows()) == expected


def test_keys_alone_are_counted_alike(keyed):
    keyed.file(1, marked((1, "a", 0), (2, "b", 0)))
    keyed.file(2, marked((2, "c", 4), (3, "d", 4), (1, None, 2)))
    state = keyed.state(keys_only=True)
    assert (state.frame.columns, sorted(state.frame.rows())) == (["id"], [(2,), (3,)])
