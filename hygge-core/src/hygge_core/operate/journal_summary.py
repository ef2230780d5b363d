"""What the events of a journal add up to: the runs of a flow, and how they ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import frozen

from hygge_core.recalling import ENDING

if TYPE_CHECKING:
    from hygge_core.records import FlowEvent


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


def summed_up(events: Iterable[FlowEvent]) -> JournalSummary:
    """The events added up, in whatever order they come; what a flow says of all its entities is
    not counted once more."""
    given = [event for event in events if event.entity is not None]
    ended = [event for event in given if event.event_type in ENDING]
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


def by_flow(events: Iterable[FlowEvent]) -> dict[str, JournalSummary]:
    """Flow by flow, in the order in which the flows began."""
    flows: dict[str, list[FlowEvent]] = {}
    for event in sorted(events, key=lambda event: event.timestamp):
        flows.setdefault(event.flow_name, []).append(event)
    return {flow: summed_up(told) for flow, told in flows.items()}
