"""The journal ``parquet``: every verb one compare-and-set of the journal's head on the lake."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve

from hygge_adls.account import opened
from hygge_adls.journal import leases
from hygge_adls.journal.log import Log
from hygge_adls.journal.recalling import LakeRecalls
from hygge_adls.journal.state import (
    Change,
    State,
    event_change,
    lease_change,
    mirror_change,
    run_change,
    watermark_change,
)
from hygge_core.errors import HyggeError, JournalError
from hygge_core.records import (
    FlowEvent,
    Lease,
    Owner,
    RunRecord,
    Watermark,
    now,
)
from hygge_core.states import demand_step, demand_watermark

if TYPE_CHECKING:
    from hygge_adls.settings.kinds import ParquetJournalConfig
    from hygge_core.scene import Scene


@contextmanager
def open_journal(config: ParquetJournalConfig, scene: Scene) -> Iterator[ParquetJournal]:
    """Open the journal; once a day forget what its retention says. Raises ``JournalError``."""
    with opened(config, scene) as account:
        log = Log(account.lake(config.container, JournalError), config.place)
        journal = ParquetJournal(log, lease_life=timedelta(seconds=config.lease_seconds))
        try:
            if config.retention is not None and log.is_prune_due():
                journal.prune(config.retention)
            yield journal
        finally:
            journal.let_go()


class ParquetJournal(LakeRecalls):
    """See :class:`hygge_core.protocols.Journal`; it is also a ``Mirrors`` and a ``Checks``."""

    def __init__(self, log: Log, *, lease_life: timedelta) -> None:
        self._log = log
        self._life = lease_life
        self._takings: dict[tuple[str, str, int], str] = {}

    # events and watermarks

    def record_event(self, event: FlowEvent) -> None:
        def decide(state: State) -> tuple[list[Change], None]:
            return [] if event.id in state.recent else [event_change(event)], None

        self._log.write(f"event {event.event_type}", decide)

    def update_watermark(
        self, flow_name: str, entity: str, watermark: Watermark | None, *, event: FlowEvent
    ) -> None:
        edit = watermark_change(flow_name, entity, watermark)
        self._log.write("watermark", lambda _: ([edit, event_change(event)], None))

    def flush(self) -> None:
        """Nothing waits: every verb has written its own transaction."""

    # the ledger

    def acquire(self, flow: str, entity: str, owner: Owner) -> Lease:
        key, taking = (flow, entity), uuid4().hex

        def decide(state: State) -> tuple[list[Change], Lease]:
            held = leases.taken(state, key, owner, self._life, taking)
            lease = Lease(
                flow=flow, entity=entity, owner=owner, epoch=held.epoch, expires=held.expires
            )
            return [lease_change(key, held)], lease

        leases.takings.add(taking)
        try:
            lease = self._log.write(f"acquire {flow}.{entity}", decide)
        except BaseException:  # whether it was taken or not, nobody has it
            leases.takings.discard(taking)
            raise
        self._takings[flow, entity, lease.epoch] = taking
        return lease

    def renew(self, lease: Lease) -> Lease:
        def decide(state: State) -> tuple[list[Change], Lease]:
            held = leases.extended(state, lease, self._life)
            change = lease_change((lease.flow, lease.entity), held)
            return [change], evolve(lease, expires=held.expires)

        return self._log.write(f"renew {lease.flow}.{lease.entity}", decide)

    def release(self, lease: Lease) -> None:
        key = lease.flow, lease.entity

        def decide(state: State) -> tuple[list[Change], None]:
            held = state.leases.get(key)
            mine = held is not None and held.epoch == lease.epoch and held.owner is not None
            return [lease_change(key, evolve(held, owner=None))] if held and mine else [], None

        leases.takings.discard(self._takings.pop((*key, lease.epoch), ""))
        self._log.write(f"release {lease.flow}.{lease.entity}", decide)

    def let_go(self) -> None:
        """Leases that were not given back are nobody's from now on, as after a process's end."""
        while self._takings:
            leases.takings.discard(self._takings.popitem()[1])

    def advance(
        self,
        lease: Lease,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        def decide(state: State) -> tuple[list[Change], None]:
            leases.demanded(state, lease)
            return list(_advanced(state, run, event, watermark)), None

        self._log.write(f"{run.ref.run_id} {run.state}", decide)

    # forgetting, and the mirrored copy

    def prune(self, keep: timedelta) -> int:
        return self._log.prune(now() - keep)

    def published(self, version: int) -> None:
        def decide(state: State) -> tuple[list[Change], None]:
            return [mirror_change(state.committed, max(state.published, version))], None

        self._log.write("published", decide)

    # the doctor

    def check(self) -> Iterable[tuple[str, str, str]]:
        tries: tuple[tuple[str, Callable[[], object]], ...] = (
            ("can be read", self.counters),
            ("can be written", self._touch),
        )
        for what, attempt in tries:
            try:
                attempt()
            except HyggeError as exc:
                yield f"the journal {self._log.address} {what}", str(exc), exc.hint or ""
                return
            yield f"the journal {self._log.address} {what}", "ok", ""

    def _touch(self) -> None:
        """A transaction that changes nothing, and is written all the same."""
        self._log.write(
            "check", lambda state: ([mirror_change(state.committed, state.published)], None)
        )


def _advanced(
    state: State, run: RunRecord, event: FlowEvent | None, watermark: Watermark | None
) -> Iterator[Change]:
    """The changes of one step. Raises ``JournalError`` for one that may not be."""
    known = state.runs.get(run.ref.run_id)
    repeated = demand_step(run, known.state if known else None)
    yield run_change(run)
    if watermark is not None:
        current = state.watermarks.get((run.ref.flow, run.ref.entity))
        demand_watermark(run, current, watermark, repeated=repeated)
        yield watermark_change(run.ref.flow, run.ref.entity, watermark)
    if event is not None:
        yield event_change(event)
    if run.state == "committed" and not repeated:
        yield mirror_change(state.committed + 1, state.published)
