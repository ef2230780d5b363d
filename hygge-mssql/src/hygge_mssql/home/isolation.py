"""One moment of the database for a whole reading, where it can be had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlHomeConfig
from hygge_mssql.statements import session as say

#: ``snapshot_isolation_state`` of a database that allows it.
_ON = 1


def snapshot(session: Session, config: MssqlHomeConfig) -> bool:
    """Whether readings see a snapshot."""
    if config.isolation == "auto":
        return bool(session.value(say.SNAPSHOT_STATE.sql) == _ON)
    return config.isolation == "snapshot"


@contextmanager
def isolated(session: Session, config: MssqlHomeConfig) -> Iterator[None]:
    """Within the block, the session sees one moment, and waits for nobody who writes."""
    if not snapshot(session, config):
        yield
        return
    session.execute(say.SNAPSHOT.sql)
    try:
        with session.transaction():
            yield
    finally:
        session.read_committed()
