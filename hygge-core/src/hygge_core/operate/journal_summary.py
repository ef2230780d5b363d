"""What a journal's events add up to: for one flow, and for one run of the coordinator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hygge_core.protocols import Journal
    from hygge_core.records import FlowEvent

_ALL = 2**62


@frozen(kw_only=True)
class JournalSummary:
    """Counts of entities' runs by how they ended, and the rows that the complete ones moved.

    ``seconds`` adds up the durations of all of them; they may have run at the same time.
    ``first_start`` and ``last_end`` are UTC, ``None`` where nothing started or ended.
    """

    complete: int = 0
    fail: int = 0
    skip: int = 0
    rows: int = 0
    seconds: float = 0.0
    first_start: datetime | None = None
    last_end: datetime | None = None


def flow_summary(journal: Journal, flow: str, *, run_id: str | None = None) -> JournalSummary:
    """All that the journal knows of a flow, or of one run of it."""
    return summarize(journal.events(flow=flow, run_id=run_id, limit=_ALL))


def coordinator_summary(journal: Journal, run_id: str) -> dict[str, JournalSummary]:
    """One run of the coordinator, flow by flow, in the order in which the flows began."""
    by_flow: dict[str, list[FlowEvent]] = {}
    for event in reversed(journal.events(run_id=run_id, limit=_ALL)):
        by_flow.setdefault(event.flow_name, []).append(event)
    return {flow: summarize(events) for flow, events in by_flow.items()}


def summarize(events: Iterable[FlowEvent]) -> JournalSummary:
    """The events added up, in whatever order they come."""
    given = list(events)
    ended = [event for event in given if event.event_type in ("complete", "fail", "skip")]
    counts = Counter(event.event_type for event in ended)
    return JournalSummary(
        complete=counts["complete"],
        fail=counts["fail"],
        skip=counts["skip"],
        rows=sum(event.row_count or 0 for event in ended if event.event_type == "complete"),
        seconds=sum(event.duration or 0.0 for event in ended),
        first_start=min(
            (event.timestamp for event in given if event.event_type == "start"), default=None
        ),
        last_end=max((event.timestamp for event in ended), default=None),
    )
