"""Moves a selection while somebody watches: renderers, plugins' observers, Ctrl-C, last lines."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from hygge_core.cli import streams
from hygge_core.cli.interrupt import interruptible
from hygge_core.cli.progress.audience import Audience, watcher
from hygge_core.cli.progress.summary import summary
from hygge_core.engine.coordinator import Coordinator
from hygge_core.engine.threads.stream import Stream

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.config import Entity
    from hygge_core.task import Summary

#: As Python has it by default: what is gone holds rows, so it has to be found soon.
_OBJECTS_OF_A_RUN = 700


def conduct(said: Invocation, entities: Sequence[Entity], **asked: Any) -> int:
    """Run ``entities`` as ``Coordinator.run`` is ``asked`` to; returns the exit code."""
    with (
        _settled_memory(),
        watcher(said) as watching,
        Stream(Audience(watching, said.plugins.observers(watching.say))) as stream,
    ):
        coordinator = Coordinator(said.project, said.plugins, emit=stream.emit)
        with interruptible(coordinator.cancel, watching.say) as stopped:
            run = coordinator.run(entities, **asked)
    if not said.json:
        _last_lines(run, said, entities)
    return stopped.exit_code if stopped.exit_code and _unfinished(run) else run.exit_code


@contextmanager
def _settled_memory() -> Iterator[None]:
    """What stands already, modules and configuration, stays: no collection looks at it again."""
    gc.freeze()
    gc.set_threshold(_OBJECTS_OF_A_RUN)
    try:
        yield
    finally:
        gc.unfreeze()


def _unfinished(run: Summary) -> bool:
    return bool(run.not_started) or any(result.failure for result in run.results)


def _last_lines(run: Summary, said: Invocation, entities: Sequence[Entity]) -> None:
    journal = any(entity.journal for entity in entities)
    for style, line in summary(run, journal=journal, quiet=said.verbosity < 0):
        streams.say(line, style)
