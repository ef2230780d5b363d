"""T2 and T3: read the home, stage and seal; reader and writer overlap, failures start afresh.

Files that nothing changes on the way are handed over whole first
(:mod:`hygge_core.engine.rows.lane`).
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from typing import TYPE_CHECKING

import polars as pl
from attrs import evolve, frozen

from hygge_core.engine.given import given, sealed
from hygge_core.engine.rows.deleting import vanished
from hygge_core.engine.rows.lane import Way, hand_over, way_of
from hygge_core.engine.rows.reading import Reading
from hygge_core.engine.threads import crew
from hygge_core.engine.threads.pipe import Pipe
from hygge_core.errors import SchemaChanged, StoreError
from hygge_core.protocols import StagesAside, Staging
from hygge_core.records import Manifest, Mode, Watermark
from hygge_core.scene import Cancel

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip, Visit

#: About what a store makes a file of: so the next one is read while one is encoded.
PIPE_BYTES = 128 << 20
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
            grown = reading.shape.grown(change)
            if grown == settled:  # the home was asked for it and did not heed: it never will
                raise
            settled = grown


def _stage(trip: Trip, reading: Reading) -> Extracted:
    load = reading.load()
    way = way_of(trip, reading, load)
    trip.voice.step("read", str(way))
    staging = given(trip.store.begin(load), Staging, trip.task.store, "begin")
    rows = hand_over(trip, reading, staging, way)
    if way.why_rows:
        rows = _write(trip, reading, staging, way, rows)
    trip.voice.step("seal")
    manifest = sealed(staging.seal(), trip.task.store)
    if manifest.rows != rows:
        raise StoreError(f"{rows:,} rows were read but {manifest.rows:,} are staged")
    watermark = reading.watermark()
    for note in reading.notes():
        trip.voice.warn(note)
    if rows == trip.task.limit:
        trip.voice.warn(f"read no more than the {rows:,} rows of --limit; there may be others")
    manifest = evolve(manifest, lane=way.lane, why_rows=way.why_rows)
    return Extracted(manifest=manifest, rows_read=rows, watermark=watermark)


def _write(trip: Trip, reading: Reading, staging: Staging, way: Way, rows: int) -> int:
    """Stage what has to be read, after ``rows`` that were handed over; returns how many are now."""
    size = 0
    with closing(_everything(trip, reading, staging, way)) as batches:
        for batch in batches:
            staging.write(batch)
            rows += batch.height
            size += int(batch.estimated_size())
            trip.voice.progress(rows, size, reading.expected)
    return rows


def _everything(
    trip: Trip, reading: Reading, staging: Staging, way: Way
) -> Generator[pl.DataFrame, None, None]:
    """The rows that are read; and behind them, where that is asked for, those that vanished."""
    visit = reading.visit
    with closing(_overlapped(trip, visit, staging, reading.batches(way.given))) as batches:
        yield from batches
    if reading.finds_vanished:
        assert trip.task.deletes is not None  # it was asked for there
        trip.voice.step("compare keys")
        visit.stop.renew()
        listed = _overlapped(trip, visit, staging, reading.keys())
        yield from vanished(trip.store, trip.task.store, way.load, trip.task.deletes, listed)


def _overlapped(
    trip: Trip, visit: Visit, staging: Staging, source: Generator[pl.DataFrame, None, None]
) -> Generator[pl.DataFrame, None, None]:
    """What ``source`` gives, read in another thread while the caller writes.

    Whichever half fails first stops the other: the reader by ``stop``, the writer by the pipe. What
    fails beside the writer wakes it by the pipe too, while it waits for a batch.
    """
    stop = Cancel(visit.stop)
    pipe = Pipe(stop, max_bytes=PIPE_BYTES, deadline=visit.deadline)
    if isinstance(staging, StagesAside):
        staging.watch(pipe.end)

    def read() -> None:
        failure: BaseException | None = None
        try:
            with closing(source) as batches:
                for batch in batches:
                    pipe.put(batch)
        except BaseException as exc:  # noqa: BLE001  # carried over to the writer, not swallowed
            failure = exc
        pipe.end(failure)

    through = crew.sent(read, f"read {trip.task.entity}")
    try:
        yield from pipe
    finally:
        visit.stop.request("the writer is through")
        idle = through.wait(_READER_GRACE_SECONDS)
        stop.close(visit.stop)
        if not idle:
            trip.voice.warn("the home is still busy with a read that nobody waits for any more")
