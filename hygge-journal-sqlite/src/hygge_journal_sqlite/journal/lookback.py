"""Looking back: the journal's one query, on an index, and what retention forgets."""

# ruff: noqa: S608  # only constants of this package and of core are put into these statements

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from hygge_core.journal_rows import stamp
from hygge_core.recalling import ENDING, UNFINISHED, Select

_OPEN = f"state IN {UNFINISHED}"
_FINAL = f"event_type IN {ENDING}"
#: Left to itself, SQLite would go through the entity's whole history.
_HINTS = {"open_runs": " INDEXED BY runs_open"}


def rows(connection: sqlite3.Connection, select: Select) -> list[tuple[Any, ...]]:
    """What was asked for."""
    return connection.execute(
        f"SELECT {select.columns} FROM {select.table}{_HINTS.get(select.verb, '')}{select.where}"
        f" ORDER BY {select.order} LIMIT ?",
        (*select.values, select.limit),
    ).fetchall()


def forget(connection: sqlite3.Connection, before: datetime) -> int:
    """Delete finished runs and events older than ``before``; the number of rows that went.

    Each entity keeps its last finished run, and its last event of each way to end; a run that is
    kept keeps its events.
    """
    cutoff = (stamp(before),)
    runs_gone = connection.execute(
        f"""DELETE FROM runs WHERE updated < ? AND NOT {_OPEN} AND seq NOT IN
            (SELECT max(seq) FROM runs WHERE NOT {_OPEN} GROUP BY flow, entity)""",
        cutoff,
    ).rowcount
    events_gone = connection.execute(
        f"""DELETE FROM flow_events WHERE timestamp < ?
            AND (run_id IS NULL OR run_id NOT IN (SELECT run_id FROM runs))
            AND seq NOT IN (SELECT max(seq) FROM flow_events WHERE {_FINAL}
                            GROUP BY flow_name, entity, event_type)""",
        cutoff,
    ).rowcount
    return runs_gone + events_gone
