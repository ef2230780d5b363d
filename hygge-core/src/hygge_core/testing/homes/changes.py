"""A home that knows by itself what changed: all rows first, then what is new and what is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.protocols import Follows
from hygge_core.records import Changes
from hygge_core.testing.promises import keep, same
from hygge_core.testing.walk import OLD

if TYPE_CHECKING:
    from hygge_core.testing.homes.place import HomePlace

CHANGED = pl.DataFrame({"id": [2, 7], "name": ["new", None]})
GONE = pl.DataFrame({"id": [1, 5]})


class HomeChanges:
    """The part of ``HomeContract`` for homes whose kind ``follows``."""

    def test_it_tells_what_changed_and_what_is_gone(self, place: HomePlace) -> None:
        words, change = place.follows, place.subject.change
        if not words or change is None:
            pytest.skip("its kind follows nothing, or its subject gives no change")
        place.offer(OLD)
        for word in words:
            first = _reached(place, Changes(kind=word))
            rows = place.read(place.ask(changes=first))
            keep(rows.columns[-1] == ROW_MARKER, "the last column is the marker", rows.columns)
            same(rows.drop(ROW_MARKER), OLD, "without `since` every row is told")
            keep(set(rows[ROW_MARKER]) == {Marker.UPSERT}, "each of them is a 4", rows)
            change(place.root, CHANGED, GONE)
            since = _reached(place, Changes(kind=word, since=first.until))
            rows = place.read(place.ask(changes=since))
            there = rows.filter(pl.col(ROW_MARKER) == Marker.UPSERT).drop(ROW_MARKER)
            same(there, CHANGED, "what changed is told as it is now")
            gone = rows.filter(pl.col(ROW_MARKER) == Marker.DELETE)
            same(gone.select("id"), GONE, "what is gone is told by its key")
            none = _reached(place, Changes(kind=word, since=since.until))
            rows = place.read(place.ask(changes=none))
            keep(not rows.height, "a change is told once", rows)


def _reached(place: HomePlace, asked: Changes) -> Changes:
    """``asked`` up to where the changes go now."""
    with place.opened() as home:
        keep(isinstance(home, Follows), "a kind that follows opens a home that Follows", home)
        assert isinstance(home, Follows)
        until = home.reach(place.ask(changes=asked))
    return Changes(kind=asked.kind, since=asked.since, until=until)
