"""Which rows a mirrored table has after a load, as it is remembered where nobody can be asked."""

import polars as pl
import pytest

from hygge_core.markers import ROW_MARKER
from hygge_openmirroring.loads.known import Changes

SCHEMA = pl.Schema({"id": pl.Int64(), "name": pl.String()})
BEFORE = pl.DataFrame({"id": [1, 2, None], "name": ["a", "b", "n"]}, schema=SCHEMA)


def after(keeps, *loads, before=BEFORE):
    changes = Changes(("id",), keeps)
    for rows in loads:
        frame = pl.DataFrame(rows, schema=["id", "name", ROW_MARKER], orient="row")
        changes.see(frame.cast({**SCHEMA, ROW_MARKER: pl.Int32()}))
    kept = before if keeps == "rows" or before is None else before.select("id")
    return sorted(changes.after(kept, SCHEMA).rows(), key=repr)


@pytest.mark.parametrize("frames", [1, 2])
def test_of_one_key_the_last_word_counts(frames):
    told = [(1, "x", 4), (1, "y", 4), (2, None, 2), (3, "c", 0), (3, None, 2), (2, "z", 4)]
    loads = [told] if frames == 1 else [told[:3], told[3:]]
    assert after("rows", *loads) == [(1, "y"), (2, "z"), (None, "n")]
    assert after("keys", *loads) == [(1,), (2,), (None,)]


def test_what_a_load_does_not_speak_of_stays():
    assert after("keys", [(3, "c", 0), (1, None, 2)]) == [(2,), (3,), (None,)]
    assert after("keys") == [(1,), (2,), (None,)]


def test_a_null_is_a_key_as_any_other():
    assert after("rows", [(None, "m", 4)]) == [(1, "a"), (2, "b"), (None, "m")]


def test_of_a_new_table_nothing_was_known():
    assert after("keys", [(7, "g", 4)], before=None) == [(7,)]
