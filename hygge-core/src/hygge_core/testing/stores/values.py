"""A store and values: each is kept exactly, or refused while nothing is visible yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.errors import FlowError
from hygge_core.testing import matrix
from hygge_core.testing.promises import broken, keep, none_of, same
from hygge_core.testing.stores.place import declared
from hygge_core.testing.walk import MORE, OLD

if TYPE_CHECKING:
    from hygge_core.testing.stores.place import StorePlace


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
        place.settle(OLD, place.first)
        wider = MORE.with_columns(pl.lit(1.5).alias("extra"))
        try:
            manifest = place.staged(wider, "append")
        except FlowError:
            same(place.seen(OLD), OLD, "a refused load leaves the destination as it was")
            return
        try:
            place.with_store(lambda store: store.commit(manifest))
        except FlowError as exc:
            broken("what the destination refuses is refused by seal(), not by commit()", exc)
        both = pl.concat([OLD, wider], how="diagonal")
        same(place.seen(both), both, "a new column is NULL in old rows and kept in new ones")


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
