"""What a crash left: before the decision it is undone, after it it is finished. No third case."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core.engine.failing import ENDS
from hygge_core.engine.ledger import advance, own_ledger, recorded_state
from hygge_core.engine.publishing import finish, manifest_of, tidy
from hygge_core.errors import Blocked, ConfigError, FlowError, PluginError
from hygge_core.events import Recovered
from hygge_core.failures import said

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.trip import Trip
    from hygge_core.protocols import Journal, Store
    from hygge_core.records import RunRecord

#: After this many starts that could not finish a decided run, its entity waits for an operator.
BLOCKED_AFTER = 3


def recover(trip: Trip) -> tuple[str, ...]:
    """Finish or undo every open run of this entity; returns their ids.

    Raises ``Blocked`` for a run that waits for an operator, and what finishing raised.
    """
    settled = []
    for each in by_ledger(trip):
        for run in each.ledger.open_runs():
            each.voice.step("recover", run.ref.run_id)
            with _store_of(each, run) as store:
                _recover_one(each, store, run)
            settled.append(run.ref.run_id)
    return tuple(settled)


def by_ledger(trip: Trip) -> Iterator[Trip]:
    """``trip``, and with a journal once more over the store's own ledger: a run that is not over
    may be from before there was a journal."""
    yield trip
    own = own_ledger(trip.store, trip.task)
    if trip.task.journal is not None and own is not None:
        yield evolve(trip, ledger=own)


def is_left_open(entity: Entity, journal: Journal | None, store: Store) -> bool:
    """Whether ``by_ledger`` would find an open run: looked at without a lease."""
    if journal is not None and journal.open_runs(entity.flow, entity.entity):
        return True
    own = own_ledger(store, entity)
    return own is not None and bool(own.open_runs())


def _recover_one(trip: Trip, store: Store, run: RunRecord) -> None:
    if run.state == "blocked":
        raise Blocked(
            f"the run {run.ref.run_id} was decided but could not be finished: {run.note}",
            hint=f"hygge recover --forward {run.ref.run_id}, or --undo {run.ref.run_id}",
        )
    if run.state == "open":
        back(trip, store, run, "a crash before the decision")
    elif run.state == "decided":
        _forward_or_block(trip, store, run)
    else:
        tidy(trip, store, run)


def _forward_or_block(trip: Trip, store: Store, run: RunRecord) -> None:
    run = advance(trip.ledger, evolve(run, attempts=run.attempts + 1))
    try:
        forward(trip, store, run)
    except ENDS as exc:
        passing = isinstance(exc, FlowError) and exc.transient
        undone = recorded_state(trip.ledger, run) == "decided"
        if undone and not passing and run.attempts >= BLOCKED_AFTER:
            advance(trip.ledger, evolve(run, state="blocked", note=said(exc)))
        exc.add_note(f"while finishing the decided run {run.ref.run_id}")
        raise


def forward(trip: Trip, store: Store, run: RunRecord) -> None:
    """Finish a decided run from its manifest alone."""
    receipt, _ = finish(trip, store, run)
    trip.voice.say(
        Recovered, recovered_run_id=run.ref.run_id, direction="forward", rows=receipt.rows
    )


def back(trip: Trip, store: Store, run: RunRecord, reason: str) -> None:
    """Undo a run: what it staged goes, nothing else changes."""
    store.rollback(run.ref)
    event = trip.voice.event("fail", run, metadata={"error": f"rolled back: {reason}"})
    advance(trip.ledger, evolve(run, state="rolled_back", note=reason), event=event)
    trip.voice.say(Recovered, recovered_run_id=run.ref.run_id, direction="back")


def by_hand(trip: Trip, run: RunRecord, direction: str) -> None:
    """``hygge recover --forward RUN`` or ``--undo RUN``: the operator's word for a decided run.

    Forward takes the watermark that the journal has now for the one before. Raises ``StoreError``
    when the destination says that the direction is impossible.
    """
    with _store_of(trip, run) as store:
        if direction == "undo":
            back(trip, store, run, "an operator's undo")
        else:
            run = advance(
                trip.ledger,
                evolve(run, state="decided", watermark_before=trip.ledger.watermark),
            )
            forward(trip, store, run)


@contextmanager
def _store_of(trip: Trip, run: RunRecord) -> Iterator[Store]:
    """The store as the run's record names it, whatever today's configuration says."""
    task = trip.task
    if evolve(run.store, plugin="") == evolve(task.store, plugin=""):
        yield trip.store
        return
    with ExitStack() as opened:
        try:
            store = opened.enter_context(trip.world.store(run.store, **trip.told))
        except (PluginError, ConfigError) as exc:
            raise Blocked(
                f"the run {run.ref.run_id} cannot be finished: it needs {run.store.plugin}: {exc}",
                hint=exc.hint,
            ) from exc
        yield store


__all__ = [
    "BLOCKED_AFTER",
    "back",
    "by_hand",
    "by_ledger",
    "forward",
    "is_left_open",
    "manifest_of",
    "recover",
]
