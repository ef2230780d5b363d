"""Where an entity's steps become durable: the journal under a lease, or the store itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

from attrs import evolve

from hygge_core.engine.given import each_given, given_or_none
from hygge_core.engine.threads.heartbeat import leased
from hygge_core.errors import ConfigError, FlowError
from hygge_core.protocols import KeepsLedger, Locks
from hygge_core.records import FlowEvent, RunRecord, RunState, Watermark, now
from hygge_core.states import OVER

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.protocols import Journal, Store
    from hygge_core.records import Lease, Opened, Owner
    from hygge_core.scene import Cancel
    from hygge_core.task import Task


class Ledger(Protocol):
    """What the flow needs to know and to record, whoever keeps it."""

    @property
    def epoch(self) -> int: ...

    @property
    def watermark(self) -> Watermark | None: ...

    def open_runs(self) -> Sequence[RunRecord]: ...

    def advance(
        self,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None: ...

    def record(self, event: FlowEvent) -> None: ...

    def last_complete(self) -> FlowEvent | None: ...


def advance(
    ledger: Ledger,
    run: RunRecord,
    *,
    event: FlowEvent | None = None,
    watermark: Watermark | None = None,
) -> RunRecord:
    """Record ``run``, settling a lost answer by looking; returns what is recorded.

    Raises ``JournalError`` only when the step is not recorded, or nobody can tell.
    """
    fresh = evolve(run, updated=now())
    try:
        ledger.advance(fresh, event=event, watermark=watermark)
    except FlowError as exc:
        if recorded_state(ledger, run) != settled(run.state):
            raise
        exc.add_note(f"the step {run.state!r} was recorded all the same")
    return fresh


def settled(state: RunState) -> RunState | None:
    """What ``recorded_state`` tells of a run in ``state``: finished runs are not open any more."""
    return None if state in OVER else state


def recorded_state(ledger: Ledger, run: RunRecord) -> RunState | None:
    """The state that the ledger has for this run now; ``None``: it is not an open run."""
    known = recorded(ledger, run)
    return known.state if known else None


def recorded(ledger: Ledger, run: RunRecord) -> RunRecord | None:
    """This run as the ledger has it now; ``None``: it is not an open run."""
    same = (known for known in ledger.open_runs() if known.ref.run_id == run.ref.run_id)
    return next(same, None)


@contextmanager
def ledger_of(
    task: Task,
    journal: Journal | None,
    store: Store,
    owner: Owner,
    cancel: Cancel,
    *,
    warn: Callable[[str], None],
) -> Iterator[Ledger]:
    """T0: shut others out of this entity, and give the ledger that its steps go to.

    Raises ``LeaseHeld`` when somebody else moves it, ``ConfigError`` when nobody could remember.
    """
    with store.lock(owner) if isinstance(store, Locks) else nullcontext():
        if journal is not None and task.journal is not None:
            with leased(task, journal, owner, cancel, warn) as lease:
                yield JournalLedger(journal, lease, task.journal)
        elif (own := own_ledger(store, task)) is not None:
            yield own
        else:
            raise ConfigError(
                f"{task.flow}: a store of type {task.store.type!r} needs a journal",
                hint='add [journal] type = "sqlite" (pip install hygge-journal-sqlite)',
            )


def own_ledger(store: Store, whose: Entity | Task) -> StoreLedger | None:
    """What the store itself keeps of an entity's runs; ``None`` where it keeps nothing."""
    return StoreLedger(store, whose) if isinstance(store, KeepsLedger) else None


class JournalLedger:
    """The journal is the decision record; the lease's epoch guards every step."""

    def __init__(self, journal: Journal, lease: Lease, opened: Opened) -> None:
        self.journal = journal
        self._lease = lease
        self._opened = opened
        self._key = (lease.flow, lease.entity)

    @property
    def epoch(self) -> int:
        return self._lease.epoch

    @property
    def watermark(self) -> Watermark | None:
        found = self.journal.get_watermark(*self._key)
        return given_or_none(found, Watermark, self._opened, "get_watermark")

    def open_runs(self) -> Sequence[RunRecord]:
        found = self.journal.open_runs(*self._key)
        return each_given(found, RunRecord, self._opened, "open_runs")

    def advance(
        self,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        self.journal.advance(self._lease, run, event=event, watermark=watermark)

    def record(self, event: FlowEvent) -> None:
        self.journal.record_event(event)

    def last_complete(self) -> FlowEvent | None:
        found = self.journal.get_last_run(*self._key, event_type="complete")
        return given_or_none(found, FlowEvent, self._opened, "get_last_run")


class StoreLedger:
    """Without a journal the staging area is the decision record: same order, same recovery.

    Nothing is remembered once a run is over: no events, no watermark.
    """

    epoch = 0
    watermark = None

    def __init__(self, store: KeepsLedger, whose: Entity | Task) -> None:
        self._store = store
        self._whose = whose

    def open_runs(self) -> Sequence[RunRecord]:
        found = self._store.open_runs(self._whose.flow, self._whose.entity)
        return each_given(found, RunRecord, self._whose.store, "open_runs")

    def advance(
        self,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,  # there is nowhere to keep it
        watermark: Watermark | None = None,
    ) -> None:
        self._store.advance(run)

    def record(self, event: FlowEvent) -> None:
        """Nowhere to keep it: the run's own output says it."""

    def last_complete(self) -> FlowEvent | None:
        return None
