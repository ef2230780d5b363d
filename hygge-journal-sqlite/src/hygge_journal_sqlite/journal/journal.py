"""The journal ``sqlite``: every verb one transaction of one file, durable before it returns.

The verbs of leases, and the step ``done``, are durable with the next step. A lease that a power cut
takes back took nothing along: its owner is dead then, too, and whatever it recorded under the lease
came after it. A run that is not ``done`` any more is cleaned up once more by the next start.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import IO, Any

from portalocker import Lock

from hygge_core import faults
from hygge_core.errors import JournalError
from hygge_core.recalling import RecallsRows, Select
from hygge_core.records import FlowEvent, Lease, Owner, RunRecord, Watermark, now
from hygge_core.scene import Scene
from hygge_journal_sqlite.database import Database
from hygge_journal_sqlite.journal import leases, ledger, lookback, schema
from hygge_journal_sqlite.locks import grab, lock_file
from hygge_journal_sqlite.settings import SqliteJournalConfig


@contextmanager
def open_journal(config: SqliteJournalConfig, scene: Scene) -> Iterator[SqliteJournal]:
    """Open the journal, making or migrating it first. Raises ``JournalError``."""
    database = Database(
        config.path,
        raising=JournalError,
        busy_timeout_seconds=config.busy_timeout_seconds,
    )
    try:
        schema.migrate(database)
        journal = SqliteJournal(database, lease_life=timedelta(seconds=config.lease_seconds))
        try:
            if config.retention is not None:
                journal.prune(config.retention)
            yield journal
        finally:
            journal.let_go()
    finally:
        database.close()


class SqliteJournal(RecallsRows):
    """See :class:`hygge_core.protocols.Journal`; it is also a ``Mirrors`` and a ``Checks``."""

    def __init__(self, database: Database, *, lease_life: timedelta) -> None:
        self._database = database
        self._life = lease_life
        self._locks: dict[tuple[str, str, int], Lock[IO[bytes]]] = {}

    # events and watermarks

    def record_event(self, event: FlowEvent) -> None:
        with (
            faults.around("journal.record_event", event.event_type),
            self._database.writing() as connection,
        ):
            ledger.append_event(connection, event)

    def update_watermark(
        self, flow_name: str, entity: str, watermark: Watermark | None, *, event: FlowEvent
    ) -> None:
        with (
            faults.around("journal.update_watermark", f"{flow_name}.{entity}"),
            self._database.writing() as connection,
        ):
            ledger.set_watermark(connection, flow_name, entity, watermark, run_id=event.run_id)
            ledger.append_event(connection, event)

    def flush(self) -> None:
        """Nothing waits: every verb has synced its own transaction."""

    # the ledger

    def acquire(self, flow: str, entity: str, owner: Owner) -> Lease:
        lock = grab(lock_file(self._database.path, flow, entity), JournalError)
        try:
            with (
                faults.around("journal.acquire", f"{flow}.{entity}"),
                self._database.noting() as connection,
            ):
                lease = leases.take(
                    connection, flow, entity, owner, locked=lock is not None, life=self._life
                )
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        if lock is not None:
            self._locks[flow, entity, lease.epoch] = lock
        return lease

    def renew(self, lease: Lease) -> Lease:
        locked = self._has_lock(lease)
        with (
            faults.around("journal.renew", f"{lease.flow}.{lease.entity}"),
            self._database.noting() as connection,
        ):
            return leases.extend(connection, lease, locked=locked, life=self._life)

    def release(self, lease: Lease) -> None:
        try:
            with (
                faults.around("journal.release", f"{lease.flow}.{lease.entity}"),
                self._database.noting() as connection,
            ):
                leases.give_back(connection, lease)
        finally:  # a lock that is free tells by itself that nobody has the lease
            lock = self._locks.pop((lease.flow, lease.entity, lease.epoch), None)
            if lock is not None:
                lock.release()

    def advance(
        self,
        lease: Lease,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        with (
            faults.around("journal.advance", f"{run.ref.run_id} {run.state}"),
            self._step(run) as connection,
        ):
            leases.demand(connection, lease)
            repeated = ledger.put_run(connection, run)
            if watermark is not None:
                ledger.advance_watermark(connection, run, watermark, repeated=repeated)
            if event is not None:
                ledger.append_event(connection, event)
            if run.state == "committed" and not repeated:
                connection.execute("UPDATE mirror SET committed = committed + 1")

    def _step(self, run: RunRecord) -> AbstractContextManager[sqlite3.Connection]:
        """``done`` only says that nothing is left to clean up: taken back, it is found out anew."""
        return self._database.noting() if run.state == "done" else self._database.writing()

    # looking back

    def select(self, select: Select) -> list[tuple[Any, ...]]:
        with self._database.asking() as connection:
            return lookback.rows(connection, select)

    def prune(self, keep: timedelta) -> int:
        with faults.around("journal.prune", keep), self._database.writing() as connection:
            return lookback.forget(connection, now() - keep)

    # the mirrored copy

    def counters(self) -> tuple[int, int]:
        with self._database.asking() as connection:
            committed, published = connection.execute(
                "SELECT committed, published FROM mirror"
            ).fetchone()
        return committed, published

    def published(self, version: int) -> None:
        with (
            faults.around("journal.published", version),
            self._database.writing() as connection,
        ):
            connection.execute("UPDATE mirror SET published = max(published, ?)", (version,))

    # the doctor

    def check(self) -> Iterable[tuple[str, str, str]]:
        path = self._database.path
        with self._database.asking() as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        yield f"the journal {path} is sound", verdict, "put a backup in its place"
        with self._database.writing():
            pass
        yield f"the journal {path} can be written", "ok", ""

    def let_go(self) -> None:
        """Free the locks of leases that were not given back, as the end of a process does."""
        while self._locks:
            self._locks.popitem()[1].release()

    def _has_lock(self, lease: Lease) -> bool:
        """Whether the kernel lock of ``lease`` is held, after one more try to get it."""
        key = lease.flow, lease.entity, lease.epoch
        if key not in self._locks:
            lock = grab(lock_file(self._database.path, lease.flow, lease.entity), JournalError)
            if lock is None:
                return False
            self._locks[key] = lock
        return True
