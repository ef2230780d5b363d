"""The journal as a table: a row for each finished run of an entity, by the first design's names."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from hygge_core.jsons import in_utf8
from hygge_core.protocols import Journal
from hygge_core.records import FlowEvent

KEY = "entity_run_id"
SCHEMA = pl.Schema(
    {
        KEY: pl.String(),
        "coordinator_run_id": pl.String(),
        "flow": pl.String(),
        "entity": pl.String(),
        "start_time": pl.Datetime("us", "UTC"),
        "finish_time": pl.Datetime("us", "UTC"),
        "status": pl.String(),
        "run_type": pl.String(),
        "row_count": pl.Int64(),
        "duration": pl.Float64(),
        "primary_key": pl.String(),
        "watermark_column": pl.String(),
        "watermark_type": pl.String(),
        "watermark": pl.String(),
        "message": pl.String(),
        "schema_version": pl.String(),
    }
)
_STATUS = {"complete": "success", "fail": "fail", "skip": "skip"}
_VERSION = "2.0"
_PAGE = 200


def finished(journal: Journal, completes: int | None) -> list[FlowEvent]:
    """The ends of entities' runs, oldest first: back to the last that was published.

    ``completes`` is how many successful ones were not; ``None``: all that the journal has.
    """
    limit = _PAGE
    while True:
        events = journal.events(limit=limit)
        newest = list(_newest(events, completes))
        if len(events) < limit or (completes is not None and len(newest) < _ends(events)):
            return newest[::-1]
        limit *= 4


def _ends(events: Iterable[FlowEvent]) -> int:
    return sum(1 for event in events if _is_end(event))


def _is_end(event: FlowEvent) -> bool:
    return event.event_type in _STATUS and event.entity is not None and event.run_id is not None


def _newest(events: Iterable[FlowEvent], completes: int | None) -> Iterator[FlowEvent]:
    seen = 0
    for event in events:
        if not _is_end(event):
            continue
        seen += event.event_type == "complete"
        if completes is not None and seen > completes:
            return
        yield event


def table(events: Iterable[FlowEvent]) -> pl.DataFrame:
    """The rows; a run that failed and was finished later has several, of which the last counts."""
    return pl.DataFrame([_row(event) for event in events], schema=SCHEMA, orient="row")


def _row(event: FlowEvent) -> dict[str, Any]:
    mark = event.watermark
    said = event.metadata.get("error") or "; ".join(event.metadata.get("warnings", ()))
    return {
        KEY: event.run_id,
        "coordinator_run_id": event.coordinator_run_id,
        "flow": event.flow_name,
        "entity": event.entity,
        "start_time": event.timestamp - timedelta(seconds=event.duration or 0.0),
        "finish_time": event.timestamp,
        "status": _STATUS[event.event_type],
        "run_type": event.metadata.get("run_type"),
        "row_count": event.row_count,
        "duration": event.duration,
        "primary_key": json.dumps(mark.primary_key) if mark and mark.primary_key else None,
        "watermark_column": mark.column if mark else None,
        "watermark_type": mark.mark.type if mark and mark.mark else None,
        "watermark": mark.mark.value if mark and mark.mark else None,
        "message": in_utf8(said),  # it may name a file
        "schema_version": _VERSION,
    }
