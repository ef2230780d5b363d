"""What the servers of the tests share: mishaps that a test plans, from any thread, as they run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import define, field, validators

M = TypeVar("M", bound="Mishap")


@define(eq=False, kw_only=True)
class Mishap:
    """When it strikes, and what every server can do to whoever it strikes.

    * Of what it describes, ``times`` in a row (None: for ever) from the ``nth`` on.
    * ``delay_seconds``: later than it would have been.
    * ``hold``: not before the test says ``release()``; ``reached`` tells when it is there.
    """

    nth: int = field(default=1, validator=validators.ge(1))
    times: int | None = 1
    delay_seconds: float = 0.0
    hold: bool = False
    met: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)
    reached: threading.Event = field(factory=threading.Event, init=False, repr=False)
    released: threading.Event = field(factory=threading.Event, init=False, repr=False)

    def release(self) -> None:
        """Let go whoever is held, and whoever comes later."""
        self.released.set()

    def counts(self) -> bool:
        """Whether this meeting is one that it strikes at."""
        self.met += 1
        late = self.met - self.nth
        strikes = late >= 0 and (self.times is None or late < self.times)
        self.struck += strikes
        return strikes


class Mishaps(Generic[M]):
    """The plan in force: what a server does meets every mishap that describes it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: list[M] = []

    def plan(self, mishap: M) -> M:
        """Put it in force."""
        with self._lock:
            self._all.append(mishap)
        return mishap

    def clear(self) -> None:
        """Call all of them off; whoever is held goes on."""
        with self._lock:
            for mishap in self._all:
                mishap.release()
            self._all.clear()

    def struck_by(self, describes: Callable[[M], bool]) -> list[M]:
        """Those that strike now. This counts for each that ``describes`` says yes to."""
        with self._lock:
            return [each for each in self._all if describes(each) and each.counts()]
