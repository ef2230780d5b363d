"""Who watches a run: the renderer that fits the terminal, and every plugin's observer."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from hygge_core.cli import streams, terminal
from hygge_core.cli.progress.ndjson import NdJson
from hygge_core.cli.progress.plain import Plain

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.events import Event


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
    from hygge_core.cli.progress.live import Live

    return Live()


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
                streams.say(
                    f"warning: progress is no longer shown: {type(exc).__name__}: {exc}", "warn"
                )
