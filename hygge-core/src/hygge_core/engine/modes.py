"""What a run may do to its destination: replace it, add to it, or leave it alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hygge_core.engine.given import given, given_or_none
from hygge_core.errors import ConfigError, FlowError, HomeError
from hygge_core.protocols import KnowsContent, KnowsSchema

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.engine.trip import Trip
    from hygge_core.records import Mode, Watermark


def mode_of(trip: Trip) -> Mode:
    """``full_drop`` replaces, ``incremental`` appends what is newer than the watermark.

    Raises ``FlowError`` where appending would add a second copy, or leave rows out.
    """
    task = trip.task
    if trip.world.run_type(task.store, task.run_type) == "full_drop":
        return "full_drop"
    refuse_limited(task.limit)
    place = trip.world.place("store", task.store)
    refuse_unsound(trip.ledger.watermark, task.name, place, moved=_has_rows(trip))
    return "append"


def refuse_limited(limit: int | None) -> None:
    """Raise ``ConfigError`` where what is newer than the watermark would be cut off, and lost."""
    if limit is not None:
        raise ConfigError(
            "a limit and an incremental run do not go together: rows would be lost",
            hint="leave out --limit, or say --full-drop",
        )


def refuse_unsound(watermark: Watermark | None, name: str, place: str, *, moved: bool) -> None:
    """Raise ``FlowError`` where an append at ``place`` would not make it whole.

    So where rows were moved before and nobody knows how far, and where it is another destination
    that has them.
    """
    known = watermark is not None and (watermark.mark is not None or watermark.nulls)
    if moved and not known:
        raise FlowError(
            "no watermark is known, but rows were moved before: appending would double them",
            hint=f"run once with --full-drop -s {name}",
        )
    settled = watermark.destination if watermark is not None else ""
    if settled and settled != place:
        raise FlowError(
            f"the watermark tells how far {settled} is, and this run would add to {place}: the "
            "rows before it would be missing there",
            hint=f"run once with --full-drop -s {name}",
        )


def publishes_nothing(trip: Trip, mode: Mode, rows: int) -> bool:
    """Whether an extraction of ``rows`` leaves the destination as it is (``on_empty``).

    Raises ``HomeError`` when a source that had rows before is empty and nobody allowed that.
    """
    if rows:
        return False
    if mode == "append":
        return True
    policy = trip.task.on_empty or ("fail" if _has_rows(trip) else "keep")
    if policy == "fail":
        raise HomeError(
            "the source is empty, and its destination is not",
            hint='if that is right, set on_empty = "replace" (or "keep" to leave the old rows)',
        )
    return policy == "keep"


def _has_rows(trip: Trip) -> bool:
    """Whether the destination has rows, as far as the journal or the store knows."""
    last = trip.ledger.last_complete()
    if last is not None:
        return bool(last.row_count)
    return known_schema(trip) is not None or has_content(trip)


def known_schema(trip: Trip) -> pl.Schema | None:
    """The destination's columns, where the store knows them."""
    store = trip.store
    known = store.known_schema() if isinstance(store, KnowsSchema) else None
    return given_or_none(known, Mapping, trip.task.store, "known_schema")


def has_content(trip: Trip) -> bool:
    """Whether readers find anything at the destination, where the store knows that."""
    store = trip.store
    known = store.has_content() if isinstance(store, KnowsContent) else False
    return given(known, bool, trip.task.store, "has_content")
