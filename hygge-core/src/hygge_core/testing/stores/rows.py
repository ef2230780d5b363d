"""A store that looks at single rows: it replaces them by key, applies markers, lists them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hygge_core.engine.coordinator import new_run_id
from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.protocols import KnowsRows, LikensKeys
from hygge_core.records import Load
from hygge_core.testing.promises import same
from hygge_core.testing.stores.place import declared, halves, reference
from hygge_core.testing.walk import MORE, OLD, OTHER

if TYPE_CHECKING:
    from hygge_core.protocols import Store
    from hygge_core.records import Manifest, Mode
    from hygge_core.testing.stores.place import StorePlace

#: From top to bottom; the keys 1 to 5 are there already.
CHANGES = (
    (6, "sixth", Marker.INSERT),
    (1, "first", Marker.UPDATE),
    (2, None, Marker.DELETE),
    (3, "third", Marker.UPSERT),
    (7, "seventh", Marker.UPSERT),
    (7, "seventh again", Marker.UPDATE),
    (8, "not for long", Marker.INSERT),
    (8, None, Marker.DELETE),
    (9, "an update of nothing adds", Marker.UPDATE),
    (10, None, Marker.DELETE),
)
CHANGED = {
    1: "first",
    3: "third",
    4: "d",
    5: "",
    6: "sixth",
    7: "seventh again",
    9: "an update of nothing adds",
}


class StoreRows:
    """The part of ``StoreContract`` for ``upsert``, ``markers`` and ``KnowsRows``."""

    def test_an_upsert_replaces_by_key(self, place: StorePlace) -> None:
        declared(place, "upsert")
        place.settle(OLD, place.first)
        _append_twice(place, OTHER)
        kept = OLD.filter(~pl.col("id").is_in(OTHER["id"].to_list()))
        same(place.seen(OLD), kept.vstack(OTHER), "an appended row replaces the one with its key")

    def test_markers_are_applied_from_top_to_bottom(self, place: StorePlace) -> None:
        declared(place, "markers")
        place.settle(OLD, place.first)
        schema = pl.Schema({**OLD.schema, ROW_MARKER: pl.Int32()})
        _append_twice(place, pl.DataFrame(CHANGES, schema=schema, orient="row"))
        wanted = pl.DataFrame({"id": list(CHANGED), "name": list(CHANGED.values())})
        promise = "markers insert, update, delete and upsert by key, in order, and are not kept"
        same(place.seen(OLD), wanted, promise)

    def test_it_lists_the_rows_that_it_has(self, place: StorePlace) -> None:
        with place.opened() as store:
            if not isinstance(store, KnowsRows):
                pytest.skip("it lists no rows")
        declared(place, "append")
        there = OLD.clear()
        for frame in (OLD, MORE, OTHER.filter(pl.col("id") == 10)):
            with place.opened() as store:
                load = _load(frame, "append", keeps="rows")
                manifest = _staged(store, load, frame, partial(_lists, store, there))
                store.commit(manifest)
                store.cleanup(manifest)
            there = pl.concat([there, frame])


def _lists(store: Store, there: pl.DataFrame) -> None:
    """Ask as a flow does, after the last row was written and before the load is sealed."""
    assert isinstance(store, KnowsRows)
    for columns in (["id"], ["id", "name"]):
        listed = [pl.DataFrame(each) for each in store.known_rows(columns)]
        seen = pl.concat(listed) if listed else there.select(columns).clear()
        promise = "known_rows() lists every row that readers find, and no other"
        same(seen, there.select(columns), promise)
    if isinstance(store, LikensKeys):
        keys = there.select("id")
        alike = store.alike(keys)
        assert (alike.columns, alike.height) == (["id"], keys.height), (
            "alike() gives the same rows and columns"
        )


def _load(frame: pl.DataFrame, mode: Mode, **more: Any) -> Load:
    ref = reference(new_run_id())
    return Load(ref=ref, mode=mode, schema=frame.schema, keys=("id",), epoch=1, **more)


def _staged(
    store: Store, load: Load, frame: pl.DataFrame, ask: Callable[[], object] | None = None
) -> Manifest:
    staging = store.begin(load)
    for batch in halves(frame):
        staging.write(batch)
    if ask is not None:
        ask()
    return staging.seal()


def _append_twice(place: StorePlace, frame: pl.DataFrame) -> None:
    """Load with the key ``id``; the commit is called again, as after a lost answer."""
    with place.opened() as store:
        manifest = _staged(store, _load(frame, "append"), frame)
        store.commit(manifest)
        store.commit(manifest)


__all__ = ["StoreRows"]
