"""A store and whole loads: of many batches, of equal rows, of any name, begun here, ended there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

import polars as pl
import pytest
from attrs import astuple

from hygge_core.engine.coordinator import new_run_id
from hygge_core.records import Leftovers, Load, LoadRef, Manifest, Receipt
from hygge_core.testing.contract import MODES
from hygge_core.testing.outliving import closes
from hygge_core.testing.promises import keep, none_of, promised, same
from hygge_core.testing.stores.place import declared, expected, halves, incoming, reference, written
from hygge_core.testing.walk import OLD

if TYPE_CHECKING:
    from hygge_core.records import Mode
    from hygge_core.testing.stores.place import StorePlace

#: Rows of the batches of a long load: single ones, many, and never the same number twice in a row.
BATCHES = (1, 2, 40, 1, 3, 64, 7, 1, 20, 1)
#: Rows that are there already, each twice.
EQUAL = pl.concat([OLD[:1], OLD[:1], OLD[1:2], OLD[1:2]])
#: What a configuration allows, and what breaks out of quotes, of a pattern, or of ASCII.
FLOW, ENTITY = "it's", 'Größe "100%s"; a.b'


class StoreLoads:
    """The part of ``StoreContract`` about loads that no walk begins with."""

    def test_its_verbs_give_what_they_say(self, place: StorePlace) -> None:
        with place.opened() as store:
            staging = store.begin(_load(place))
            staging.write(OLD.clone())
            manifest = staging.seal()
            keep(isinstance(manifest, Manifest), "seal() gives a Manifest", repr(manifest))
            receipt = store.commit(manifest)
            keep(isinstance(receipt, Receipt), "commit() gives a Receipt", repr(receipt))
            whole = all(type(number) is int for number in astuple(receipt))
            keep(whole, "a receipt counts in whole numbers", repr(receipt))
            left = store.cleanup(manifest)
            keep(isinstance(left, Leftovers), "cleanup() gives Leftovers", repr(left))

    def test_a_load_of_many_batches_is_whole(self, place: StorePlace) -> None:
        rows = pl.DataFrame({"id": range(sum(BATCHES))}).with_columns(
            name=pl.col("id").cast(pl.String)
        )
        with place.opened() as store:
            staging = store.begin(_load(place))
            for batch in _cut(rows):
                copy = batch.clone()
                staging.write(batch)
                same(batch, copy, "write() leaves the batch as it was given")
            manifest = staging.seal()
            store.commit(manifest)
        same(place.seen(rows), rows, "a load is all of its batches")

    @MODES
    def test_equal_rows_are_as_many_as_they_came(self, place: StorePlace, mode: Mode) -> None:
        declared(place, mode)
        if "upsert" in place.capabilities:
            pytest.skip("rows with one key may be one here")
        place.settle(OLD, place.first)
        place.settle(EQUAL, mode)
        wanted = OLD.vstack(EQUAL) if mode == "append" else EQUAL
        same(place.seen(OLD), wanted, "equal rows are as many as were written: none is lost")

    def test_any_flow_and_entity_may_have_it(self, place: StorePlace) -> None:
        ref = LoadRef(run_id=new_run_id(), flow=FLOW, entity=ENTITY)
        load = Load(ref=ref, mode=place.first, schema=OLD.schema, epoch=1)
        with promised(f"a load settles whatever flow and entity are called: {FLOW}, {ENTITY}"):
            with place.opened() as store:
                store.begin(load).write(OLD.clone())
                store.rollback(ref)
                manifest = written(store, load, halves(OLD))
            with place.opened() as store:
                store.commit(manifest)
                store.cleanup(manifest)
        same(place.seen(OLD), OLD, "what they are called changes no row")
        none_of(place.leftovers(), "nothing is left lying around")

    def test_another_process_can_commit(self, place: StorePlace) -> None:
        mode: Mode = "append" if "append" in place.capabilities else place.first
        place.settle(OLD, place.first)
        manifest = place.staged(incoming(mode), mode)
        told = place.commit_elsewhere(manifest)
        same(place.seen(OLD), expected(mode), "another process commits, by the manifest alone")
        again = place.with_store(lambda store: store.commit(manifest))
        keep(told == again, "whoever commits, the receipt is the same", (told, again))
        place.with_store(lambda store: store.cleanup(manifest))
        none_of(place.leftovers(), "nothing is left lying around")

    def test_it_leaves_nothing_open(self, place: StorePlace) -> None:
        def load() -> None:
            place.settle(OLD, place.first)
            with place.opened() as store:
                abandoned = _load(place)
                store.begin(abandoned).write(OLD.clone())
                store.rollback(abandoned.ref)

        closes(load, "a store that was closed")


def _load(place: StorePlace) -> Load:
    ref = reference(new_run_id())
    return Load(ref=ref, mode=place.first, schema=OLD.schema, epoch=1)


def _cut(rows: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """``rows`` in batches of ``BATCHES``."""
    ends = list(accumulate(BATCHES))
    yield from (rows[end - height : end] for height, end in zip(BATCHES, ends, strict=True))


__all__ = ["StoreLoads"]
