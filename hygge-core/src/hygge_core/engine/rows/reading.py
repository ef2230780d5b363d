"""What one attempt asks of the home, and what it gets: rows, keys, and how far it was read."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Literal, TypeVar

import polars as pl
from attrs import evolve

from hygge_core.engine.given import given, given_or_none
from hygge_core.engine.rows.following import followed
from hygge_core.engine.rows.guessing import guessed
from hygge_core.engine.rows.names import refuse_patterns
from hygge_core.engine.rows.shaping import Shaping
from hygge_core.engine.threads.patience import patiently
from hygge_core.errors import HomeError
from hygge_core.protocols import Bounds, GivesFiles
from hygge_core.records import Ask, Load, Mark, Mode, Watermark
from hygge_core.watermark import Follower, Tracker

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip, Visit

T = TypeVar("T")
_COLUMNLESS = "a file with nothing in it has not even a header: remove it, or write it again"


class Reading:
    """One reading of the home, under one schema. Raises what the home raises."""

    def __init__(self, trip: Trip, visit: Visit, mode: Mode, settled: pl.Schema | None) -> None:
        task = trip.task
        self.visit = visit
        self._trip = trip
        self._mode = mode
        self.tracker, self.follower = self._make_tracker()
        ask = Ask(entity=task.entity, limit=task.limit, drift=task.drift, settled=settled)
        ask, everything, self.expected = self.asked(partial(self._first_asked, ask))
        if self.tracker is not None:
            self.tracker.check(everything)
        self.shape = Shaping(trip, mode, everything, visit.quoted, follower=self.follower)
        self.ask = evolve(ask, columns=self.shape.needed, settled=self.shape.raw)

    def _make_tracker(self) -> tuple[Tracker | None, Follower | None]:
        setting = self._trip.task.watermark
        if setting is None:
            return None, None
        before = self._trip.ledger.watermark if self._mode == "append" else None
        if setting.kind:
            return None, Follower(setting, before)
        return Tracker(setting, before), None

    def watermark(self) -> Watermark | None:
        """How far the source is read now; ``None`` where nobody follows that."""
        known = self.tracker or self.follower
        return known.after() if known else None

    def asked(self, call: Callable[[], T]) -> T:
        """What the home answers, while anybody wants to know."""
        return patiently(call, self.visit.stop, self.visit.deadline)

    def _first_asked(self, ask: Ask) -> tuple[Ask, pl.Schema, int | None]:
        """Fix the upper bound where the home can, then see which columns there are, and about how
        many rows: all in one call, since each has a thread of its own."""
        home, opened = self.visit.home, self._trip.task.home
        if self.tracker is not None:
            whole = evolve(ask, range=self.tracker.range(None))
            upper = home.upper(whole) if isinstance(home, Bounds) else None
            upper = given_or_none(upper, Mark, opened, "upper")
            ask = evolve(ask, range=self.tracker.range(upper))
        if self.follower is not None:
            ask = followed(home, ask, self.follower, opened)
        schema = given(home.schema(ask), Mapping, opened, "schema")
        if not schema:
            raise HomeError("the source has no columns", hint=_COLUMNLESS)
        refuse_patterns(schema)
        return ask, schema, guessed(home, ask)

    def load(self) -> Load:
        """What the store is told before the first batch."""
        last = self._trip.ledger.last_complete()
        return Load(
            ref=self._trip.ref,
            mode=self._mode,
            schema=self.shape.schema,
            keys=self.shape.final(self._keys),
            epoch=self._trip.ledger.epoch,
            keeps=self._keeps(),
            recalled=last.metadata.get("extra", {}) if last else {},
        )

    @property
    def _keys(self) -> tuple[str, ...]:
        """The store's keys, in source names."""
        return self._trip.world.keys(self._trip.task.store)

    def _keeps(self) -> Literal["nothing", "keys", "rows"]:
        deletes = self._trip.task.deletes
        if deletes is None or deletes.detect != "keys":
            return "nothing"
        return "rows" if deletes.apply == "soft" else "keys"

    @property
    def finds_vanished(self) -> bool:
        """Whether this load also tells which rows are in the source no more."""
        return self._mode == "append" and self._keeps() != "nothing"

    def keys(self) -> Generator[pl.DataFrame, None, None]:
        """The keys of every row that the source has now, as they are at the destination.

        Only their columns are asked for, unless polish makes a key of others.
        """
        keys = self._keys
        raw = self.shape.of_keys(keys)
        ask = evolve(self.ask, columns=tuple(raw), range=None, settled=raw)
        for found in self._read(ask):
            self._trip.cancel.check()
            yield self.shape.keyed(found, raw, keys)

    def _rows(self, whole: Collection[str]) -> Iterable[pl.DataFrame]:
        home = self.visit.home
        if whole and isinstance(home, GivesFiles):
            return home.read_without(self.ask, whole)
        return self._read(self.ask)

    def _read(self, ask: Ask) -> Iterable[pl.DataFrame]:
        return given(self.visit.home.read(ask), Iterable, self._trip.task.home, "read")

    def batches(self, whole: Collection[str] = ()) -> Generator[pl.DataFrame, None, None]:
        """The rows as the store takes them: ties dropped, polished, of the load's exact schema.

        ``whole`` names files that were handed over whole.
        """
        left = self.ask.limit
        for found in self._rows(whole):
            self._trip.cancel.check()
            batch = self.shape.fitting(found)
            if self.tracker is not None:
                batch = self.tracker.take(batch)
            if left is not None:
                batch = batch.head(left)
                left -= batch.height
            if batch.height:
                yield self.shape.finished(batch)
            if left == 0:
                return

    def notes(self) -> tuple[str, ...]:
        """What the user should know about the rows of this load."""
        tracked = self.tracker.notes() if self.tracker else ()
        return (*self.shape.notes(), *tracked)
