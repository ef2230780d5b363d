"""Moves a selection of entities: who starts when, what is told meanwhile, and how it ended."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from hygge_core.engine import journal_copy, roll
from hygge_core.engine.failing import ENDS, fallen
from hygge_core.engine.flow import move
from hygge_core.engine.threads import crew
from hygge_core.engine.threads.slots import Slots
from hygge_core.engine.world import World
from hygge_core.events import Heartbeat, RunFinished, RunStarted
from hygge_core.jsons import to_plain
from hygge_core.scene import Cancel
from hygge_core.task import Result, Summary, Task

if TYPE_CHECKING:
    from hygge_core.config import Entity, Project
    from hygge_core.events import Event
    from hygge_core.plugins import Plugins
    from hygge_core.records import RunType

HEARTBEAT_SECONDS = 60.0


def new_run_id() -> str:
    """Sorts by time, and is unique for ever: UTC to the microsecond and 44 random bits."""
    moment = datetime.now(UTC)
    return f"{moment:%Y%m%dT%H%M%S}-{moment.microsecond:05x}{uuid4().hex[:11]}"


class Coordinator:
    """Runs entities of one project in threads.

    ``emit`` takes every event; ``cancel.request`` asks for an orderly stop: what is not decided is
    rolled back, what is decided is finished, nothing new starts.
    """

    def __init__(self, project: Project, plugins: Plugins, emit: Callable[[Event], None]) -> None:
        self.cancel = Cancel()
        self._project = project
        self._plugins = plugins
        self._emit = emit
        self._over = threading.Condition()
        self._finished: list[tuple[str, Result]] = []

    def run(
        self,
        entities: Sequence[Entity],
        *,
        run_id: str | None = None,
        concurrency: int | None = None,
        fail_fast: bool = False,
        limit: int | None = None,
        run_type: RunType | None = None,
    ) -> Summary:
        """Move ``entities``; tell how each ended. Raises ``ConfigError`` before anything starts."""
        project = self._project
        project.require(entities)
        run_id = run_id or new_run_id()
        concurrency = concurrency or project.run.concurrency
        began = time.monotonic()
        names = tuple(entity.name for entity in entities)
        self._emit(
            RunStarted(run_id=run_id, project=project.name, entities=names, concurrency=concurrency)
        )
        with self.world() as world:
            roll.call(entities, world, run_id)
            tasks = self._tasks(entities, run_id, limit=limit, run_type=run_type)
            waiting = longest_first(world, entities, tasks)
            slots = Slots(concurrency, project.caps, self._wake)
            stop = fail_fast or project.run.on_error == "stop"
            left = self._drive(world, waiting, slots, stop=stop, run_id=run_id, began=began)
            summary = Summary(
                run_id=run_id,
                project=project.name,
                results=tuple(result for _, result in self._finished),
                not_started=tuple(entity.name for entity, _ in left),
                seconds=round(time.monotonic() - began, 3),
            )
            roll.close(entities, world, summary)
            journal_copy.catch_up(world)
        self._emit(
            RunFinished(run_id=run_id, exit_code=summary.exit_code, summary=to_plain(summary))
        )
        return summary

    def world(self) -> World:
        """A world for this project, whose events and cancel are the coordinator's."""
        return World(
            self._plugins,
            root=self._project.root,
            project=self._project.name,
            emit=self._emit,
            cancel=self.cancel,
        )

    def _tasks(self, entities: Sequence[Entity], run_id: str, **how: Any) -> list[Task]:
        flow_run_ids = {entity.flow: new_run_id() for entity in entities}
        return [
            entity.task(
                run_id=new_run_id(),
                flow_run_id=flow_run_ids[entity.flow],
                coordinator_run_id=run_id,
                **how,
            )
            for entity in entities
        ]

    def _drive(
        self,
        world: World,
        waiting: list[tuple[Entity, Task]],
        slots: Slots,
        *,
        stop: bool,
        run_id: str,
        began: float,
    ) -> list[tuple[Entity, Task]]:
        """Start what may start whenever something ends; returns what never started."""
        self._finished.clear()
        running: set[str] = set()
        told = time.monotonic()
        with self._over:
            while True:
                if not (self.cancel.requested or (stop and self._failed())):
                    waiting = self._start_all(world, waiting, slots, running)
                if not running:
                    return waiting
                seen = len(self._finished)
                self._over.wait(HEARTBEAT_SECONDS)
                running -= {name for name, _ in self._finished[seen:]}
                if time.monotonic() - told >= HEARTBEAT_SECONDS:
                    told = time.monotonic()
                    self._emit(self._heartbeat(run_id, running, len(waiting), began))

    def _start_all(
        self,
        world: World,
        waiting: list[tuple[Entity, Task]],
        slots: Slots,
        running: set[str],
    ) -> list[tuple[Entity, Task]]:
        left: list[tuple[Entity, Task]] = []
        for at, (entity, task) in enumerate(waiting):
            if slots.full:
                return left + waiting[at:]
            if slots.try_take(entity.slots):
                running.add(entity.name)
                self._start(world, entity, task, slots)
            else:
                left.append((entity, task))
        return left

    def _start(self, world: World, entity: Entity, task: Task, slots: Slots) -> None:
        def work() -> None:
            try:
                result = move(task, world, partial(slots.given_away, entity.slots))
            except BaseException as exc:  # noqa: BLE001  # a plugin's sys.exit must not hang the run
                result = fallen(task, exc, world.plugins)
            with self._over:  # over and free at once: nobody may see it over and not yet free
                self._finished.append((entity.name, result))
                slots.give(entity.slots)

        crew.sent(work, entity.name)

    def _wake(self) -> None:
        with self._over:
            self._over.notify_all()

    def _failed(self) -> bool:
        return any(result.failure for _, result in self._finished)

    def _heartbeat(self, run_id: str, running: set[str], waiting: int, began: float) -> Heartbeat:
        return Heartbeat(
            run_id=run_id,
            running=tuple(sorted(running)),
            waiting=waiting,
            finished=len(self._finished),
            rows=sum(result.rows_written for _, result in self._finished),
            seconds=round(time.monotonic() - began, 1),
        )


def longest_first(
    world: World, entities: Sequence[Entity], tasks: Sequence[Task]
) -> list[tuple[Entity, Task]]:
    """The order to start in: the longest last run first; those without one before all others."""

    def last_seconds(task: Task) -> float:
        try:
            journal = world.journal(task.journal) if task.journal else None
            last = (
                journal.get_last_run(task.flow, task.entity, event_type="complete")
                if journal
                else None
            )
        except ENDS:  # the entity itself will say so, under its own name
            last = None
        return last.duration if last and last.duration is not None else float("inf")

    pairs = list(zip(entities, tasks, strict=True))
    return sorted(pairs, key=lambda pair: -last_seconds(pair[1]))
