"""What one attempt asks of the home, and what its rows become on their way to the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import polars as pl
from attrs import evolve

from hygge_core import drift
from hygge_core.engine.given import given, given_or_none
from hygge_core.engine.modes import has_content, known_schema
from hygge_core.engine.rows.following import demand_marker, followed
from hygge_core.engine.rows.marking import Marking, with_marker
from hygge_core.engine.rows.names import refuse_patterns
from hygge_core.engine.threads.patience import patiently
from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.markers import ROW_MARKER
from hygge_core.polish import Polish
from hygge_core.protocols import Bounds, Estimates, GivesFiles, KnowsContent, KnowsSchema
from hygge_core.records import Ask, Load, Mark, Mode, Watermark
from hygge_core.types import parse_schema
from hygge_core.watermark import Follower, Tracker

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip, Visit
    from hygge_core.hookspecs import Kind

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
        self._polish = Polish.of(task.polish, entity=task.entity)
        ask = Ask(entity=task.entity, limit=task.limit, drift=task.drift, settled=settled)
        ask, everything, self.expected = self.asked(partial(self._first_asked, ask))
        if self.tracker is not None:
            self.tracker.check(everything)
        needed = self._needed(tuple(everything))
        self.raw = everything
        if needed is not None:
            self.raw = pl.Schema({c: t for c, t in everything.items() if c in needed})
        self._unneeded = tuple(column for column in everything if column not in self.raw)
        self.ask = evolve(ask, columns=needed, settled=self.raw)
        polished = self._polish.schema(self.raw)
        refuse_patterns(polished)
        if self.follower is not None:
            demand_marker(polished)
        applied = "markers" in self._kind.capabilities
        whole = self.follower is not None and self.follower.whole
        self._marking = Marking(task.deletes, mode, applied=applied, whole=whole)
        incoming = self._marking.rows(polished)
        there, self._emptied = destination_of(trip) if mode == "append" else (None, ())
        self._settled = drift.settle(there, incoming, task.drift)

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
        return ask, schema, home.estimated_rows(ask) if isinstance(home, Estimates) else None

    def _needed(self, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        needed = self._polish.needed(columns)
        setting = self._trip.task.watermark
        if needed is None or setting is None:
            return needed
        wanted = {*needed, setting.column, *setting.primary_key, ROW_MARKER}
        return tuple(column for column in columns if column in wanted)

    def load(self) -> Load:
        """What the store is told before the first batch."""
        last = self._trip.ledger.last_complete()
        return Load(
            ref=self._trip.ref,
            mode=self._mode,
            schema=self._marking.load(self._settled.schema),
            keys=self._polish.final(self._keys),
            epoch=self._trip.ledger.epoch,
            keeps=self._keeps(),
            recalled=last.metadata.get("extra", {}) if last else {},
        )

    @property
    def _kind(self) -> Kind:
        return self._trip.world.plugins.kind("store", self._trip.task.store.type).kind

    @property
    def _keys(self) -> tuple[str, ...]:
        """The store's keys, in source names."""
        opened = self._trip.task.store
        keys = self._kind.keys(self._trip.world.config_of("store", opened))
        return tuple(given(keys, Collection, opened, "keys"))

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
        final = self._polish.final(self._keys)
        plain = all(key in self.raw for key in self._keys)
        asked = self._keys if plain else tuple(self.raw)
        raw = pl.Schema({name: self.raw[name] for name in asked})
        ask = evolve(self.ask, columns=asked, range=None, settled=raw)
        others = [name for name in (*self.raw, *self._unneeded) if name not in raw]
        for found in self._read(ask):
            self._trip.cancel.check()
            batch = self._fitting(found, raw, others)
            absent = {n: pl.lit(None, dtype=t) for n, t in self.raw.items() if n not in raw}
            whole = batch.with_columns(**absent).select(self.raw.names())
            yield self._polish.apply(whole).select(final)

    @property
    def keeps_rows(self) -> bool:
        """Whether every row comes out as it went in, with all of its columns."""
        return self._polish.changes_nothing and self.ask.columns is None

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
            batch = self._fitting(found, self.raw, self._unneeded)
            if self.tracker is not None:
                batch = self.tracker.take(batch)
            if left is not None:
                batch = batch.head(left)
                left -= batch.height
            if batch.height:
                yield self._finished(batch)
            if left == 0:
                return

    def _fitting(self, batch: Any, raw: pl.Schema, others: Collection[str]) -> pl.DataFrame:
        """A batch of the home in the columns and types that it told."""
        quoted = self.visit.quoted
        return drift.conform(as_frame(batch), raw, self.ask.drift, ignored=others, quoted=quoted)

    def _finished(self, batch: pl.DataFrame) -> pl.DataFrame:
        rows, marker = self._marking.split(self._polish.apply(batch))
        try:
            conformed = drift.conform(
                rows,
                self._settled.schema,
                self.ask.drift,
                ignored=self._settled.ignored,
                filled=self._settled.filled,
            )
        except SchemaChanged as exc:  # reading again cannot help: the destination's type is fixed
            raise HomeError(str(exc), hint=exc.hint) from exc
        return with_marker(conformed, marker)

    def grown(self, change: SchemaChanged) -> pl.Schema:
        """A schema for another attempt that fits what was seen; raises ``change`` if none may."""
        seen: dict[str, Any] = {**self.raw, **change.seen}
        incoming = pl.Schema({column: dtype for column, dtype in seen.items() if dtype is not None})
        try:
            wider = drift.settle(self.raw, incoming, self._trip.task.drift).schema
        except SchemaChanged as refused:
            change.hint = change.hint or refused.hint
            raise change from None
        if wider == self.raw:
            raise change
        self._trip.voice.warn(f"the schema changed while reading; reading again: {change}")
        return wider

    def notes(self) -> tuple[str, ...]:
        """What the user should know about the rows of this load."""
        tracked = self.tracker.notes() if self.tracker else ()
        return (*self._emptied, *self._settled.notes, *self._polish.warnings, *tracked)


def destination_of(trip: Trip) -> tuple[pl.Schema | None, tuple[str, ...]]:
    """The schema of what rows are added to, and a note where what was moved there is gone."""
    store, last = trip.store, trip.ledger.last_complete()
    if (known := known_schema(trip)) is not None:
        return known, ()
    pairs = last.metadata.get("schema") if last else None
    known = parse_schema([p for p in pairs if p[0] != ROW_MARKER]) if pairs else None
    empty = isinstance(store, KnowsSchema) or (
        isinstance(store, KnowsContent) and not has_content(trip)
    )
    if not (empty and last and last.row_count):
        return known, ()
    return known, (
        "the destination is empty, though rows were moved there: an incremental run adds only "
        f"what is newer; hygge run --full-drop -s {trip.task.name} moves everything again",
    )


def as_frame(batch: Any) -> pl.DataFrame:
    """A home's batch as a frame: the one place where foreign Arrow enters."""
    return batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)
