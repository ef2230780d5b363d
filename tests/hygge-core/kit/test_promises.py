"""What a broken promise says: row by row what is missing and what is too many, and never a wall."""

import polars as pl
import pytest

from hygge_core.testing.promises import difference, promised, same

ROWS = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})


def test_rows_that_are_missing_and_rows_that_are_too_many_are_shown():
    seen = pl.DataFrame({"name": ["a", "a", "C"], "id": [1, 1, 3]})
    assert difference(seen, ROWS).splitlines() == [
        "expected 3 rows, found 3:",
        "  missing: (2, None)",
        "  missing: (3, 'c')",
        "  too many: (1, 'a')",
        "  too many: (3, 'C')",
    ]


def test_the_order_of_rows_and_columns_and_a_wider_type_make_no_difference():
    seen = ROWS.select("name", pl.col("id").cast(pl.Decimal(38, 0))).reverse()
    assert difference(seen, ROWS) == ""


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (None, "found: nothing, the destination is gone"),
        (ROWS.drop("name"), "expected the columns ['id', 'name']\n   found the columns ['id']"),
        (ROWS.cast({"id": pl.Int8}), "column 'id': expected int64, found int8"),
        (ROWS.with_columns(name=pl.lit("")), "missing: (2, None)"),
    ],
)
def test_what_else_differs_is_said(seen, told):
    assert told in difference(seen, ROWS)


def test_values_that_are_equal_and_not_the_same_are_told_apart():
    zeros, nan = pl.DataFrame({"x": [0.0, 1.0]}), pl.DataFrame({"x": [float("nan")]})
    assert "missing: (0.0,)" in difference(pl.DataFrame({"x": [-0.0, 1.0]}), zeros)
    assert difference(nan, nan) == ""
    assert difference(pl.DataFrame({"x": [None]}, schema={"x": pl.Float64}), nan)


def test_many_rows_and_huge_values_stay_short():
    many = pl.DataFrame({"text": ["x" * 1_000_000] * 100})
    told = difference(many.clear(), many)
    assert "94 more" in told
    assert "(1,000,005 characters)" in told
    assert len(told) < 2_000


def test_the_promise_comes_first_and_then_what_was_found():
    with pytest.raises(AssertionError) as caught:
        same(ROWS.head(2), ROWS, "no row is lost")
    first, *found = str(caught.value).splitlines()
    assert first == "broken promise: no row is lost"
    assert found == ["expected 3 rows, found 2:", "  missing: (3, 'c')"]


def test_an_error_in_between_is_told_with_the_promise_that_it_breaks():
    refused = OSError("no")
    with pytest.raises(AssertionError) as caught, promised("it opens"):
        raise refused
    assert str(caught.value) == "broken promise: it opens\nOSError: no"
    assert caught.value.__cause__ is refused
