"""How one entity speaks while it is moved: its events, its warnings, its lines in the journal."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hygge_core.events import EntityEvent, Progress, Retrying, Stage, Warned
from hygge_core.records import EventType, FlowEvent, RunRecord, now
from hygge_core.secrets import scrub

if TYPE_CHECKING:
    from hygge_core.engine.world import World
    from hygge_core.task import Task

_PROGRESS_SECONDS = 0.2


class Voice:
    """Speaks for ``task`` into ``world``; safe from the entity's reader and writer threads."""

    def __init__(self, task: Task, world: World) -> None:
        self._task = task
        self._world = world
        self._last_progress = 0.0
        self._started = now()
        self.warnings: list[str] = []

    def say(self, event: Callable[..., EntityEvent], **told: Any) -> None:
        """Emit an event of this entity."""
        task = self._task
        self._world.emit(
            event(run_id=task.coordinator_run_id, flow=task.flow, entity=task.entity, **told)
        )

    def step(self, step: str, detail: str = "") -> None:
        """Say that the story goes on with ``step``."""
        self.say(Stage, step=step, detail=scrub(detail))

    def warn(self, text: str) -> None:
        """Tell the user once; the line also stands in the result and in the journal's event."""
        text = scrub(text)
        if text not in self.warnings:
            self.warnings.append(text)
            self.say(Warned, text=text)

    def progress(self, rows: int, size: int, expected: int | None) -> None:
        """Say how far the staging is, a few times a second at most."""
        if time.monotonic() - self._last_progress >= _PROGRESS_SECONDS:
            self._last_progress = time.monotonic()
            self.say(Progress, rows=rows, bytes=size, expected_rows=expected)

    def retrying(self, attempt: int, seconds: float, cause: BaseException | None) -> None:
        """Say that ``attempt`` failed with ``cause`` and that another one follows."""
        text = scrub(str(cause))
        self.say(Retrying, attempt=attempt, wait_seconds=round(seconds, 3), cause=text)

    def waiting(self, sleep: Callable[[float], None]) -> Callable[[float, str], None]:
        """What a store's ``scene.wait`` does: say why, then ``sleep``."""

        def wait(seconds: float, reason: str) -> None:
            self.step("wait", f"{seconds:g} s: {reason}")
            sleep(seconds)

        return wait

    def event(self, event_type: EventType, run: RunRecord | None = None, **told: Any) -> FlowEvent:
        """A line for ``flow_events`` about ``run``, or about the task's own run."""
        task = self._task
        started = run.started if run else self._started
        return FlowEvent(
            event_type=event_type,
            flow_name=task.flow,
            entity=task.entity,
            run_id=run.ref.run_id if run else task.run_id,
            coordinator_run_id=(run or task).coordinator_run_id,
            duration=round((now() - started).total_seconds(), 3),
            **told,
        )
