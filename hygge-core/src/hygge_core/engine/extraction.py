"""T2 and T3: read the home, stage and seal; reader and writer overlap, failures start afresh."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve, frozen

from hygge_core import drift
from hygge_core.engine.pipe import Pipe
from hygge_core.errors import HomeError, SchemaChanged, StoreError
from hygge_core.polish import Polish
from hygge_core.protocols import Bounds, Estimates, KnowsSchema
from hygge_core.records import Ask, Load, Manifest, Mode, Watermark
from hygge_core.scene import Cancel
from hygge_core.types import parse_schema
from hygge_core.watermark import Tracker

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip, Visit

PIPE_BYTES = 64 << 20
_READER_GRACE_SECONDS = 10.0


@frozen(kw_only=True)
class Extracted:
    """A sealed load, the rows that were handed to the store, and how far the source was read."""

    manifest: Manifest
    rows_read: int
    watermark: Watermark | None


def extract(trip: Trip, mode: Mode) -> Extracted:
    """Stage and seal the whole ask, each attempt with a fresh home and from an empty staging area.

    Raises what the home or the store raised, when it is not transient or the attempts are used up.
    """
    timeout = trip.task.timeout_seconds
    deadline = None if timeout is None else time.monotonic() + timeout
    for attempt in trip.attempts():
        trip.cancel.check()
        with attempt, trip.visit(deadline) as visit:
            return _with_one_schema(trip, visit, mode)
    raise AssertionError("the attempts end by returning or raising")


def _with_one_schema(trip: Trip, visit: Visit, mode: Mode) -> Extracted:
    """A load has one schema: when later rows widen it, and the policy allows, start again."""
    settled: pl.Schema | None = None
    while True:
        visit.stop.renew()
        reading = Reading(trip, visit, mode, settled)
        try:
            return _stage(trip, reading)
        except SchemaChanged as change:
            grown = reading.grown(change)
            if grown == settled:  # the home was asked for it and did not heed: it never will
                raise
            settled = grown


def _stage(trip: Trip, reading: Reading) -> Extracted:
    trip.voice.step("read")
    staging = trip.store.begin(reading.load())
    rows = 0
    size = 0
    with closing(_overlapped(trip, reading)) as batches:
        for batch in batches:
            staging.write(batch)
            rows += batch.height
            size += int(batch.estimated_size())
            trip.voice.progress(rows, size, reading.expected)
    trip.voice.step("seal")
    manifest = staging.seal()
    if manifest.rows != rows:
        raise StoreError(f"{rows:,} rows were read but {manifest.rows:,} are staged")
    watermark = reading.tracker.after() if reading.tracker else None
    for note in reading.notes():
        trip.voice.warn(note)
    return Extracted(manifest=manifest, rows_read=rows, watermark=watermark)


def _overlapped(trip: Trip, reading: Reading) -> Generator[pl.DataFrame, None, None]:
    """The batches, read in a thread of their own while the caller writes.

    Whichever half fails first stops the other: the reader by ``stop``, the writer by the pipe.
    """
    visit = reading.visit
    stop = Cancel(visit.stop)
    pipe = Pipe(stop, max_bytes=PIPE_BYTES, deadline=visit.deadline)

    def read() -> None:
        failure: BaseException | None = None
        try:
            with closing(reading.batches()) as batches:
                for batch in batches:
                    pipe.put(batch)
        except BaseException as exc:  # noqa: BLE001  # carried over to the writer, not swallowed
            failure = exc
        pipe.end(failure)

    reader = threading.Thread(target=read, name=f"read {trip.task.entity}", daemon=True)
    reader.start()
    try:
        yield from pipe
    finally:
        visit.stop.request("the writer is through")
        reader.join(_READER_GRACE_SECONDS)
        stop.close(visit.stop)
        if reader.is_alive():
            trip.voice.warn("the home is still busy with a read that nobody waits for any more")


class Reading:
    """What one attempt asks of the home, and what its rows become on their way to the store."""

    def __init__(self, trip: Trip, visit: Visit, mode: Mode, settled: pl.Schema | None) -> None:
        task = trip.task
        home = visit.home
        self.visit = visit
        self._trip = trip
        self._mode = mode
        self.tracker = self._make_tracker()
        self._polish = Polish.of(task.polish, entity=task.entity)
        ask = Ask(entity=task.entity, limit=task.limit, drift=task.drift, settled=settled)
        if self.tracker is not None:
            upper = home.upper(self._bounded(ask)) if isinstance(home, Bounds) else None
            ask = evolve(ask, range=self.tracker.range(upper))
        everything = home.schema(ask)
        if self.tracker is not None:
            self.tracker.check(everything)
        needed = self._needed(tuple(everything))
        self.raw = pl.Schema({c: t for c, t in everything.items() if needed is None or c in needed})
        self._unneeded = tuple(column for column in everything if column not in self.raw)
        self.ask = evolve(ask, columns=needed, settled=self.raw)
        self._settled = drift.settle(
            known_schema(trip, mode), self._polish.schema(self.raw), task.drift
        )
        self.expected = self._expected()

    def _make_tracker(self) -> Tracker | None:
        setting = self._trip.task.watermark
        if setting is None:
            return None
        before = self._trip.ledger.watermark if self._mode == "append" else None
        return Tracker(setting, before)

    def _bounded(self, ask: Ask) -> Ask:
        assert self.tracker is not None
        return evolve(ask, range=self.tracker.range(None))

    def _needed(self, columns: tuple[str, ...]) -> tuple[str, ...] | None:
        needed = self._polish.needed(columns)
        setting = self._trip.task.watermark
        if needed is None or setting is None:
            return needed
        wanted = {*needed, setting.column, *setting.primary_key}
        return tuple(column for column in columns if column in wanted)

    def _expected(self) -> int | None:
        home = self.visit.home
        return home.estimated_rows(self.ask) if isinstance(home, Estimates) else None

    def load(self) -> Load:
        """What the store is told before the first batch."""
        kind = self._trip.world.plugins.kind("store", self._trip.task.store.type).kind
        keys = kind.keys(self._trip.world.config_of("store", self._trip.task.store))
        return Load(
            ref=self._trip.ref,
            mode=self._mode,
            schema=self._settled.schema,
            keys=self._polish.final(keys),
            epoch=self._trip.ledger.epoch,
        )

    def batches(self) -> Generator[pl.DataFrame, None, None]:
        """The rows as the store takes them: ties dropped, polished, of the load's exact schema."""
        left = self.ask.limit
        for given in self.visit.home.read(self.ask):
            self._trip.cancel.check()
            batch = drift.conform(as_frame(given), self.raw, self.ask.drift, ignored=self._unneeded)
            if self.tracker is not None:
                batch = self.tracker.take(batch)
            if left is not None:
                batch = batch.head(left)
                left -= batch.height
            if batch.height:
                yield self._finished(batch)
            if left == 0:
                return

    def _finished(self, batch: pl.DataFrame) -> pl.DataFrame:
        polished = self._polish.apply(batch)
        try:
            return drift.conform(
                polished,
                self._settled.schema,
                self.ask.drift,
                ignored=self._settled.ignored,
                filled=self._settled.filled,
            )
        except SchemaChanged as exc:  # reading again cannot help: the destination's type is fixed
            raise HomeError(str(exc), hint=exc.hint) from exc

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
        return (*self._settled.notes, *self._polish.warnings, *tracked)


def known_schema(trip: Trip, mode: Mode) -> pl.Schema | None:
    """The destination's schema, where rows are added to what is there already."""
    if mode != "append":
        return None
    if isinstance(trip.store, KnowsSchema):
        known = trip.store.known_schema()
        if known is not None:
            return known
    last = trip.ledger.last_complete()
    pairs = last.metadata.get("schema") if last else None
    return parse_schema(pairs) if pairs else None


def as_frame(batch: Any) -> pl.DataFrame:
    """A home's batch as a frame: the one place where foreign Arrow enters."""
    return batch if isinstance(batch, pl.DataFrame) else pl.DataFrame(batch)
