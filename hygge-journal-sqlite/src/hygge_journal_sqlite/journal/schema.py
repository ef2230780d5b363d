"""The journal's tables, and the way from each older version of them to this one.

``PRAGMA application_id`` says that a file is a hygge journal, ``PRAGMA user_version`` which
version. A migration is a tuple of statements; all that are due run in one transaction. A published
migration is never edited: what changes is a new one at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from hygge_core.errors import JournalError
from hygge_journal_sqlite.database import Database

APPLICATION_ID = int.from_bytes(b"hygg", "big")

_FIRST = (
    """CREATE TABLE flow_events (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        timestamp TEXT NOT NULL,
        flow_name TEXT NOT NULL,
        entity TEXT,
        event_type TEXT NOT NULL,
        row_count INTEGER,
        duration REAL,
        watermark TEXT,
        metadata TEXT NOT NULL,
        run_id TEXT,
        coordinator_run_id TEXT,
        schema_version INTEGER NOT NULL)""",
    "CREATE INDEX flow_events_by_flow ON flow_events (flow_name)",
    "CREATE INDEX flow_events_by_entity ON flow_events (flow_name, entity)",
    """CREATE INDEX flow_events_final ON flow_events (flow_name, entity, event_type)
        WHERE event_type IN ('complete', 'fail', 'skip')""",
    "CREATE INDEX flow_events_by_run ON flow_events (run_id)",
    "CREATE INDEX flow_events_by_coordinator ON flow_events (coordinator_run_id)",
    "CREATE INDEX flow_events_by_time ON flow_events (timestamp)",
    """CREATE TRIGGER flow_events_are_append_only BEFORE UPDATE ON flow_events
        BEGIN SELECT RAISE(ABORT, 'flow_events is append-only'); END""",
    """CREATE TABLE flow_watermarks (
        flow_name TEXT NOT NULL,
        entity TEXT NOT NULL,
        watermark TEXT NOT NULL,
        run_id TEXT,
        updated TEXT NOT NULL,
        PRIMARY KEY (flow_name, entity)) WITHOUT ROWID""",
    """CREATE TABLE runs (
        seq INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL UNIQUE,
        flow TEXT NOT NULL,
        entity TEXT NOT NULL,
        state TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        coordinator_run_id TEXT NOT NULL,
        started TEXT NOT NULL,
        updated TEXT NOT NULL,
        record TEXT NOT NULL)""",
    # Unfinished runs are few and history is long: recovery looks only at the few.
    """CREATE INDEX runs_open ON runs (flow, entity)
        WHERE state IN ('open', 'decided', 'committed', 'blocked')""",
    "CREATE INDEX runs_by_entity ON runs (flow, entity)",
    "CREATE INDEX runs_by_flow ON runs (flow)",
    "CREATE INDEX runs_by_coordinator ON runs (coordinator_run_id)",
    "CREATE INDEX runs_by_state ON runs (state)",
    "CREATE INDEX runs_by_time ON runs (updated)",
    """CREATE TABLE leases (
        flow TEXT NOT NULL,
        entity TEXT NOT NULL,
        epoch INTEGER NOT NULL,
        owner TEXT,
        kernel_lock INTEGER NOT NULL,
        expires TEXT NOT NULL,
        PRIMARY KEY (flow, entity)) WITHOUT ROWID""",
    """CREATE TABLE mirror (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        committed INTEGER NOT NULL,
        published INTEGER NOT NULL)""",
    "INSERT INTO mirror VALUES (1, 0, 0)",
)

#: ``MIGRATIONS[n]`` leads from version n to n + 1; version 0 is an empty file.
MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST,)


def migrate(database: Database, migrations: Sequence[Sequence[str]] = MIGRATIONS) -> None:
    """Bring the journal to the newest version. Raises ``JournalError`` for a file that is not one.

    Looks before it writes: a file of somebody else's, or of a newer hygge, is not touched.
    """
    with database.reading() as connection:
        version = _version(connection, database, len(migrations))
    database.keep_durably()
    if version == len(migrations):
        return
    with database.writing() as connection:
        # Another process may have done it since.
        for statements in migrations[_version(connection, database, len(migrations)) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def _version(connection: sqlite3.Connection, database: Database, newest: int) -> int:
    application, version = (
        int(connection.execute(f"PRAGMA {name}").fetchone()[0])
        for name in ("application_id", "user_version")
    )
    empty = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and not (empty and application == version == 0):
        raise JournalError(
            f"{database.path} is a SQLite database, but not a journal of hygge",
            hint="nothing in it was changed; give the journal a path of its own",
        )
    if version > newest:
        raise JournalError(
            f"{database.path} is a journal of version {version}; this hygge knows up to {newest}",
            hint="nothing in it was changed; upgrade with `pip install -U hygge-journal-sqlite`",
        )
    return version


def refuse_journal(database: Database) -> None:
    """Raise for a database that is hygge's journal: no table of a load belongs in it."""
    with database.reading() as connection:
        application = connection.execute("PRAGMA application_id").fetchone()[0]
    if application == APPLICATION_ID:
        raise database.raising(
            f"{database.path} is the journal of hygge, not a place for tables",
            hint="give the store a path of its own",
        )
