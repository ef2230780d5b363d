"""A store and values: each is kept exactly, or refused while nothing is visible yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.errors import FlowError
from hygge_core.testing import matrix
from hygge_core.testing.promises import alike, broken, keep, none_of, same, told_of
from hygge_core.testing.stores.place import declared, run_type_of
from hygge_core.testing.walk import MORE, OLD
from hygge_core.types import parse_schema

if TYPE_CHECKING:
    from hygge_core.testing.stores.place import StorePlace

#: Rows, and more with their columns turned around: by their places, values would change sides.
SIDES = pl.DataFrame({"id": [1, 2], "left": ["l", None], "right": ["r", "s"]})
TURNED = pl.DataFrame({"id": [3], "right": ["right"], "left": ["left"]})


class StoreValues:
    """The part of ``StoreContract`` that tries types and names."""

    @pytest.mark.parametrize("case", list(matrix.VALUES))
    def test_a_value_is_kept_or_refused(self, place: StorePlace, case: str) -> None:
        need = matrix.NEEDS.get(case)
        must = "every store keeps" if case in matrix.MUST else ""
        if need in place.capabilities:
            must = f"a store that declares {need!r} keeps"
        kept_or_refused(place, matrix.typed(case), f"{must} {case}" if must else "")

    @pytest.mark.parametrize("case", list(matrix.NAMES))
    def test_a_name_is_kept_or_refused(self, place: StorePlace, case: str) -> None:
        must = f"every store takes the column {matrix.NAMES[case]!r}"
        kept_or_refused(place, matrix.named(case), must if case in matrix.NAMES_MUST else "")

    def test_an_empty_append_is_done(self, place: StorePlace) -> None:
        declared(place, "append")
        place.settle(OLD, place.first)
        manifest = place.staged(OLD.clear(), "append")
        receipt = place.with_store(lambda store: store.commit(manifest))
        status = place.with_store(lambda store: store.status(manifest))
        keep(receipt.rows == 0, "an empty append publishes no rows", receipt)
        keep(status == "done", "an empty append is 'done': all of its nothing is visible", status)
        same(place.seen(OLD), OLD, "an empty append changes nothing")

    def test_an_empty_full_drop_replaces(self, place: StorePlace) -> None:
        declared(place, "full_drop")
        place.settle(OLD, "full_drop")
        manifest = place.settle(OLD.clear(), "full_drop")
        seen = place.seen(OLD)
        rows = 0 if seen is None else seen.height
        keep(rows == 0, "an empty full_drop leaves no row of the old content", seen)
        status = place.with_store(lambda store: store.status(manifest))
        keep(status == "done", "an empty full_drop is 'done' after its commit", status)

    def test_a_new_column_is_taken_or_refused_before_the_decision(self, place: StorePlace) -> None:
        declared(place, "append")
        wider = MORE.with_columns(pl.lit(1.5).alias("extra"))
        if added_or_refused(place, OLD, wider):
            both = pl.concat([OLD, wider], how="diagonal")
            same(place.seen(both), both, "a new column is NULL in old rows and kept in new ones")

    def test_columns_are_known_by_their_names(self, place: StorePlace) -> None:
        declared(place, "append")
        if added_or_refused(place, SIDES, TURNED):
            both = pl.concat([SIDES, TURNED], how="diagonal")
            promise = "a value settles in the column of its name, in whatever order they come"
            same(place.seen(both), both, promise)

    @pytest.mark.parametrize("case", list(matrix.RETYPED))
    def test_another_type_changes_no_value(self, place: StorePlace, case: str) -> None:
        declared(place, "append")
        before, after = matrix.retyped(case)
        place.fill(before, run_type_of(place.first))
        place.offer(after)
        result = place.run("incremental")
        moved = result is not None and result.outcome == "complete"
        newest = place.runs()[0]
        promise = "a type that does not fit is told before the decision"
        keep(moved or newest.state == "rolled_back", promise, (newest.state, told_of(result)))
        recorded = [run.manifest for run in place.runs() if run.state in ("committed", "done")]
        manifest = recorded[0]
        assert manifest is not None
        seen = place.seen(parse_schema(manifest.schema).to_frame())
        promise = "a load with another type changes no value, neither its own nor one that is there"
        alike(seen, (before, after) if moved else (before,), promise)


def added_or_refused(place: StorePlace, there: pl.DataFrame, more: pl.DataFrame) -> bool:
    """Load ``there``, and add ``more``: whether that was taken; else it is refused by seal()."""
    place.settle(there, place.first)
    try:
        manifest = place.staged(more, "append")
    except FlowError:
        same(place.seen(there), there, "a refused load leaves the destination as it was")
        return False
    try:
        place.with_store(lambda store: store.commit(manifest))
    except FlowError as exc:
        broken("what the destination refuses is refused by seal(), not by commit()", exc)
    return True


def kept_or_refused(place: StorePlace, frame: pl.DataFrame, must: str) -> None:
    """Load ``frame``: it is visible as it was given, or refused by seal() at the latest."""
    try:
        manifest = place.staged(frame, place.first)
    except FlowError as refusal:
        keep(not must, must, f"{type(refusal).__name__}: {refusal}")
        seen = place.seen(frame)
        keep(seen is None or not seen.height, "a refused load is invisible", seen)
        return
    except Exception as exc:  # noqa: BLE001  # a driver's own class says nothing to a user
        broken("what a store refuses is a StoreError, with the driver's text in it", repr(exc))
    try:
        place.with_store(lambda store: store.commit(manifest))
    except FlowError as exc:
        broken("what the destination refuses is refused by seal(), not by commit()", repr(exc))
    same(place.seen(frame), frame, "a value is kept exactly, or refused: never changed")
    place.with_store(lambda store: store.cleanup(manifest))
    none_of(place.leftovers(), "nothing is left lying around")


__all__ = ["StoreValues"]
