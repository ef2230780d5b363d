"""Records of a journal as rows of its tables, and back: for every journal that is a database.

The names of the columns are a contract: people query ``flow_events`` and ``runs``.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from hygge_core.jsons import from_json, to_json
from hygge_core.records import FlowEvent, RunRecord, Watermark

#: Version of one row of ``flow_events``, kept in the row itself.
EVENT_VERSION = 1

#: In the order of ``event_row``.
EVENT_COLUMNS = (
    "id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata,"
    " run_id, coordinator_run_id"
)

RUN_COLUMNS = "run_id, flow, entity, state, epoch, coordinator_run_id, started, updated, record"


def stamp(when: datetime) -> str:
    """UTC as ISO text of one width, so that it sorts like the time."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")


def event_row(event: FlowEvent) -> tuple[Any, ...]:
    """The values for ``EVENT_COLUMNS`` and ``schema_version``."""
    return (
        event.id,
        stamp(event.timestamp),
        event.flow_name,
        event.entity,
        event.event_type,
        event.row_count,
        event.duration,
        None if event.watermark is None else to_json(event.watermark),
        to_json(event.metadata),
        event.run_id,
        event.coordinator_run_id,
        EVENT_VERSION,
    )


def event_of(row: tuple[Any, ...]) -> FlowEvent:
    """The event that ``EVENT_COLUMNS`` hold; a timestamp is text or a datetime in UTC."""
    return FlowEvent(
        id=row[0],
        timestamp=datetime.fromisoformat(row[1]),
        flow_name=row[2],
        entity=row[3],
        event_type=row[4],
        row_count=row[5],
        duration=row[6],
        watermark=watermark_of(row[7]),
        metadata=json.loads(row[8]),
        run_id=row[9],
        coordinator_run_id=row[10],
    )


def watermark_of(text: str | None) -> Watermark | None:
    """The watermark that ``to_json`` wrote."""
    return None if text is None else from_json(text, Watermark)


def run_row(run: RunRecord) -> tuple[Any, ...]:
    """The values for ``RUN_COLUMNS``: the record, and what is looked up by."""
    return (
        run.ref.run_id,
        run.ref.flow,
        run.ref.entity,
        run.state,
        run.epoch,
        run.coordinator_run_id,
        stamp(run.started),
        stamp(run.updated),
        to_json(run),
    )


def run_of(text: str) -> RunRecord:
    """The run that ``record`` holds."""
    return from_json(text, RunRecord)


__all__ = [
    "EVENT_COLUMNS",
    "EVENT_VERSION",
    "RUN_COLUMNS",
    "event_of",
    "event_row",
    "run_of",
    "run_row",
    "stamp",
    "watermark_of",
]
