"""The one stream of events that every renderer, webhook and tracer sees: plain attrs records.

``to_json`` of each gives the NDJSON of ``hygge run --json``; ``kind`` is the class's word there.
Counts are rows; ``seconds`` are wall seconds; ``at`` is UTC.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from attrs import field, frozen

from hygge_core.records import name_of, now


@frozen(kw_only=True)
class Event:
    """What every event has."""

    kind: ClassVar[str] = "event"
    run_id: str
    at: datetime = field(factory=now)


@frozen(kw_only=True)
class EntityEvent(Event):
    """What every event of one entity has."""

    flow: str
    entity: str

    @property
    def name(self) -> str:
        """``flow.entity``, or the flow alone where it has no entities of its own."""
        return name_of(self.flow, self.entity)


@frozen(kw_only=True)
class RunStarted(Event):
    """``entities`` by name, ``concurrency`` of them in flight at most."""

    kind: ClassVar[str] = "run_started"
    project: str
    entities: tuple[str, ...]
    concurrency: int


@frozen(kw_only=True)
class EntityStarted(EntityEvent):
    """It begins to move from ``source`` to ``destination``, both addresses for a person."""

    kind: ClassVar[str] = "entity_started"
    run_type: str
    source: str
    destination: str


@frozen(kw_only=True)
class Recovered(EntityEvent):
    """A run that a crash had left open was finished (``forward``) or undone (``back``)."""

    kind: ClassVar[str] = "recovered"
    recovered_run_id: str
    direction: str
    rows: int = 0


@frozen(kw_only=True)
class Progress(EntityEvent):
    """Rows staged so far; ``bytes`` is their size in memory."""

    kind: ClassVar[str] = "progress"
    rows: int
    bytes: int
    expected_rows: int | None = None


@frozen(kw_only=True)
class Stage(EntityEvent):
    """The entity's story goes on: recover, read, seal, commit, record, cleanup, wait."""

    kind: ClassVar[str] = "stage"
    step: str
    detail: str = ""


@frozen(kw_only=True)
class Retrying(EntityEvent):
    """``cause`` was transient: the next ``attempt`` comes after ``wait_seconds``."""

    kind: ClassVar[str] = "retrying"
    attempt: int
    wait_seconds: float
    cause: str


@frozen(kw_only=True)
class Warned(EntityEvent):
    """One line that a home, a store or the flow tells the user."""

    kind: ClassVar[str] = "warned"
    text: str


@frozen(kw_only=True)
class EntityFinished(EntityEvent):
    """``result`` is the plain JSON of :class:`hygge_core.task.Result`."""

    kind: ClassVar[str] = "entity_finished"
    result: dict[str, Any]


@frozen(kw_only=True)
class Heartbeat(Event):
    """Still here: sent each minute while nothing else happens."""

    kind: ClassVar[str] = "heartbeat"
    running: tuple[str, ...]
    waiting: int
    finished: int
    rows: int
    seconds: float


@frozen(kw_only=True)
class RunFinished(Event):
    """``summary`` is the plain JSON of :class:`hygge_core.task.Summary`."""

    kind: ClassVar[str] = "run_finished"
    exit_code: int
    summary: dict[str, Any]


__all__ = [
    "EntityEvent",
    "EntityFinished",
    "EntityStarted",
    "Event",
    "Heartbeat",
    "Progress",
    "Recovered",
    "Retrying",
    "RunFinished",
    "RunStarted",
    "Stage",
    "Warned",
]
