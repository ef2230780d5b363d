"""What a home, store, journal or connection is told when it is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from attrs import field, frozen

from hygge_core.errors import Cancelled, ConfigError

#: So many characters of a value are told.
_QUOTED = 60


class Cancel:
    """A request to stop, shared by the threads of one entity (or of one run, as ``parent``).

    Whoever waits, waits on ``wait``; whoever loops calls ``check`` once per batch.
    """

    def __init__(self, parent: Cancel | None = None) -> None:
        self._parent = parent
        self._event = threading.Event()
        self._children: list[Cancel] = []
        self._watchers: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self.reason = ""
        if parent is not None:
            parent._adopt(self)

    def _adopt(self, child: Cancel) -> None:
        with self._lock:
            self._children.append(child)
        if self.requested:
            child.request(self.reason)

    def request(self, reason: str) -> None:
        """Ask to stop. Safe from any thread and from a signal handler's thread; idempotent."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()
        with self._lock:
            children, watchers = list(self._children), list(self._watchers)
        for child in children:
            child.request(reason)
        for wake in watchers:
            wake()

    def renew(self) -> None:
        """Forget a request that was meant for an attempt that is over; not one of ``parent``."""
        self._event.clear()
        if self._parent is not None and self._parent.requested:
            self.request(self._parent.reason)

    def watch(self, wake: Callable[[], None]) -> None:
        """Call ``wake`` when somebody asks to stop: for those who wait on something else."""
        with self._lock:
            self._watchers.append(wake)
        if self.requested:
            wake()

    def close(self, parent: Cancel) -> None:
        """Leave ``parent``: this entity is over."""
        with parent._lock:
            if self in parent._children:
                parent._children.remove(self)

    @property
    def requested(self) -> bool:
        return self._event.is_set()

    def check(self) -> None:
        """Raise ``Cancelled`` when somebody asked to stop."""
        if self._event.is_set():
            raise Cancelled(self.reason or "the run was asked to stop")

    def sleep(self, seconds: float) -> None:
        """Sleep; raise ``Cancelled`` as soon as somebody asks to stop."""
        self.wait(seconds)
        self.check()

    def wait(self, seconds: float) -> bool:
        """Sleep, but not longer than until somebody asks to stop; true when they did."""
        return self._event.wait(seconds)


def _no_connection(name: str) -> Any:
    raise ConfigError(f"no connection named {name!r} is open here")


def _say_nothing(text: str) -> None:
    """The default for ``Scene.warn`` where nobody listens."""


def _wait_plainly(seconds: float, reason: str) -> None:
    threading.Event().wait(seconds)


def _hide_nothing(column: str) -> bool:
    """The default where no column is masked."""
    return False


@frozen
class Quotes:
    """How a message quotes a value of a row: short, and not at all where it has to stay hidden.

    ``hides`` says so of a source column: its flow masks it, or leaves it out.
    """

    hides: Callable[[str], bool] = _hide_nothing

    def __call__(self, column: str, value: Any, spelled: Callable[[Any], str] = repr) -> str:
        """``value`` as ``spelled`` writes it, cut off where it is long; or ``***``."""
        if self.hides(column):
            return "***"
        text = spelled(value)
        return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}..."

    def foreign(self, said: object, columns: Iterable[str]) -> str:
        """What somebody else said of rows with these columns, who may quote a value of any."""
        return "***" if any(map(self.hides, columns)) else str(said)


@frozen(kw_only=True)
class Scene:
    """Where an opened thing finds itself. Everything has a default, so tests need none of it.

    * ``flow``, ``entity`` whose home, store or journal this is.
    * ``root`` the project's directory; hygge's own files may be kept in ``root / ".hygge"``.
    * ``connection`` gives the opened ``[connections.NAME]``; raises ``ConfigError``.
    * ``cancel`` ask it while waiting or looping.
    * ``warn`` tell the user one line; it reaches every renderer and the journal's event.
    * ``wait`` sleep for ``seconds`` saying why, with the entity's slot given to somebody else
      meanwhile; raises ``Cancelled``.
    * ``quoted`` writes a value of a source column into a message, ``scene.quoted("id", value)``:
      whatever else tells one tells it to the terminal and to the journal, masked or not.
    """

    flow: str = ""
    entity: str = ""
    root: Path = field(factory=Path.cwd)
    connection: Callable[[str], Any] = _no_connection
    cancel: Cancel = field(factory=Cancel)
    warn: Callable[[str], None] = _say_nothing
    wait: Callable[[float, str], None] = _wait_plainly
    quoted: Quotes = field(factory=Quotes)

    def filled(self, text: str) -> str:
        """``text`` of a setting, with this scene's names for ``{entity}`` and ``{flow}`` in it."""
        return text.replace("{entity}", self.entity).replace("{flow}", self.flow)


__all__ = [
    "Cancel",
    "Quotes",
    "Scene",
]
