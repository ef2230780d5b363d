"""Deleted rows leave the mirrored table, whoever tells of them."""

import polars as pl
import pytest

from hygge_core.records import DriftPolicy
from hygge_core.task import Deletes

FIRST = pl.DataFrame({"id": [1, 2, 3, 4], "name": ["a", "b", "c", "d"]})
#: 2 is gone, 3 is called otherwise, 5 is new.
SECOND = pl.DataFrame({"id": [1, 3, 4, 5], "name": ["a", "C", "d", "e"]})
BY_KEYS = {"deletes": Deletes(detect="keys", max_share=0.5)}
SOFT = {"deletes": Deletes(detect="keys", apply="soft", column="gone", max_share=0.5)}
BY_COLUMN = {"deletes": Deletes(detect="column", column="gone")}
KEYED = {"key_columns": ["id"]}


def run(mirror, rows, more, run_type="incremental", **told):
    at = pl.DataFrame({"at": range(rows.height)})
    result = mirror.run(
        pl.concat([rows, at], how="horizontal"),
        run_type,
        watermark="at",
        more=more,
        **KEYED,
        **told,
    )
    assert result.failure is None, result.failure
    return result


def rows(mirror, *columns):
    return sorted(mirror.tables()["orders"].select(columns).rows())


@pytest.mark.parametrize("first", ["incremental", "full_drop"])
def test_keys_that_vanished_are_deleted_by_the_next_run(mirror, first):
    run(mirror, FIRST, BY_KEYS, first)
    run(mirror, SECOND, BY_KEYS)
    assert [row[0] for row in rows(mirror, "id")] == [1, 3, 4, 5]
    more = pl.DataFrame({"id": [1, 3, 4, 5, 6, 7, 8, 9], "name": "x"})
    run(mirror, more, BY_KEYS)
    run(mirror, more.filter(pl.col("id") != 6), BY_KEYS)
    assert [row[0] for row in rows(mirror, "id")] == [1, 3, 4, 5, 7, 8, 9]
    run(mirror, more.filter(pl.col("id") != 6), BY_KEYS)
    assert [row[0] for row in rows(mirror, "id")] == [1, 3, 4, 5, 7, 8, 9]
    run(mirror, more.filter(~pl.col("id").is_in([3, 6])), BY_KEYS)  # 3 came with the first load
    assert [row[0] for row in rows(mirror, "id")] == [1, 4, 5, 7, 8, 9]


def test_a_soft_delete_keeps_the_row_and_says_so(mirror):
    run(mirror, FIRST, SOFT)
    run(mirror, FIRST.filter(pl.col("id") != 2), SOFT)
    expected = [(1, "a", False), (2, "b", True), (3, "c", False), (4, "d", False)]
    assert rows(mirror, "id", "name", "gone") == expected
    before = mirror.numbers()
    run(mirror, FIRST.filter(pl.col("id") != 2), SOFT)
    assert mirror.numbers() == before  # it is told once


def test_too_many_at_once_stop_the_run_and_nothing_is_changed(mirror):
    run(mirror, FIRST, BY_KEYS)
    before = mirror.files()
    some = FIRST.head(1).with_columns(at=pl.lit(9))
    result = mirror.run(some, watermark="at", more=BY_KEYS, **KEYED)
    assert "3 of 4 known rows (75%)" in result.failure.text
    assert mirror.files() == before


def test_as_many_as_max_share_allows_may_go(mirror):
    run(mirror, FIRST, BY_KEYS)
    run(mirror, FIRST.head(2), BY_KEYS)  # two of four
    assert [row[0] for row in rows(mirror, "id")] == [1, 2]


def test_a_column_of_the_source_tells_of_deletes(mirror):
    first = FIRST.with_columns(gone=pl.Series([False, False, True, False]))
    run(mirror, first, BY_COLUMN, "full_drop")
    assert [row[0] for row in rows(mirror, "id")] == [1, 2, 4]
    gone = [False, False, False, False, True, False]
    later = pl.DataFrame({"id": [9, 9, 9, 9, 4, 5], "name": "x", "gone": gone})
    run(mirror, later, BY_COLUMN)
    assert [row[0] for row in rows(mirror, "id")] == [1, 2, 5, 9]


def test_where_nobody_kept_the_keys_nothing_is_guessed(mirror):
    run(mirror, FIRST, {})
    more = pl.DataFrame({"id": [1, 3], "name": "x", "at": [8, 9]})
    result = mirror.run(more, watermark="at", more=BY_KEYS, **KEYED)
    assert "which rows the table has" in result.failure.text
    assert "--full-drop" in result.failure.hint
    assert [row[0] for row in rows(mirror, "id")] == [1, 2, 3, 4]


def test_where_keys_alone_were_kept_no_row_can_be_told_as_deleted(mirror):
    run(mirror, FIRST, BY_KEYS)
    before = mirror.files()
    fewer = FIRST.head(3).with_columns(at=pl.lit(9))
    result = mirror.run(fewer, watermark="at", more=SOFT, **KEYED)
    assert "which rows the table has" in result.failure.text
    assert mirror.files() == before


@pytest.mark.parametrize("more", [BY_KEYS, SOFT], ids=["keys", "rows"])
def test_what_is_known_is_compared_in_the_types_that_a_wider_source_has_now(mirror, more):
    """Files with other units or sizes, for which the table has one type all the same."""
    narrow = FIRST.cast({"id": pl.UInt8, "name": pl.Categorical})
    run(mirror, narrow, more)
    wide = SECOND.cast({"id": pl.Int16})
    run(mirror, wide, more | {"drift": DriftPolicy(type_changes="widen")})
    shown = mirror.tables()["orders"]
    gone = shown.filter(pl.col("gone"))["id"].to_list() if "gone" in shown.columns else [2]
    assert (gone, sorted({*shown["id"].to_list()} - {2})) == ([2], [1, 3, 4, 5])


def test_only_one_file_of_known_keys_is_kept(mirror):
    for n in range(3):
        run(mirror, FIRST.head(4 - (n > 0)).with_columns(name=pl.lit(str(n))), BY_KEYS)
    kept = [n for n in mirror.server.files("lake") if "/.hygge/tables/" in n]
    assert sorted(n.rpartition("/")[2][:5] for n in kept) == ["keys-", "recor"]
    assert mirror.own() == []


def test_markers_of_the_source_are_applied_in_its_order(mirror):
    first = pl.DataFrame({"id": [1, 2], "name": ["a", "b"]})
    mirror.load(first, keys=["id"])
    changes = pl.DataFrame(
        {
            "id": [1, 3, 3, 2, 2],
            "name": [None, "c", "C", None, "B"],
            "__rowMarker__": pl.Series([2, 0, 1, 2, 0], dtype=pl.Int32),
        }
    )
    mirror.load(changes, keys=["id"])
    assert mirror.rows() == [(2, "B"), (3, "C")]
