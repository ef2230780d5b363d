"""Looking back: the journal's queries, each on an index, and what retention forgets."""

# ruff: noqa: S608  # only constants of this package are put into these statements

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hygge_core.journal_rows import EVENT_COLUMNS, event_of, run_of, stamp
from hygge_core.records import FlowEvent, RunRecord

_OPEN = "state IN ('open', 'decided', 'committed', 'blocked')"
_FINAL = "event_type IN ('complete', 'fail', 'skip')"
_EITHER_RUN = "(run_id = :run_id OR coordinator_run_id = :run_id)"


def _where(conditions: Mapping[str, Any]) -> str:
    """The conditions whose value is given, as SQL."""
    wanted = [text for text, value in conditions.items() if value is not None]
    return "WHERE " + " AND ".join(wanted) if wanted else ""


def events(
    connection: sqlite3.Connection,
    *,
    flow: str | None,
    entity: str | None,
    run_id: str | None,
    limit: int,
) -> list[FlowEvent]:
    """Events, newest first."""
    conditions = {"flow_name = :flow": flow, "entity = :entity": entity, _EITHER_RUN: run_id}
    rows = connection.execute(
        f"SELECT {EVENT_COLUMNS} FROM flow_events {_where(conditions)}"
        " ORDER BY seq DESC LIMIT :limit",
        {"flow": flow, "entity": entity, "run_id": run_id, "limit": limit},
    )
    return [event_of(row) for row in rows]


def last_run(
    connection: sqlite3.Connection, flow: str, entity: str | None, event_type: str | None
) -> FlowEvent | None:
    """The newest event that ended a run."""
    conditions = {
        "flow_name = :flow": flow,
        "entity = :entity": entity,
        "event_type = :event_type": event_type,
        _FINAL: True,
    }
    row = connection.execute(
        f"SELECT {EVENT_COLUMNS} FROM flow_events {_where(conditions)} ORDER BY seq DESC LIMIT 1",
        {"flow": flow, "entity": entity, "event_type": event_type},
    ).fetchone()
    return event_of(row) if row else None


def runs(
    connection: sqlite3.Connection,
    *,
    flow: str | None,
    run_id: str | None,
    state: str | None,
    limit: int,
) -> list[RunRecord]:
    """Runs, newest first."""
    conditions = {"flow = :flow": flow, _EITHER_RUN: run_id, "state = :state": state}
    rows = connection.execute(
        f"SELECT record FROM runs {_where(conditions)} ORDER BY seq DESC LIMIT :limit",
        {"flow": flow, "run_id": run_id, "state": state, "limit": limit},
    )
    return [run_of(record) for (record,) in rows]


def open_runs(connection: sqlite3.Connection, flow: str, entity: str) -> list[RunRecord]:
    """Unfinished runs, oldest first."""
    rows = connection.execute(
        # Left to itself, SQLite would go through the entity's whole history.
        "SELECT record FROM runs INDEXED BY runs_open"
        f" WHERE flow = ? AND entity = ? AND {_OPEN} ORDER BY seq",
        (flow, entity),
    )
    return [run_of(record) for (record,) in rows]


def forget(connection: sqlite3.Connection, before: datetime) -> int:
    """Delete finished runs and events older than ``before``; the number of rows that went.

    Each entity keeps its last finished run, and the events of the runs that are kept.
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
                            GROUP BY flow_name, entity)""",
        cutoff,
    ).rowcount
    return runs_gone + events_gone
