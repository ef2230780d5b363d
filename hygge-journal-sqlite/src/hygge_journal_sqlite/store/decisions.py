"""The runs of flows without a journal, kept in the database that they settle in."""

# ruff: noqa: S608  # only constants of this package are put into these statements

from __future__ import annotations

import sqlite3

from hygge_core.jsons import from_json, to_json
from hygge_core.records import RunRecord
from hygge_core.states import OVER
from hygge_journal_sqlite.names import RUNS


def put(connection: sqlite3.Connection, run: RunRecord) -> None:
    """Record the run's state; finished runs are forgotten."""
    connection.execute(
        f"""CREATE TABLE IF NOT EXISTS {RUNS} (
            seq INTEGER PRIMARY KEY,
            run_id TEXT NOT NULL UNIQUE,
            flow TEXT NOT NULL,
            entity TEXT NOT NULL,
            record TEXT NOT NULL)"""
    )
    ref = run.ref
    if run.state in OVER:
        connection.execute(f"DELETE FROM {RUNS} WHERE run_id = ?", (ref.run_id,))
        return
    connection.execute(
        f"INSERT INTO {RUNS} (run_id, flow, entity, record) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (run_id) DO UPDATE SET record = excluded.record",
        (ref.run_id, ref.flow, ref.entity, to_json(run)),
    )


def unfinished(connection: sqlite3.Connection, flow: str, entity: str) -> list[RunRecord]:
    """Unfinished runs, oldest first."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (RUNS,)).fetchone()
    if known is None:
        return []
    rows = connection.execute(
        f"SELECT record FROM {RUNS} WHERE flow = ? AND entity = ? ORDER BY seq", (flow, entity)
    )
    return [from_json(record, RunRecord) for (record,) in rows]
