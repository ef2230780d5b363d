"""The journal ``mssql``: every verb one durable transaction of the database."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from hygge_core import faults
from hygge_core.errors import JournalError
from hygge_core.recalling import RecallsRows, Select
from hygge_core.records import FlowEvent, Lease, Owner, RunRecord, Watermark, now
from hygge_core.scene import Scene
from hygge_mssql.journal import leases, ledger, lookback, schema
from hygge_mssql.journal.locks import Locks
from hygge_mssql.journal.schema import Places
from hygge_mssql.server.server import Server
from hygge_mssql.server.session import Row, Session
from hygge_mssql.settings.kinds import MssqlJournalConfig
from hygge_mssql.statements import journal as say


@contextmanager
def open_journal(config: MssqlJournalConfig, scene: Scene) -> Iterator[MssqlJournal]:
    """Open the journal, making or migrating it first. Raises ``JournalError``."""
    server = scene.connection(config.connection)
    journal = MssqlJournal(
        server, Places(config.schema), lease_life=timedelta(seconds=config.lease_seconds)
    )
    try:
        if config.retention is not None:
            journal.prune(config.retention)
        yield journal
    finally:
        journal.close()


class MssqlJournal(RecallsRows):
    """See :class:`hygge_core.protocols.Journal`; it is also a ``Mirrors`` and a ``Checks``.

    One session for all verbs, one thread at a time: beside ``max_connections``, so that no entity
    that holds all of them ever waits for its journal.
    """

    def __init__(self, server: Server, places: Places, *, lease_life: timedelta) -> None:
        self._server = server
        self._places = places
        self._life = lease_life
        self._turn = threading.RLock()
        self._held: Session | None = None
        self._locks = Locks(places.schema)
        with self._asking() as session:
            schema.migrate(session, places)

    # events and watermarks

    def record_event(self, event: FlowEvent) -> None:
        with self._writing("journal.record_event", event.event_type) as session:
            ledger.append_event(session, self._places, event)

    def update_watermark(
        self, flow_name: str, entity: str, watermark: Watermark | None, *, event: FlowEvent
    ) -> None:
        told = f"{flow_name}.{entity}"
        with self._writing("journal.update_watermark", told) as session:
            ledger.set_watermark(
                session, self._places, flow_name, entity, watermark, run_id=event.run_id
            )
            ledger.append_event(session, self._places, event)

    def flush(self) -> None:
        """Nothing waits: every verb has committed its own transaction."""

    # the ledger

    def acquire(self, flow: str, entity: str, owner: Owner) -> Lease:
        with self._asking() as session:
            locked = self._locks.take(session, flow, entity)
            try:
                with self._writing("journal.acquire", f"{flow}.{entity}"):
                    lease = leases.take(
                        session,
                        self._places,
                        flow,
                        entity,
                        owner,
                        locked=locked,
                        life=self._life,
                    )
            except BaseException:
                if locked:
                    self._locks.give(session, flow, entity)
                raise
            if locked:
                self._locks.keep(lease)
            return lease

    def renew(self, lease: Lease) -> Lease:
        with self._turn:
            try:
                return self._renewed(lease)
            except JournalError as exc:
                if not exc.transient or not (self._held is None or self._held.broken):
                    raise
            try:  # the lock went with the session, so anybody may have the lease: look at once
                return self._renewed(lease)
            except JournalError as exc:
                exc.transient = False
                raise

    def _renewed(self, lease: Lease) -> Lease:
        with self._asking() as session:
            locked = self._locks.has(session, lease)
            with self._writing("journal.renew", f"{lease.flow}.{lease.entity}"):
                return leases.extend(session, self._places, lease, locked=locked, life=self._life)

    def release(self, lease: Lease) -> None:
        try:
            with self._writing("journal.release", f"{lease.flow}.{lease.entity}") as session:
                leases.give_back(session, self._places, lease)
        finally:  # a lock that is free tells by itself that nobody has the lease
            with self._asking() as session:
                self._locks.release(session, lease)

    def advance(
        self,
        lease: Lease,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        places = self._places
        with self._writing("journal.advance", f"{run.ref.run_id} {run.state}") as session:
            leases.demand(session, places, lease)
            repeated = ledger.put_run(session, places, run)
            if watermark is not None:
                ledger.advance_watermark(session, places, run, watermark, repeated=repeated)
            if event is not None:
                ledger.append_event(session, places, event)
            if run.state == "committed" and not repeated:
                session.execute(say.COMMITTED.with_(mirror=places["mirror"]))

    # looking back

    def select(self, select: Select) -> list[Row]:
        with self._asking() as session:
            return lookback.rows(session, self._places, select)

    def prune(self, keep: timedelta) -> int:
        with self._writing("journal.prune", str(keep)) as session:
            return lookback.forget(session, self._places, now() - keep)

    # the mirrored copy

    def counters(self) -> tuple[int, int]:
        with self._asking() as session:
            found = session.one(say.COUNTERS.with_(mirror=self._places["mirror"])) or (0, 0)
        return int(found[0]), int(found[1])

    def published(self, version: int) -> None:
        with self._writing("journal.published", str(version)) as session:
            published = say.PUBLISHED.with_(mirror=self._places["mirror"])
            session.execute(published, version, version)

    # the doctor

    def check(self) -> Iterable[tuple[str, str, str]]:
        version = len(schema.MIGRATIONS)
        with self._writing("journal.check", "") as session:
            place = session.place
        yield f"the journal {place}/{self._places.schema} (version {version}) is there", "ok", ""

    def close(self) -> None:
        """End the session: the server frees its locks, as it does when a process dies."""
        with self._turn:
            if self._held is not None:
                self._held.close()
                self._held = None

    @contextmanager
    def _asking(self) -> Iterator[Session]:
        """The session, for this thread alone; another one where it broke, without its locks."""
        with self._turn:
            if self._held is not None and self._held.broken:
                self._held.close()
                self._held = None
                self._locks.forget()
            if self._held is None:
                self._held = self._server.take(JournalError)
            yield self._held

    @contextmanager
    def _writing(self, point: str, detail: str) -> Iterator[Session]:
        """One durable transaction: all of the block or, whatever is raised in it, nothing."""
        with (
            self._asking() as session,
            faults.around(point, detail),
            session.transaction(),
        ):
            yield session
