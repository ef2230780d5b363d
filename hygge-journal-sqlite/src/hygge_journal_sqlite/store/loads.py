"""One row per published load: the proof that it was, and which load came before it."""

# ruff: noqa: S608  # only constants of this package are put into these statements

from __future__ import annotations

import sqlite3

from hygge_core.errors import StoreError
from hygge_core.records import LoadRef, Manifest, now
from hygge_journal_sqlite.names import LOADS

#: So many of an entity's newest loads stay known.
_KEPT = 8


def prepare(connection: sqlite3.Connection) -> None:
    """Make the table of marks where it is not yet."""
    connection.execute(
        f"""CREATE TABLE IF NOT EXISTS {LOADS} (
            seq INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE,
            flow TEXT NOT NULL,
            entity TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            published TEXT NOT NULL)"""
    )


def rows_of(connection: sqlite3.Connection, run_id: str) -> int | None:
    """How many rows a load published; ``None``: it did not."""
    if not known(connection):
        return None
    found = connection.execute(f"SELECT rows FROM {LOADS} WHERE run_id = ?", (run_id,)).fetchone()
    return found[0] if found else None


def newest(connection: sqlite3.Connection, ref: LoadRef) -> str:
    """The run id of the newest load of this flow and entity; empty: there was none."""
    found = connection.execute(
        f"SELECT run_id FROM {LOADS} WHERE flow = ? AND entity = ? ORDER BY seq DESC LIMIT 1",
        (ref.flow, ref.entity),
    ).fetchone()
    return found[0] if found else ""


def put(connection: sqlite3.Connection, manifest: Manifest) -> None:
    """Mark the load, if nobody else has published since its SEAL. Raises ``StoreError``.

    Epochs are kept for people only: they start again with a new journal.
    """
    ref = manifest.ref
    latest = newest(connection, ref)
    if latest != manifest.extra["after"]:
        raise StoreError(
            f"run {ref.run_id} of {ref.flow}.{ref.entity} is too late: run {latest or 'nothing'}"
            " is the newest there, and it was not when the rows were sealed",
            hint="their rows stay; run again to move what is newer",
        )
    connection.execute(
        f"INSERT INTO {LOADS} (run_id, flow, entity, epoch, rows, published)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            ref.run_id,
            ref.flow,
            ref.entity,
            manifest.epoch,
            manifest.rows,
            now().isoformat(timespec="microseconds"),
        ),
    )


def thin(connection: sqlite3.Connection, ref: LoadRef) -> None:
    """Forget all but the newest loads of this flow and entity."""
    connection.execute(
        f"""DELETE FROM {LOADS} WHERE flow = :flow AND entity = :entity AND seq NOT IN
            (SELECT seq FROM {LOADS} WHERE flow = :flow AND entity = :entity
             ORDER BY seq DESC LIMIT {_KEPT})""",
        {"flow": ref.flow, "entity": ref.entity},
    )


def known(connection: sqlite3.Connection) -> bool:
    """Whether anything was ever loaded here."""
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (LOADS,))
    return found.fetchone() is not None
