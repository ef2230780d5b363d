"""A home whose source has parts, as a directory has files: one schema for all, or it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.errors import SchemaChanged
from hygge_core.records import DriftPolicy
from hygge_core.testing.promises import broken, keep, same

if TYPE_CHECKING:
    from hygge_core.testing.homes.place import HomePlace

WILLING = DriftPolicy(new_columns="add", removed_columns="null", type_changes="widen")
IGNORING = DriftPolicy(new_columns="ignore", removed_columns="null", type_changes="widen")
STRICT = DriftPolicy(new_columns="fail", removed_columns="fail", type_changes="fail")
#: A whole number that a float cannot hold: who joins by way of one is found out.
LARGE = 2**53 + 1
FIRST = pl.DataFrame({"id": [1, 2], "name": ["a", None]})
#: case → the second part, beside ``FIRST``
PARTS = {
    "another_order": pl.DataFrame({"name": ["c"], "id": [LARGE]}),
    "a_new_column": pl.DataFrame({"id": [3], "name": ["c"], "extra": [LARGE]}),
    "a_missing_column": pl.DataFrame({"id": [3]}),
    "no_rows": FIRST.clear(),
}
#: case → the column ``value`` in the first part and in the second
TYPES = {
    "a_wider_number": (pl.Series([1, None], dtype=pl.Int32), pl.Series([LARGE], dtype=pl.Int64)),
    "a_narrower_number": (pl.Series([LARGE, 1], dtype=pl.Int64), pl.Series([2], dtype=pl.Int8)),
    "a_fraction": (pl.Series([LARGE, 1], dtype=pl.Int64), pl.Series([0.5], dtype=pl.Float64)),
    "a_text": (pl.Series([7, None], dtype=pl.Int64), pl.Series(["007"], dtype=pl.String)),
    "only_nulls": (pl.Series([None, None], dtype=pl.Int64), pl.Series(["x"], dtype=pl.String)),
}


class HomeParts:
    """The part of ``HomeContract`` for subjects that give ``parts``."""

    @pytest.mark.parametrize("case", list(PARTS))
    def test_parts_with_other_columns_are_joined_or_told(self, place: HomePlace, case: str) -> None:
        joined = pl.concat([FIRST, PARTS[case]], how="diagonal")
        place.offer_parts(FIRST, PARTS[case])
        _joined_or_told(place, WILLING, joined)

    @pytest.mark.parametrize("case", list(TYPES))
    def test_parts_with_other_types_keep_every_value(self, place: HomePlace, case: str) -> None:
        first, second = (
            pl.DataFrame({"id": range(start, start + each.len()), "value": each})
            for start, each in zip((1, 3), TYPES[case], strict=True)
        )
        place.offer_parts(first, second)
        try:
            seen = place.read(place.ask(drift=WILLING))
        except SchemaChanged:
            return
        values = [*TYPES[case][0].to_list(), *TYPES[case][1].to_list()]
        found = seen.sort("id")["value"].to_list()
        promise = "parts of other types are joined without changing a value, or a SchemaChanged"
        keep(len(found) == len(values) and all(map(_alike, found, values)), promise, found)

    def test_columns_in_another_order_are_no_change(self, place: HomePlace) -> None:
        place.offer_parts(FIRST, PARTS["another_order"])
        joined = pl.concat([FIRST, PARTS["another_order"]], how="diagonal")
        same(place.read(place.ask(drift=STRICT)), joined, "the order of columns is no change")

    @pytest.mark.parametrize("case", ["a_new_column", "a_missing_column"])
    def test_parts_that_differ_are_told_where_nothing_may_change(
        self, place: HomePlace, case: str
    ) -> None:
        place.offer_parts(FIRST, PARTS[case])
        try:
            seen = place.read(place.ask(drift=STRICT))
        except SchemaChanged as exc:
            keep(str(exc), "a SchemaChanged says what differs")
            return
        broken("parts that differ are a SchemaChanged where Ask.drift says fail", seen)

    def test_a_new_column_may_be_ignored(self, place: HomePlace) -> None:
        place.offer_parts(FIRST, PARTS["a_new_column"])
        joined = pl.concat([FIRST, PARTS["a_new_column"].select(FIRST.columns)])
        _joined_or_told(place, IGNORING, joined)


def _joined_or_told(place: HomePlace, policy: DriftPolicy, joined: pl.DataFrame) -> None:
    try:
        seen = place.read(place.ask(drift=policy))
    except SchemaChanged:
        return
    same(seen, joined, "parts with other columns are joined, NULL where one has none, or told")


def _alike(found: object, value: object) -> bool:
    """The same value, or its text where the other part has texts."""
    return found == value if value is None or not isinstance(found, str) else found == str(value)


__all__ = ["HomeParts"]
