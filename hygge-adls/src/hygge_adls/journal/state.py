"""What a journal knows now: how far each entity got, and who moves it. It stays as small as that.

Every transaction is a list of changes, applied in their order. What is over is kept as far as the
next run asks for it; all of it is in :mod:`hygge_adls.journal.history`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from attrs import define, field, frozen

from hygge_core.jsons import from_plain, to_plain
from hygge_core.recalling import ENDING
from hygge_core.records import FlowEvent, Owner, RunRecord, Watermark
from hygge_core.states import OVER

#: One change as JSON: ``kind``, ``key``, ``value``; a later one of the same key replaces it.
Change = dict[str, Any]
Key = tuple[str, str]

_RECENT = 500


@frozen
class Held:
    """The lease of an entity; ``owner`` is ``None`` when it was given back. Epochs never fall.

    * ``taking`` is unique: by it a process knows a lease of its own that it has lost sight of.
    * ``among`` which processes the owner's number is one of.
    """

    epoch: int
    owner: Owner | None
    expires: datetime
    taking: str = ""
    among: str = ""


@define
class State:
    """The journal after transaction number ``version``. Insertion order is age.

    * ``runs`` the unfinished ones, and of each entity the last that is over.
    * ``endings`` the last event of each flow, entity and way to end.
    * ``recent`` the ids of the latest events: one that is recorded again is not another.
    """

    version: int = 0
    runs: dict[str, RunRecord] = field(factory=dict)
    endings: dict[tuple[str, str | None, str], FlowEvent] = field(factory=dict)
    recent: deque[str] = field(factory=lambda: deque(maxlen=_RECENT))
    watermarks: dict[Key, Watermark] = field(factory=dict)
    leases: dict[Key, Held] = field(factory=dict)
    committed: int = 0
    published: int = 0

    def apply(self, change: Change) -> None:
        """Take in one change."""
        kind, key, value = change["kind"], change["key"], change["value"]
        if kind == "event":
            self._ended(from_plain(value, FlowEvent))
        elif kind == "run":
            self._went_on(from_plain(value, RunRecord))
        elif kind == "lease":
            self.leases[tuple(key)] = from_plain(value, Held)
        elif kind == "mirror":
            self.committed, self.published = value
        elif value is None:
            self.watermarks.pop(tuple(key), None)
        else:
            self.watermarks[tuple(key)] = from_plain(value, Watermark)

    def _ended(self, event: FlowEvent) -> None:
        if event.id in self.recent:
            return
        self.recent.append(event.id)
        if event.event_type in ENDING:
            place = event.flow_name, event.entity, event.event_type
            self.endings.pop(place, None)
            self.endings[place] = event

    def _went_on(self, run: RunRecord) -> None:
        self.runs[run.ref.run_id] = run
        if run.state in OVER:
            before = [
                other.ref.run_id
                for other in self.runs.values()
                if other is not run and other.state in OVER and entity_of(other) == entity_of(run)
            ]
            for run_id in before:
                del self.runs[run_id]

    def changes(self) -> Iterator[Change]:
        """The fewest changes that make this state from nothing."""
        yield from map(event_change, self.endings.values())
        yield from map(run_change, self.runs.values())
        for key, watermark in self.watermarks.items():
            yield watermark_change(*key, watermark)
        for key, held in self.leases.items():
            yield lease_change(key, held)
        yield mirror_change(self.committed, self.published)


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


def entity_of(run: RunRecord) -> Key:
    return run.ref.flow, run.ref.entity
