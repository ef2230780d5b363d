"""What a run looks like at this moment, told from its events."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

from attrs import define, field

from hygge_core import events


@define(kw_only=True)
class Line:
    """One entity on its way. ``began``, ``since`` (this step) and ``read_since`` in seconds of the
    board's clock."""

    name: str
    began: float
    since: float
    step: str = "read"
    rows: int = 0
    expected_rows: int | None = None
    read_since: float | None = None


@define
class Board:
    """An observer that keeps the state of a run; read it under ``lock``, from any thread."""

    clock: Callable[[], float] = monotonic
    lock: threading.Lock = field(factory=threading.Lock)
    total: int = 0
    finished: int = 0
    failed: int = 0
    rows: int = 0
    began: float = 0.0
    lines: dict[str, Line] = field(factory=dict)

    def __call__(self, event: events.Event) -> None:
        with self.lock:
            if isinstance(event, events.RunStarted):
                self.total, self.began = len(event.entities), self.clock()
            elif isinstance(event, events.EntityStarted):
                self.lines[event.name] = Line(
                    name=event.name, began=self.clock(), since=self.clock()
                )
            elif isinstance(event, events.EntityFinished):
                self._finish(event)
            elif isinstance(event, events.EntityEvent) and event.name in self.lines:
                self._change(self.lines[event.name], event)

    def seconds(self, since: float) -> float:
        """How long ago ``since`` was."""
        return max(0.0, self.clock() - since)

    def _finish(self, event: events.EntityFinished) -> None:
        self.lines.pop(event.name, None)
        self.finished += 1
        self.failed += event.result["outcome"] in {"fail", "blocked"}
        self.rows += event.result["rows_written"]

    def _change(self, line: Line, event: events.EntityEvent) -> None:
        match event:
            case events.Progress():
                if line.read_since is None:
                    line.step, line.read_since = "read", line.since
                line.rows, line.expected_rows = event.rows, event.expected_rows
            case events.Stage():
                line.step, line.since = event.step, self.clock()
            case events.Retrying():
                line.step, line.since = "wait", self.clock()
                line.rows, line.read_since = 0, None
