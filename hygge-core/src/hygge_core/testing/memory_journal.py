"""A journal in memory: the honest twin of the real ones, for tests that need one at hand.

It keeps every sentence of :class:`hygge_core.protocols.Journal` but one: its content ends with the
process. Journals of one ``table`` are one journal, as files of one path would be::

    journal = {"type": "memory", "table": "mine"}
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from attrs import evolve, frozen

from hygge_core.errors import LeaseHeld
from hygge_core.faults import around
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.leasing import demand_lease
from hygge_core.recalling import Recalls, Sought, forgettable
from hygge_core.records import FlowEvent, Lease, Owner, RunRecord, Watermark, now
from hygge_core.scene import Scene
from hygge_core.states import demand_step, demand_watermark
from hygge_core.testing.memory_book import Book, Held

_books: dict[str, Book] = {}


@frozen(kw_only=True)
class MemoryJournalConfig:
    """``journal = { type = "memory", table = ... }``; ``lease_seconds`` is a lease's life."""

    table: str
    lease_seconds: float = 60.0


def forget(table: str) -> None:
    """Remove the journal of this name, if there is one."""
    _books.pop(table, None)


def copy(table: str, other: str, *, destination: str) -> None:
    """The journal ``other`` remembers what ``table`` does, of a destination that is elsewhere."""
    book = _books[table]
    _books[other] = evolve(
        book,
        events=list(book.events),
        watermarks={
            key: evolve(watermark, destination=destination)
            for key, watermark in book.watermarks.items()
        },
        runs=dict(book.runs),
        leases={key: evolve(held) for key, held in book.leases.items()},
        turn=threading.RLock(),
    )


@contextmanager
def open_journal(config: MemoryJournalConfig, scene: Scene) -> Iterator[MemoryJournal]:
    """Open the journal of this name, a new one where there is none."""
    journal = MemoryJournal(
        _books.setdefault(config.table, Book()), timedelta(seconds=config.lease_seconds)
    )
    try:
        yield journal
    finally:
        journal.let_go()


class MemoryJournal(Recalls):
    """See :class:`hygge_core.protocols.Journal`; it is also a ``Mirrors``."""

    def __init__(self, book: Book, life: timedelta) -> None:
        self._book = book
        self._life = life

    @contextmanager
    def _verb(self, name: str, detail: object = "") -> Iterator[Book]:
        with around(f"memory_journal.{name}", detail), self._book.turn:
            yield self._book

    # events and watermarks

    def record_event(self, event: FlowEvent) -> None:
        with self._verb("record_event", event.event_type) as book:
            book.events.append(event)

    def update_watermark(
        self, flow_name: str, entity: str, watermark: Watermark | None, *, event: FlowEvent
    ) -> None:
        with self._verb("update_watermark", flow_name) as book:
            if watermark is None:
                book.watermarks.pop((flow_name, entity), None)
            else:
                book.watermarks[flow_name, entity] = watermark
            book.events.append(event)

    def flush(self) -> None:
        """Nothing waits."""

    # the ledger

    def acquire(self, flow: str, entity: str, owner: Owner) -> Lease:
        with self._verb("acquire", flow) as book:
            held = book.leases.setdefault((flow, entity), Held())
            if held.by is not None and held.owner is not None and held.expires > now():
                raise LeaseHeld(f"{flow}.{entity} is being moved", owner=str(held.owner))
            held.epoch += 1
            held.owner, held.expires, held.by = owner, now() + self._life, self
            return Lease(
                flow=flow, entity=entity, owner=owner, epoch=held.epoch, expires=held.expires
            )

    def renew(self, lease: Lease) -> Lease:
        with self._verb("renew", lease.flow):
            held = self._current(lease)
            held.expires = now() + self._life
            return evolve(lease, expires=held.expires)

    def release(self, lease: Lease) -> None:
        with self._verb("release", lease.flow) as book:
            held = book.leases.get((lease.flow, lease.entity))
            if held is not None and held.epoch == lease.epoch:
                held.owner, held.by = None, None

    def _current(self, lease: Lease) -> Held:
        return demand_lease(lease, self._book.leases.get((lease.flow, lease.entity)))

    def advance(
        self,
        lease: Lease,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        with self._verb("advance", run.state) as book:
            self._current(lease)
            before = book.runs.get(run.ref.run_id)
            again = demand_step(run, before.state if before else None)
            if watermark is not None:
                self._set_watermark(run, watermark, again=again)
            book.runs[run.ref.run_id] = run
            book.events += [event] if event else []
            book.committed += run.state == "committed" and not again

    def _set_watermark(self, run: RunRecord, watermark: Watermark, *, again: bool) -> None:
        key = (run.ref.flow, run.ref.entity)
        current = self._book.watermarks.get(key)
        demand_watermark(run, current, watermark, repeated=again)
        self._book.watermarks[key] = watermark

    # looking back

    def seek_events(self, sought: Sought) -> Sequence[FlowEvent]:
        with self._book.turn:
            return sought.events(self._book.events)

    def seek_runs(self, sought: Sought) -> Sequence[RunRecord]:
        with self._book.turn:
            return sought.runs(self._book.runs.values())

    def seek_watermarks(self, sought: Sought) -> Sequence[tuple[str, str, Watermark]]:
        with self._book.turn:
            return sought.watermarks(self._book.watermarks)

    def prune(self, keep: timedelta) -> int:
        with self._verb("prune", keep) as book:
            gone = forgettable(book.runs.values(), book.events, now() - keep)
            for run_id in gone.runs:
                del book.runs[run_id]
            book.events = [event for event in book.events if event.id not in gone.events]
            return len(gone)

    # the mirrored copy

    def counters(self) -> tuple[int, int]:
        return self._book.committed, self._book.published

    def published(self, version: int) -> None:
        with self._verb("published", version) as book:
            book.published = max(book.published, version)

    def let_go(self) -> None:
        """Free the leases of this opened journal, as the end of a process does."""
        for held in self._book.leases.values():
            if held.by is self:
                held.by = None


@hookimpl
def hygge_journals() -> Iterator[Kind]:
    yield Kind(name="memory", config=MemoryJournalConfig, open=open_journal)
