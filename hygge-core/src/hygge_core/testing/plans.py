"""Fault plans: what is to happen when a run reaches its k-th fault point.

Count the points of a run once, then do the same run again for each of them::

    with planned(Count()) as counted:
        run()
    for k in range(len(counted.points)):
        with planned(At(k, "crash")):
            try:
                run()
            except Crash:
                ...
        recover_and_compare()

Points count from 0. Every plan is safe from any number of threads.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Literal

from hygge_core.errors import StoreError

Action = Literal["crash", "error", "delay", "pause", "kill"]


class Crash(BaseException):
    """The process is dead from here on. Whoever catches it and goes on meets it again."""


def transient_error(point: str) -> Exception:
    """The default for ``At(k, "error")``: the world said no, and may say yes in a moment."""
    return StoreError(f"injected at {point}", transient=True)


class Count:
    """Records every point in the order in which they are reached, and lets them pass.

    ``points`` holds (name, detail), e.g. ``("local.rename:before", "a -> b")``.
    """

    def __init__(self) -> None:
        self.points: list[tuple[str, str]] = []
        self._lock = threading.Lock()

    def reach(self, point: str, detail: str) -> None:
        with self._lock:
            self.points.append((point, detail))

    def names(self) -> list[str]:
        """The names of the points alone, in order."""
        return [name for name, _ in self.points]


class At(Count):
    """Does ``action`` at the k-th point, once.

    * ``crash`` raise ``Crash`` there and at every later point: nothing works after death.
    * ``error`` raise what ``error(point)`` makes, a transient ``StoreError`` by default. At an
      ``:after`` point this is the lost answer: the work is done, the caller is told it is not.
    * ``delay`` sleep ``seconds``.
    * ``pause`` set ``reached``, then wait until the test sets ``resume`` (at most ``seconds``).
    * ``kill`` send this process SIGKILL: for subprocesses only.
    """

    def __init__(
        self,
        k: int,
        action: Action,
        *,
        error: Callable[[str], Exception] = transient_error,
        seconds: float = 30.0,
    ) -> None:
        super().__init__()
        self.k = k
        self.action = action
        self.error = error
        self.seconds = seconds
        self.reached = threading.Event()
        self.resume = threading.Event()
        self._dead = False

    def reach(self, point: str, detail: str) -> None:
        with self._lock:
            if self._dead:
                raise Crash(f"dead already, at {point}")
            mine = len(self.points) == self.k
            self.points.append((point, detail))
            if mine and self.action == "crash":
                self._dead = True
        if mine:
            self.reached.set()
            self._act(point)

    def _act(self, point: str) -> None:
        if self.action == "crash":
            raise Crash(f"at {point}")
        if self.action == "error":
            raise self.error(point)
        if self.action == "delay":
            time.sleep(self.seconds)
        elif self.action == "pause":
            self.resume.wait(self.seconds)
        else:
            os.kill(os.getpid(), signal.SIGKILL)


__all__ = ["Action", "At", "Count", "Crash", "transient_error"]
