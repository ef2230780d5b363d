"""What a journal keeps: events, leases, and the runs of entities."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from attrs import field, frozen

from hygge_core.records.settling import LoadRef, Manifest
from hygge_core.records.watermarks import Watermark
from hygge_core.records.words import EventType, RunState, RunType


def name_of(flow: str, entity: str | None) -> str:
    """``flow.entity``, or the flow alone where it has no entities of its own."""
    return flow if entity in (None, flow) else f"{flow}.{entity}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@frozen(kw_only=True)
class FlowEvent:
    """One line of ``flow_events``. ``duration`` in seconds; ``timestamp`` UTC."""

    event_type: EventType
    flow_name: str
    entity: str | None = None
    row_count: int | None = None
    duration: float | None = None
    watermark: Watermark | None = None
    metadata: dict[str, Any] = field(factory=dict)
    run_id: str | None = None
    coordinator_run_id: str | None = None
    id: str = field(factory=lambda: str(uuid4()))
    timestamp: datetime = field(factory=now)


@frozen(kw_only=True)
class Owner:
    """Who holds a lease; ``started`` tells this process from one that reuses its pid."""

    host: str
    pid: int
    started: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name or 'hygge'} (pid {self.pid} on {self.host}, started {self.started})"


@frozen(kw_only=True)
class Lease:
    """The right to move one entity. ``epoch`` rises with every taking; an older epoch has lost."""

    flow: str
    entity: str
    owner: Owner
    epoch: int
    expires: datetime


@frozen(kw_only=True)
class Opened:
    """How a store was opened, so that recovery can open it again whatever today's TOML says.

    ``table`` is the merged TOML table with secrets as references, those in strings as ``${NAME}``
    (and ``$`` beside them as ``$$``); ``connections`` the tables of the named connections that it
    uses; ``plugin`` is ``distribution version``.
    """

    type: str
    table: dict[str, Any]
    plugin: str = ""
    connections: dict[str, dict[str, Any]] = field(factory=dict)


@frozen(kw_only=True)
class RunRecord:
    """One entity's run as ``runs`` keeps it: state, manifest, epoch.

    ``open`` (INTENT) → ``decided`` (the point of no return) → ``committed`` → ``done``;
    ``open`` → ``rolled_back``; ``decided`` → ``blocked`` when it could not be finished.
    ``attempts`` counts the starts that tried to finish it.
    """

    ref: LoadRef
    state: RunState
    run_type: RunType
    epoch: int
    destination: str
    store: Opened
    coordinator_run_id: str = ""
    manifest: Manifest | None = None
    watermark_before: Watermark | None = None
    attempts: int = 0
    started: datetime = field(factory=now)
    updated: datetime = field(factory=now)
    note: str = ""
