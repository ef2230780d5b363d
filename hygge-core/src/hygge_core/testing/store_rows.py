"""A store that looks rows up by their key: it replaces them, and applies what markers say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hygge_core.engine.coordinator import new_run_id
from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.records import Load
from hygge_core.testing.promises import same
from hygge_core.testing.store_place import declared, halves, reference
from hygge_core.testing.walk import OLD, OTHER

if TYPE_CHECKING:
    from hygge_core.testing.store_place import StorePlace

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
    """The part of ``StoreContract`` for stores that declare ``upsert`` or ``markers``."""

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


def _append_twice(place: StorePlace, frame: pl.DataFrame) -> None:
    """Load with the key ``id``; the commit is called again, as after a lost answer."""
    ref = reference(new_run_id())
    with place.opened() as store:
        load = Load(ref=ref, mode="append", schema=frame.schema, keys=("id",), epoch=1)
        staging = store.begin(load)
        for batch in halves(frame):
            staging.write(batch)
        manifest = staging.seal()
        store.commit(manifest)
        store.commit(manifest)


__all__ = ["StoreRows"]
