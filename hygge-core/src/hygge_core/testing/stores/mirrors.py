"""A store whose files somebody else shows: what its mirror tells of them has to be so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest

from hygge_core.mirrors import Breach, Comparison
from hygge_core.protocols import FeedsMirror, Mirror
from hygge_core.testing.promises import keep, promised, same
from hygge_core.testing.walk import MORE, OLD

if TYPE_CHECKING:
    from hygge_core.testing.stores.place import StorePlace

COMPARISONS: tuple[Comparison, ...] = ("count", "keys", "rows")
#: What a source may hold instead of ``OLD`` → the comparisons that have to see it.
OTHERWISE: dict[str, tuple[pl.DataFrame, tuple[Comparison, ...]]] = {
    "a row less": (OLD[:4], COMPARISONS),
    "a row more": (pl.concat([OLD, MORE[:1]]), COMPARISONS),
    "another key": (OLD.with_columns(id=pl.col("id").replace(5, 6)), ("keys", "rows")),
    "another value": (OLD.with_columns(name=pl.col("name").replace("a", "A")), ("rows",)),
    "a value for a NULL": (OLD.with_columns(pl.col("name").fill_null("")), ("rows",)),
}


class StoreMirrors:
    """The part of ``StoreContract`` for stores that are ``FeedsMirror``."""

    def test_its_mirror_finds_nothing_wrong_with_what_was_loaded(self, place: StorePlace) -> None:
        with mirrored(place) as (table, mirror):
            broken_rules = grave(mirror.audit([table]))
            keep(
                not broken_rules,
                "audit() finds nothing wrong with a load of its own store",
                "\n".join(broken_rules),
            )
            for how in COMPARISONS:
                compared = mirror.compare(table, iter([OLD[:2], OLD[2:]]), how=how)
                found = "\n".join(grave(compared))
                keep(not found, f"compare({how!r}) finds no difference between equals", found)

    def test_its_mirror_sees_where_the_source_differs(self, place: StorePlace) -> None:
        with mirrored(place) as (table, mirror):
            for what, (source, seen_by) in OTHERWISE.items():
                for how in seen_by:
                    told = list(mirror.compare(table, iter([source]), how=how))
                    keep(told, f"what differs is never called equal: {what} in compare({how!r})")
            nothing = list(mirror.compare(table, iter([OLD.clear()]), how="count"))
            keep(nothing, "what differs is never called equal: an empty source")

    def test_its_mirror_says_when_a_table_is_not_there(self, place: StorePlace) -> None:
        with place.opened() as store:
            if not isinstance(store, FeedsMirror):
                pytest.skip("it feeds no mirror")
            with store.mirror() as mirror:
                told = grave(mirror.audit([store.shown_as]))
                keep(told, "audit() says of a table that it is not there")

    def test_its_mirror_has_one_address(self, place: StorePlace) -> None:
        told = []
        for _ in range(2):
            with mirrored(place) as (table, mirror):
                keep(isinstance(mirror, Mirror), "mirror() yields every verb of Mirror", mirror)
                told.append((table, mirror.address))
        keep(len(set(told)) == 1, "each time the mirror has the same address and table", told)
        for word in told[0]:
            keep(word and "\n" not in word, "an address and a table's name are one line", word)

    def test_looking_at_its_mirror_changes_nothing(self, place: StorePlace) -> None:
        with mirrored(place) as (table, mirror):
            before = _names(place)
            for how in COMPARISONS:
                list(mirror.compare(table, iter([OLD[:1]]), how=how))
            list(mirror.audit([table]))
            list(mirror.reports([table]))
            for swept in mirror.sweep([table], timedelta(0), dry_run=True):
                keep(not swept.gone, "a dry run says of no file that it is gone", swept)
            keep(_names(place) == before, "a dry run removes nothing, and leaves nothing")
        same(place.seen(OLD), OLD, "who looks at a mirror changes nothing that is shown")

    def test_a_sweep_leaves_what_is_shown(self, place: StorePlace) -> None:
        with mirrored(place) as (table, mirror):
            with promised("a sweep of what the other side is done with"):
                list(mirror.sweep([table], timedelta(0), dry_run=False))
            same(place.seen(OLD), OLD, "a sweep removes nothing that is still read")
            later = timedelta(days=1)
            for swept in mirror.sweep([table], later, dry_run=False):
                keep(False, "what is younger than `keep` stays", swept)


@contextmanager
def mirrored(place: StorePlace) -> Iterator[tuple[str, Mirror]]:
    """The store's table with ``OLD`` in it, and its mirror; skips where it feeds none."""
    with place.opened() as store:
        if not isinstance(store, FeedsMirror):
            pytest.skip("it feeds no mirror")
    if place.seen(OLD) is None:
        place.settle(OLD, place.first)
    with place.opened() as store:
        assert isinstance(store, FeedsMirror)
        with store.mirror() as mirror:
            yield store.shown_as, mirror


def grave(breaches: Iterable[Breach]) -> list[str]:
    """What is more than advice, as lines."""
    return [f"{each.rule}: {each.where}: {each.what}" for each in breaches if not each.advice]


def _names(place: StorePlace) -> list[str]:
    return sorted(place.leftovers())
