"""A journal: what happened, and how far each entity got."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from hygge_core.records import (
        EventType,
        FlowEvent,
        Lease,
        Owner,
        RunRecord,
        RunState,
        Watermark,
    )


@runtime_checkable
class Journal(Protocol):
    """What happened, and how far each entity got. Every verb is one durable transaction.

    A journal is shared by the entities of a flow, by threads, and by processes.
    """

    # events and watermarks, the verbs of the first design
    def record_event(self, event: FlowEvent) -> None:
        """Append one event. Costs the same after a hundred thousand of them."""
        ...

    def get_last_run(
        self, flow_name: str, entity: str | None = None, *, event_type: EventType | None = None
    ) -> FlowEvent | None:
        """The newest ``complete``, ``fail`` or ``skip`` event; only of ``event_type`` if given."""
        ...

    def get_watermark(self, flow_name: str, entity: str) -> Watermark | None:
        """How far this entity got, exactly as it was recorded."""
        ...

    def update_watermark(
        self, flow_name: str, entity: str, watermark: Watermark | None, *, event: FlowEvent
    ) -> None:
        """Set (``None``: forget) a watermark by hand; ``event`` journals the edit with it."""
        ...

    def flush(self) -> None:
        """Make everything recorded durable, where that is not so after each verb."""
        ...

    # the ledger: leases and the states of runs
    def acquire(self, flow: str, entity: str, owner: Owner) -> Lease:
        """Take the lease with the next epoch. Raises ``LeaseHeld`` naming the owner.

        A lease whose owner is provably dead, or that has expired, is taken over.
        """
        ...

    def renew(self, lease: Lease) -> Lease:
        """Extend the lease (called at each third of what is left of its life).

        Raises ``JournalError``, ``transient`` only where nobody else can have the lease before it
        expires: then it is tried again until then, and the entity moves on meanwhile. Any other
        error says that the lease is lost, and stops the entity at once.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back. Quietly does nothing when it was lost.

        What it raises is told and fails nothing: the lease then ends as that of a dead owner does.
        """
        ...

    def advance(
        self,
        lease: Lease,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        """Record the run's new state, and with it an event and a watermark, in one transaction.

        Every step of the commit protocol that is durable in the journal is one call of this; only
        ``done`` may become so with the next step, since a run that is not done is cleaned up again.
        Raises ``JournalError`` and records nothing when ``lease.epoch`` is not the current one,
        when the state cannot follow the recorded one (``open`` → ``decided`` → ``committed`` →
        ``done``; ``open`` → ``rolled_back``; ``decided`` ↔ ``blocked``; an operator's undo takes
        ``decided`` or ``blocked`` → ``rolled_back``; the same state again is fine), or when
        ``watermark`` is given and the current one is not ``run.watermark_before``.
        ``committed`` also raises the mirror counter of a journal that has one.
        """
        ...

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        """Runs that are not ``done`` and not ``rolled_back``, oldest first."""
        ...

    # looking back
    def runs(
        self,
        *,
        flow: str | None = None,
        run_id: str | None = None,
        state: RunState | None = None,
        limit: int = 100,
    ) -> Sequence[RunRecord]:
        """Recorded runs, newest first. ``run_id`` matches the entity's run or the coordinator's."""
        ...

    def events(
        self,
        *,
        flow: str | None = None,
        entity: str | None = None,
        run_id: str | None = None,
        limit: int = 100,
    ) -> Sequence[FlowEvent]:
        """Recorded events, newest first. ``run_id`` as in ``runs``."""
        ...

    def watermarks(self, flow: str | None = None) -> Sequence[tuple[str, str, Watermark]]:
        """All current watermarks as (flow, entity, watermark)."""
        ...

    def prune(self, keep: timedelta) -> int:
        """Forget finished runs and events older than ``keep``; returns how many rows went.

        Never forgets an unfinished run, a watermark, an entity's last finished run, the events of
        a run that stays, or what ``get_last_run`` answers: from an entity's last ``complete`` the
        next run knows the schema, however many skips came after it.
        """
        ...


@runtime_checkable
class Mirrors(Protocol):
    """A journal that counts commits for a mirrored copy of itself: counters, never a boolean."""

    def counters(self) -> tuple[int, int]:
        """(committed, published). Dirty is ``committed > published``."""
        ...

    def published(self, version: int) -> None:
        """``published = max(published, version)``."""
        ...
