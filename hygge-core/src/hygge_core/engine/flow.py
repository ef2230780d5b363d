"""The story of one entity: recover, intend, read and stage, seal, decide, commit, record, tidy.

:func:`move` is what a coordinator calls, or an executor on another machine: a plain JSON task in,
a plain JSON result out. Before the decision a failure leaves nothing behind; after it nothing is
lost.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core.engine import journal_copy
from hygge_core.engine.extraction import Extracted, extract
from hygge_core.engine.failing import ENDS, ended, fallen, journalled
from hygge_core.engine.ledger import advance, recorded
from hygge_core.engine.modes import mode_of, publishes_nothing
from hygge_core.engine.publishing import finish, manifest_of, verdict
from hygge_core.engine.recovery import recover
from hygge_core.engine.trip import there_and_back
from hygge_core.errors import HyggeError
from hygge_core.events import EntityFinished, EntityStarted
from hygge_core.failures import said
from hygge_core.jsons import to_plain
from hygge_core.records import Receipt, RunRecord, Watermark
from hygge_core.secrets import scrub

if TYPE_CHECKING:
    from hygge_core.engine.trip import Sleep, Trip
    from hygge_core.engine.world import World
    from hygge_core.records import Mode
    from hygge_core.task import Result, Task


def move(task: Task, world: World, sleep: Sleep | None = None) -> Result:
    """Move one entity; every failure becomes a result, told as it is.

    ``sleep`` is how it sleeps for a store that only waits, its slot given away meanwhile.
    """
    began = time.monotonic()
    try:
        result, warnings = there_and_back(task, world, tell, sleep=sleep)
        result = evolve(result, warnings=warnings)
    except ENDS as exc:  # one entity's failure never stops another
        result = fallen(task, exc, world.plugins)
    result = evolve(
        result,
        destination=world.address("store", task.store),
        seconds=round(time.monotonic() - began, 3),
    )
    world.emit(
        EntityFinished(
            run_id=task.coordinator_run_id,
            flow=task.flow,
            entity=task.entity,
            result=to_plain(result),
        )
    )
    return result


def tell(trip: Trip) -> Result:
    """The main loop of hygge, aloud."""
    recovered, mode = _first(trip)
    run = _intend(trip)
    try:
        loaded = extract(trip, mode)
        if publishes_nothing(trip, mode, loaded.rows_read):
            return _skip(trip, run, recovered, _further(trip, run, mode, loaded))
        run = _decide(trip, run, mode, loaded)
        receipt, leftovers = finish(trip, trip.store, run)
    except ENDS as exc:
        _undo(trip, run, exc)
        raise
    journal_copy.publish(trip)
    return evolve(_complete(trip, run, receipt), recovered=recovered, leftovers=leftovers)


def _first(trip: Trip) -> tuple[tuple[str, ...], Mode]:
    """Nothing new starts before everything old is settled."""
    task = trip.task
    trip.voice.say(
        EntityStarted,
        run_type=task.run_type,
        source=trip.world.address("home", task.home),
        destination=trip.world.address("store", task.store),
    )
    try:
        recovered = recover(trip)
        mode = mode_of(trip)
    except ENDS as exc:
        with suppress(HyggeError):  # a journal that is broken is what ``exc`` tells of
            trip.ledger.record(trip.voice.event("fail", metadata=journalled(exc)))
        raise
    journal_copy.publish(trip)
    return recovered, mode


def _intend(trip: Trip) -> RunRecord:
    """T1: what is about to happen, where, and from which watermark."""
    task = trip.task
    run = RunRecord(
        ref=trip.ref,
        state="open",
        run_type=task.run_type,
        epoch=trip.ledger.epoch,
        destination=trip.world.address("store", task.store),
        store=task.store,
        coordinator_run_id=task.coordinator_run_id,
        watermark_before=trip.ledger.watermark,
    )
    return advance(
        trip.ledger, run, event=trip.voice.event("start", metadata={"run_type": task.run_type})
    )


def _decide(trip: Trip, run: RunRecord, mode: Mode, loaded: Extracted) -> RunRecord:
    """T4: the manifest becomes durable. Up to here all can be undone, from here on nothing."""
    trip.cancel.check()
    manifest = evolve(
        loaded.manifest,
        destination=scrub(loaded.manifest.destination),
        watermark=_watermark_after(trip, run, mode, loaded),
    )
    return advance(trip.ledger, evolve(run, state="decided", manifest=manifest))


def _watermark_after(trip: Trip, run: RunRecord, mode: Mode, loaded: Extracted) -> Watermark | None:
    """How far the destination will be; an old watermark never outlives a replaced content.

    A limited run, or one without a watermark setting, leaves a watermark without a mark: the next
    incremental run then asks for a full one instead of adding rows to content it does not know.
    """
    before, place = run.watermark_before, trip.world.place("store", trip.task.store)
    if trip.task.limit is None and loaded.watermark is not None:
        return evolve(loaded.watermark, destination=place)
    if mode == "full_drop" and before is not None:
        return evolve(before, mark=None, ties=None, nulls=0, destination=place)
    return None


def _undo(trip: Trip, run: RunRecord, exc: BaseException) -> None:
    """Journal why; before the decision, remove what was staged. Never hides ``exc``."""
    event = trip.voice.event("fail", metadata=journalled(exc))
    try:
        known = recorded(trip.ledger, run)
        if known is None:
            exc.add_note("another process has taken this run over and settled it")
            if run.state == "open":  # it undid what was staged by then; this is the rest
                trip.store.rollback(run.ref)
        elif known.state == "open":
            trip.store.rollback(run.ref)
            advance(trip.ledger, evolve(known, state="rolled_back", note=said(exc)), event=event)
        else:
            advance(trip.ledger, known, event=event)
            exc.add_note("the decision stands: the next start finishes it")
    except ENDS as also:
        exc.add_note(f"the next start settles what this left: {also}")


def _further(trip: Trip, run: RunRecord, mode: Mode, loaded: Extracted) -> Watermark | None:
    """How far the source is read though it had nothing new; ``None``: no further than before.

    A home that keeps its changes for some days would else forget them before anybody asked. A run
    with ``--limit``, which may have left rows unread, is a full_drop and has no say here.
    """
    before, after = run.watermark_before, loaded.watermark
    if mode != "append" or after is None or after.mark is None:
        return None
    if before is not None and before.mark == after.mark:
        return None
    return evolve(after, destination=trip.world.place("store", trip.task.store))


def _skip(
    trip: Trip, run: RunRecord, recovered: tuple[str, ...], further: Watermark | None
) -> Result:
    """Nothing to publish: the staging goes and the destination stays."""
    trip.store.rollback(run.ref)
    event = trip.voice.event(
        "skip",
        row_count=0,
        watermark=further,
        metadata={"warnings": list(trip.voice.warnings)},
    )
    over = evolve(run, state="rolled_back", note="nothing to move")
    advance(trip.ledger, over, event=event, watermark=further)
    return evolve(
        ended(trip.task, "skip"),
        recovered=recovered,
        watermark=further,
    )


def _complete(trip: Trip, run: RunRecord, receipt: Receipt) -> Result:
    manifest = manifest_of(run)
    return evolve(
        ended(trip.task, "complete"),
        rows_read=manifest.rows,
        rows_written=receipt.rows,
        bytes_written=receipt.bytes,
        parts=receipt.parts,
        lane=manifest.lane,
        why_rows=manifest.why_rows,
        verified=verdict(manifest, receipt),
        watermark=manifest.watermark,
    )
