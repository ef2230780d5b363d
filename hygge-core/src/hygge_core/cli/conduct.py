"""Moves a selection while somebody watches: renderers, plugins' observers, Ctrl-C, last lines."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from hygge_core.cli import streams, terminal
from hygge_core.cli.interrupt import interruptible
from hygge_core.cli.ndjson import NdJson
from hygge_core.cli.plain import Plain
from hygge_core.cli.summary import summary
from hygge_core.coordinator import Coordinator, exit_code, new_run_id
from hygge_core import roll
from hygge_core.stream import Stream

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.config import Entity
    from hygge_core.events import Event
    from hygge_core.task import Summary


class Watcher(AbstractContextManager["Watcher"], Protocol):
    """A renderer: an observer that may hold the terminal for the length of a run."""

    def __call__(self, event: Event) -> None: ...

    def say(self, text: str, style: str = "") -> None: ...


def watcher(said: Invocation) -> Watcher:
    """The renderer that fits: NDJSON, live on a terminal, one line per change elsewhere."""
    if said.json:
        return NdJson()
    if said.verbosity != 0 or not terminal.lively(sys.stderr):
        return Plain(steps=said.verbosity > 0, quiet=said.verbosity < 0)
    from hygge_core.cli.live import Live

    return Live()


def conduct(said: Invocation, entities: Sequence[Entity], **asked: Any) -> int:
    """Run ``entities`` as ``Coordinator.run`` is ``asked`` to; returns the exit code."""
    run_id = asked.pop("run_id", None) or new_run_id()
    with watcher(said) as watching, Stream(Audience(watching, said.plugins.observers(watching.say))) as stream:
        coordinator = Coordinator(said.project, said.plugins, emit=stream.emit)
        with coordinator.world() as world, interruptible(coordinator.cancel, watching.say) as stopped:
            roll.call(entities, world, run_id)
            run = coordinator.run(entities, run_id=run_id, **asked)
            roll.close(entities, world, run)
    if not said.json:
        _last_lines(run, said, entities)
    return stopped.exit_code if stopped.exit_code and _unfinished(run) else exit_code(run)


def _unfinished(run: Summary) -> bool:
    return bool(run.not_started) or any(result.failure for result in run.results)


def _last_lines(run: Summary, said: Invocation, entities: Sequence[Entity]) -> None:
    journal = any(entity.journal for entity in entities)
    for style, line in summary(run, journal=journal):
        if style in {"bad", "warn"} or said.verbosity >= 0:
            streams.say(line, style)


class Audience:
    """Hands each event to all who watch; one that raises is named once and then left out."""

    def __init__(self, *watching: Callable[[Event], None]) -> None:
        self._watching = list(watching)

    def __call__(self, event: Event) -> None:
        for watch in list(self._watching):
            try:
                watch(event)
            except Exception as exc:  # noqa: BLE001  # who watches may not change the run
                self._watching.remove(watch)
                streams.say(f"warning: progress is no longer shown: {type(exc).__name__}: {exc}", "warn")
