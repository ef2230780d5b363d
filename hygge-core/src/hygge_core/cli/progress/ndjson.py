"""Progress as data: ``hygge run --json``."""

from __future__ import annotations

from hygge_core import events
from hygge_core.cli import streams
from hygge_core.jsons import to_plain


class NdJson:
    """An observer that prints each event as one line of JSON, its ``kind`` first."""

    def __enter__(self) -> NdJson:
        return self

    def __exit__(self, *exc: object) -> None:
        """Nothing to put back."""

    def __call__(self, event: events.Event) -> None:
        streams.give_line({"kind": event.kind, **to_plain(event)})

    def say(self, text: str, style: str = "") -> None:
        """Print talk beside the events."""
        streams.say(text, style)
