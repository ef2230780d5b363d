"""One thread that hands events to the observers, in order: a slow one never delays the data."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hygge_core.events import Event

_LAST_WORDS_SECONDS = 10.0
#: To be woken for each event of many small tables would cost more than to look at it.
_GATHERING_SECONDS = 0.03


class Stream:
    """``emit`` from any thread; ``observe`` is called for each event, from one thread.

    A context manager: leaving it waits until everything was observed (10 s at most, so that an
    observer that hangs cannot hold the process).
    """

    def __init__(self, observe: Callable[[Event], None]) -> None:
        self._observe = observe
        self._events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._drain, name="events", daemon=True)

    def emit(self, event: Event) -> None:
        self._events.put(event)

    def __enter__(self) -> Stream:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._events.put(None)
        self._ending.set()
        self._thread.join(_LAST_WORDS_SECONDS)

    def _drain(self) -> None:
        while (event := self._events.get()) is not None:
            self._observe(event)
            if self._events.empty():
                self._ending.wait(_GATHERING_SECONDS)
