"""What becomes of each row: markers of the source's own, of a column, and of keys that vanished."""

import polars as pl
import pytest

from hygge_core.engine.rows import deleting
from hygge_core.engine.rows.deleting import vanished
from hygge_core.engine.rows.marking import Marking, with_marker
from hygge_core.errors import ConfigError, HomeError
from hygge_core.markers import ROW_MARKER
from hygge_core.records import Load, LoadRef, Opened
from hygge_core.task import Deletes

ROWS = pl.DataFrame({"id": [1, 2, 3], "gone": [False, True, None]})
BY_COLUMN = Deletes(detect="column", column="gone")
BY_KEYS = Deletes(detect="keys", max_share=0.5)
SOFT = Deletes(detect="keys", apply="soft", column="gone", max_share=0.5)


def marked(frame, deletes=None, mode="append", *, applied=True):
    marking = Marking(deletes, mode, applied=applied)
    settled = marking.rows(frame.schema)
    made = with_marker(*marking.split(frame))
    assert made.schema == marking.load(settled)
    return made


def test_rows_keep_their_own_marker_which_comes_last():
    frame = ROWS.select(pl.Series(ROW_MARKER, [0, 2, 4], dtype=pl.Int64), "id")
    made = marked(frame)
    assert made.columns == ["id", ROW_MARKER]
    assert made[ROW_MARKER].to_list() == [0, 2, 4]


def test_for_a_store_that_applies_none_the_marker_is_a_column_like_any_other():
    frame = ROWS.select(pl.lit(9).alias(ROW_MARKER), "id")
    assert marked(frame, applied=False).equals(frame)


@pytest.mark.parametrize("odd", [3, None, "x", 2.5])
def test_a_marker_that_means_nothing_is_refused(odd):
    with pytest.raises(HomeError, match=ROW_MARKER):
        marked(pl.DataFrame({"id": [1], ROW_MARKER: [odd]}))


def test_a_column_tells_which_rows_were_deleted():
    assert marked(ROWS, BY_COLUMN)[ROW_MARKER].to_list() == [4, 2, 4]
    numbers = ROWS.with_columns(gone=pl.Series([0, 7, None]))
    assert marked(numbers, BY_COLUMN)[ROW_MARKER].to_list() == [4, 2, 4]


def test_a_full_drop_leaves_deleted_rows_out_and_has_no_marker():
    made = marked(ROWS, BY_COLUMN, "full_drop")
    assert made["id"].to_list() == [1, 3]
    assert ROW_MARKER not in made.columns


def test_where_keys_are_compared_every_row_is_an_upsert():
    assert marked(ROWS, BY_KEYS)[ROW_MARKER].to_list() == [4, 4, 4]


def test_a_soft_delete_column_is_added_where_there_is_none():
    made = marked(ROWS.select("id"), SOFT)
    assert made["gone"].to_list() == [False, False, False]
    assert marked(ROWS.select("id"), SOFT, "full_drop").columns == ["id", "gone"]


def test_what_cannot_be_told_is_said_before_a_row_is_read():
    with pytest.raises(ConfigError, match="no column 'gone'"):
        Marking(BY_COLUMN, "append", applied=True).rows(pl.Schema({"id": pl.Int64}))
    with pytest.raises(ConfigError, match="of their own"):
        Marking(BY_COLUMN, "append", applied=True).rows(pl.Schema({ROW_MARKER: pl.Int32}))


@pytest.mark.parametrize("deletes", [BY_COLUMN, SOFT], ids=["column", "soft"])
@pytest.mark.parametrize("dtype", [pl.String, pl.Datetime("us"), pl.List(pl.Boolean)], ids=str)
def test_a_column_that_cannot_tell_of_deletes_is_refused_with_its_type(dtype, deletes):
    with pytest.raises(ConfigError, match=r"'gone' is .*expected a boolean, or a number"):
        Marking(deletes, "append", applied=True).rows(pl.Schema({"id": pl.Int64, "gone": dtype}))


class Destination:
    def __init__(self, rows):
        self.rows = rows

    def known_rows(self, columns):
        yield self.rows.select(columns)


def compared(known, there, deletes, schema=None, destination=Destination):
    schema = pl.Schema({**(schema or known.schema), ROW_MARKER: pl.Int32()})
    ref = LoadRef(run_id="r", flow="f", entity="e")
    load = Load(ref=ref, mode="append", schema=schema, keys=("id",))
    keys = (pl.DataFrame({"id": [key]}, schema={"id": pl.Int32}) for key in there)
    return list(vanished(destination(known), Opened(type="d", table={}), load, deletes, keys))


KNOWN = pl.DataFrame({"id": [1, 2, 3, 4], "name": ["a", "b", "c", "d"]})


def test_keys_that_the_source_has_no_more_are_deleted():
    (gone,) = compared(KNOWN, [1, 3, 4, 9], BY_KEYS)
    assert gone.rows() == [(2, None, 2)]


def test_the_sources_keys_are_compared_some_at_a_time_and_no_further_than_needed(monkeypatch):
    monkeypatch.setattr(deleting, "_KEYS_AT_ONCE", 2)
    listed = iter([9, 3, 4, 1, 8])
    (gone,) = compared(KNOWN, listed, BY_KEYS)
    assert gone.rows() == [(2, None, 2)]
    listed = iter([1, 2, 3, 4, 8, 9])
    assert compared(KNOWN, listed, BY_KEYS) == []
    assert list(listed) == [8, 9]  # nothing was left to look for


def test_a_key_that_is_known_twice_is_deleted_once():
    (gone,) = compared(pl.concat([KNOWN, KNOWN]), [1, 3, 4], BY_KEYS)
    assert gone.rows() == [(2, None, 2)]


class Likening(Destination):
    def alike(self, keys):
        return keys.select(pl.col("id") % 10)


def test_a_key_that_the_destination_takes_for_one_of_the_source_has_not_vanished(monkeypatch):
    monkeypatch.setattr(deleting, "_KEYS_AT_ONCE", 2)
    (gone,) = compared(KNOWN, [11, 3, 24], BY_KEYS, destination=Likening)
    assert gone.rows() == [(2, None, 2)]


def test_nothing_vanished_nothing_is_told():
    assert compared(KNOWN, [4, 3, 2, 1], BY_KEYS) == []
    assert compared(KNOWN.clear(), [], BY_KEYS) == []


def test_a_soft_delete_is_the_whole_row_with_its_column_set_and_told_once():
    known = KNOWN.with_columns(gone=pl.Series([False, False, True, None]))
    (gone,) = compared(known, [1, 4], SOFT)
    assert gone.rows() == [(2, "b", True, 4)]


@pytest.mark.parametrize("there", [[], [1]])
def test_too_many_at_once_stop_the_run(there):
    with pytest.raises(HomeError, match=r"of 4 known rows \(\d+%\).*max_share is 50%"):
        compared(KNOWN, there, BY_KEYS)


def test_keys_that_are_null_are_found_again():
    known = pl.DataFrame({"id": [1, None]}, schema={"id": pl.Int64})
    assert compared(known, [1, None], BY_KEYS) == []


def test_where_all_rows_are_told_their_marker_is_not_applied():
    frame = ROWS.select("id", pl.lit(4).alias(ROW_MARKER))
    marking = Marking(None, "append", applied=True, whole=True)
    settled = marking.rows(frame.schema)
    assert marking.load(settled).names() == ["id"]
    rows, marker = marking.split(frame)
    assert (rows.columns, marker) == (["id"], None)
    kept = Marking(None, "append", applied=False, whole=True)
    assert kept.rows(frame.schema).names() == ["id", ROW_MARKER]
