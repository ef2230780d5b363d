"""A home whose source has parts, as a directory has files: one schema for all, or it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.errors import SchemaChanged
from hygge_core.records import DriftPolicy
from hygge_core.testing import matrix
from hygge_core.testing.matrix import LARGE
from hygge_core.testing.promises import alike, broken, keep, same

if TYPE_CHECKING:
    from hygge_core.testing.homes.place import HomePlace

WILLING = DriftPolicy(new_columns="add", removed_columns="null", type_changes="widen")
IGNORING = DriftPolicy(new_columns="ignore", removed_columns="null", type_changes="widen")
STRICT = DriftPolicy(new_columns="fail", removed_columns="fail", type_changes="fail")
FIRST = pl.DataFrame({"id": [1, 2], "name": ["a", None]})
#: case → the second part, beside ``FIRST``
PARTS = {
    "another_order": pl.DataFrame({"name": ["c"], "id": [LARGE]}),
    "a_new_column": pl.DataFrame({"id": [3], "name": ["c"], "extra": [LARGE]}),
    "a_missing_column": pl.DataFrame({"id": [3]}),
    "no_rows": FIRST.clear(),
}


class HomeParts:
    """The part of ``HomeContract`` for subjects that give ``parts``."""

    @pytest.mark.parametrize("case", list(PARTS))
    def test_parts_with_other_columns_are_joined_or_told(self, place: HomePlace, case: str) -> None:
        joined = pl.concat([FIRST, PARTS[case]], how="diagonal")
        place.offer_parts(FIRST, PARTS[case])
        _joined_or_told(place, WILLING, joined)

    @pytest.mark.parametrize("case", list(matrix.RETYPED))
    def test_parts_with_other_types_keep_every_value(self, place: HomePlace, case: str) -> None:
        first, second = matrix.retyped(case)
        place.offer_parts(first, second)
        try:
            seen = place.read(place.ask(drift=WILLING))
        except SchemaChanged:
            return
        promise = "parts of other types are joined without changing a value, or a SchemaChanged"
        alike(seen, (first, second), promise)

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


__all__ = ["HomeParts"]
