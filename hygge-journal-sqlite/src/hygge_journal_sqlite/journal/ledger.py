"""The states of runs, the watermarks and the events: what one transaction of the journal writes."""

# ruff: noqa: S608  # only constants of this package are put into these statements

from __future__ import annotations

import sqlite3

from hygge_core.journal_rows import (
    EVENT_COLUMNS,
    RUN_COLUMNS,
    event_row,
    run_row,
    stamp,
    watermark_of,
)
from hygge_core.jsons import to_json
from hygge_core.records import FlowEvent, RunRecord, Watermark, now
from hygge_core.states import demand_step, demand_watermark


def put_run(connection: sqlite3.Connection, run: RunRecord) -> bool:
    """Record the run's state; true when it had that state already. Raises ``JournalError``."""
    found = connection.execute(
        "SELECT state FROM runs WHERE run_id = ?", (run.ref.run_id,)
    ).fetchone()
    repeated = demand_step(run, found[0] if found else None)
    connection.execute(
        f"""INSERT INTO runs ({RUN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (run_id) DO UPDATE SET
            state = excluded.state, epoch = excluded.epoch, updated = excluded.updated,
            record = excluded.record""",
        run_row(run),
    )
    return repeated


def advance_watermark(
    connection: sqlite3.Connection, run: RunRecord, watermark: Watermark, *, repeated: bool
) -> None:
    """Compare and set. ``repeated``: an answer was lost, so it may be set already."""
    flow, entity = run.ref.flow, run.ref.entity
    current = get_watermark(connection, flow, entity)
    demand_watermark(run, current, watermark, repeated=repeated)
    set_watermark(connection, flow, entity, watermark, run_id=run.ref.run_id)


def get_watermark(connection: sqlite3.Connection, flow: str, entity: str) -> Watermark | None:
    """The current watermark."""
    found = connection.execute(
        "SELECT watermark FROM flow_watermarks WHERE flow_name = ? AND entity = ?", (flow, entity)
    ).fetchone()
    return watermark_of(found[0]) if found else None


def set_watermark(
    connection: sqlite3.Connection,
    flow: str,
    entity: str,
    watermark: Watermark | None,
    *,
    run_id: str | None,
) -> None:
    """Set the current watermark, or forget it."""
    if watermark is None:
        connection.execute(
            "DELETE FROM flow_watermarks WHERE flow_name = ? AND entity = ?", (flow, entity)
        )
        return
    connection.execute(
        "INSERT OR REPLACE INTO flow_watermarks VALUES (?, ?, ?, ?, ?)",
        (flow, entity, to_json(watermark), run_id, stamp(now())),
    )


def append_event(connection: sqlite3.Connection, event: FlowEvent) -> None:
    """Append the event; one that is there already (a lost answer) is not appended again."""
    connection.execute(
        f"INSERT INTO flow_events ({EVENT_COLUMNS}, schema_version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
        event_row(event),
    )
