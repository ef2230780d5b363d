"""The locks of leases: held by the journal's session, freed by the server when it ends."""

from __future__ import annotations

from hashlib import sha256

from hygge_core.records import Lease
from hygge_mssql.server.session import Session
from hygge_mssql.statements import session as say


class Locks:
    """Which leases' locks this process's session holds, under one journal's ``schema``."""

    def __init__(self, schema: str) -> None:
        self._schema = schema
        self._kept: set[tuple[str, str, int]] = set()

    def take(self, session: Session, flow: str, entity: str) -> bool:
        """Whether the lock could be had. A session that holds it already may not have it twice."""
        if any((flow, entity) == kept[:2] for kept in self._kept):
            return False
        return int(session.value(say.HOLD.sql, self._resource(flow, entity))) >= 0

    def give(self, session: Session, flow: str, entity: str) -> None:
        """Free the lock, where the session still lives."""
        if not session.broken:
            session.execute(say.LET_GO.sql, self._resource(flow, entity))

    def keep(self, lease: Lease) -> None:
        """Remember that the lock is the lease's."""
        self._kept.add((lease.flow, lease.entity, lease.epoch))

    def has(self, session: Session, lease: Lease) -> bool:
        """Whether the lease's lock is held, after one more try to get it."""
        if (lease.flow, lease.entity, lease.epoch) in self._kept:
            return True
        if not self.take(session, lease.flow, lease.entity):
            return False
        self.keep(lease)
        return True

    def release(self, session: Session, lease: Lease) -> None:
        """Free the lease's lock, if it is held."""
        if (lease.flow, lease.entity, lease.epoch) in self._kept:
            self._kept.discard((lease.flow, lease.entity, lease.epoch))
            self.give(session, lease.flow, lease.entity)

    def forget(self) -> None:
        """The session ended, and with it every lock."""
        self._kept.clear()

    def _resource(self, flow: str, entity: str) -> str:
        """A name of at most 255 characters, whatever is in the names."""
        digest = sha256(f"{self._schema}\0{flow}\0{entity}".encode()).hexdigest()
        return f"hygge: lease {digest[:32]} {entity}"[:255]
