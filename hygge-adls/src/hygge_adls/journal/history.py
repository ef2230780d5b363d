"""Everything that a journal has recorded, read only by those who look back, and pruned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from attrs import define, field

from hygge_adls.journal.state import Change, event_change, run_change
from hygge_core.jsons import from_plain
from hygge_core.recalling import forgettable
from hygge_core.records import FlowEvent, RunRecord


@define
class History:
    """All events and runs. Insertion order is age."""

    events: dict[str, FlowEvent] = field(factory=dict)
    runs: dict[str, RunRecord] = field(factory=dict)

    def apply(self, change: Change) -> None:
        """Take in one change; what is no event and no run is no history."""
        if change["kind"] == "event":
            self.events.setdefault(change["key"], from_plain(change["value"], FlowEvent))
        elif change["kind"] == "run":
            self.runs[change["key"]] = from_plain(change["value"], RunRecord)

    def changes(self) -> Iterator[Change]:
        """The fewest changes that make this history from nothing."""
        yield from map(event_change, self.events.values())
        yield from map(run_change, self.runs.values())

    def forget(self, before: datetime) -> int:
        """Drop what is finished and older; the number of runs and events that went."""
        gone = forgettable(self.runs.values(), self.events.values(), before)
        for run_id in gone.runs:
            del self.runs[run_id]
        for event_id in gone.events:
            del self.events[event_id]
        return len(gone)


def compacted(changes: Iterator[tuple[int, Change]]) -> list[tuple[int, Change]]:
    """The same with one change for each thing: of an event the first, of all else the last.

    It stands where the thing was first heard of, so that age stays insertion order.
    """
    kept: dict[str, tuple[int, Change]] = {}
    for version, change in changes:
        name = f"{change['kind']} {change['key']}"
        if name not in kept or change["kind"] != "event":
            kept[name] = version, change
    return list(kept.values())
