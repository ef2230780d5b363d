"""Progress as lines: for pipes, logs, CI and dumb terminals."""

from __future__ import annotations

from hygge_core import events
from hygge_core.cli import streams
from hygge_core.cli.progress.lines import sentence

_TROUBLE = {"bad", "warn"}


class Plain:
    """An observer that says one line per change of state, with the time of day.

    ``steps`` says the steps of each entity too; ``quiet`` says only what went wrong.
    """

    def __init__(self, *, steps: bool = False, quiet: bool = False) -> None:
        self._steps = steps
        self._quiet = quiet

    def __enter__(self) -> Plain:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to put back."""

    def __call__(self, event: events.Event) -> None:
        said = sentence(event, steps=self._steps)
        if said and (said[0] in _TROUBLE or not self._quiet):
            streams.say(f"{event.at.astimezone():%H:%M:%S} {said[1]}")

    def say(self, text: str, style: str = "") -> None:
        """Print talk beside the events."""
        streams.say(text, style)
