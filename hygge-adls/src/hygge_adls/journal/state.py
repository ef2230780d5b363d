"""What a journal knows: the changes of all its transactions, applied in their order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import define, field, frozen

from hygge_core.jsons import from_plain, to_plain
from hygge_core.records import FlowEvent, Owner, RunRecord, Watermark
from hygge_core.states import OVER

#: One change as JSON: ``kind``, ``key``, ``value``; a later one of the same key replaces it.
Change = dict[str, Any]
Key = tuple[str, str]

ENDING = ("complete", "fail", "skip")


@frozen
class Held:
    """The lease of an entity; ``owner`` is ``None`` when it was given back. Epochs never fall.

    ``taking`` is unique: by it a process knows a lease of its own that it has lost sight of.
    """

    epoch: int
    owner: Owner | None
    expires: datetime
    taking: str = ""


@define
class State:
    """The journal after transaction number ``version``. Insertion order is age."""

    version: int = 0
    events: dict[str, FlowEvent] = field(factory=dict)
    runs: dict[str, RunRecord] = field(factory=dict)
    watermarks: dict[Key, Watermark] = field(factory=dict)
    leases: dict[Key, Held] = field(factory=dict)
    committed: int = 0
    published: int = 0

    def apply(self, change: Change) -> None:
        """Take in one change."""
        kind, key, value = change["kind"], change["key"], change["value"]
        if kind == "event":
            self.events.setdefault(key, from_plain(value, FlowEvent))
        elif kind == "run":
            self.runs[key] = from_plain(value, RunRecord)
        elif kind == "lease":
            self.leases[tuple(key)] = from_plain(value, Held)
        elif kind == "mirror":
            self.committed, self.published = value
        elif value is None:
            self.watermarks.pop(tuple(key), None)
        else:
            self.watermarks[tuple(key)] = from_plain(value, Watermark)

    def changes(self) -> Iterator[Change]:
        """The fewest changes that make this state from nothing."""
        yield from map(event_change, self.events.values())
        yield from map(run_change, self.runs.values())
        for key, watermark in self.watermarks.items():
            yield watermark_change(*key, watermark)
        for key, held in self.leases.items():
            yield lease_change(key, held)
        yield mirror_change(self.committed, self.published)

    def forget(self, before: datetime) -> int:
        """Drop what is finished and older; the number of runs and events that went.

        Each entity keeps its last finished run and its last ending event, and runs their events.
        """
        last_runs = {_entity(run): run.ref.run_id for run in self.runs.values() if _over(run)}
        old = [
            run_id
            for run_id, run in self.runs.items()
            if _over(run) and run.updated < before and last_runs[_entity(run)] != run_id
        ]
        for run_id in old:
            del self.runs[run_id]
        ending = (each for each in self.events.values() if each.event_type in ENDING)
        last_events = {(each.flow_name, each.entity): each.id for each in ending}
        kept = set(last_events.values())
        gone = [
            event.id
            for event in self.events.values()
            if event.timestamp < before and event.run_id not in self.runs and event.id not in kept
        ]
        for name in gone:
            del self.events[name]
        return len(old) + len(gone)


def event_change(event: FlowEvent) -> Change:
    return {"kind": "event", "key": event.id, "value": to_plain(event)}


def run_change(run: RunRecord) -> Change:
    return {"kind": "run", "key": run.ref.run_id, "value": to_plain(run)}


def watermark_change(flow: str, entity: str, watermark: Watermark | None) -> Change:
    value = None if watermark is None else to_plain(watermark)
    return {"kind": "watermark", "key": [flow, entity], "value": value}


def lease_change(key: Key, held: Held) -> Change:
    return {"kind": "lease", "key": list(key), "value": to_plain(held)}


def mirror_change(committed: int, published: int) -> Change:
    return {"kind": "mirror", "key": "", "value": [committed, published]}


def _entity(run: RunRecord) -> Key:
    return run.ref.flow, run.ref.entity


def _over(run: RunRecord) -> bool:
    return run.state in OVER
