"""What the journal in memory remembers."""

from __future__ import annotations

import threading
from datetime import datetime

from attrs import define, field

from hygge_core.records import FlowEvent, Owner, RunRecord, Watermark, now

Key = tuple[str, str]


@define
class Held:
    """A lease as the book has it; ``by`` is the opened journal that holds it, if any does."""

    epoch: int = 0
    owner: Owner | None = None
    expires: datetime = field(factory=now)
    by: object = None


@define
class Book:
    """Everything that one journal remembers."""

    events: list[FlowEvent] = field(factory=list)
    watermarks: dict[Key, Watermark] = field(factory=dict)
    runs: dict[str, RunRecord] = field(factory=dict)
    leases: dict[Key, Held] = field(factory=dict)
    committed: int = 0
    published: int = 0
    turn: threading.RLock = field(factory=threading.RLock)
