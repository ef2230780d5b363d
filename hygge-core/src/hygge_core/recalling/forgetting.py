"""What a journal may forget: no run and no event that anybody will ask for again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import frozen

from hygge_core.recalling.sought import ENDING
from hygge_core.records import FlowEvent, RunRecord
from hygge_core.states import OVER


@frozen
class Forgettable:
    """The ids of ``runs`` and of ``events`` that may go."""

    runs: frozenset[str]
    events: frozenset[str]

    def __len__(self) -> int:
        return len(self.runs) + len(self.events)


def forgettable(
    runs: Iterable[RunRecord], events: Iterable[FlowEvent], before: datetime
) -> Forgettable:
    """What is over and older than ``before``; the records are from the oldest to the newest.

    Each entity keeps its last finished run, and its last event of each way to end; a run that is
    kept keeps its events.
    """
    runs, events = list(runs), list(events)
    over = [run for run in runs if run.state in OVER]
    last = {(run.ref.flow, run.ref.entity): run.ref.run_id for run in over}
    old = {run.ref.run_id for run in over if run.updated < before}.difference(last.values())
    kept = {run.ref.run_id for run in runs} - old
    ending = (event for event in events if event.event_type in ENDING)
    asked = {(event.flow_name, event.entity, event.event_type): event.id for event in ending}
    gone = {
        event.id for event in events if event.timestamp < before and event.run_id not in kept
    }.difference(asked.values())
    return Forgettable(frozenset(old), frozenset(gone))
