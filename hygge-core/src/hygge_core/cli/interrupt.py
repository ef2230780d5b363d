"""Ctrl-C once: an orderly end; twice: leave at once. SIGTERM the same."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from attrs import define

if TYPE_CHECKING:
    from hygge_core.scene import Cancel

_SHOW_CURSOR = "\x1b[?25h"  # the live view had hidden it
_ORDERLY = "stopping: what is decided is finished, the rest is undone; again to leave at once"
_AT_ONCE = "\r\nleft at once; the next run finishes or undoes what was open\r\n"


@define
class Interrupted:
    """Which signal asked to stop, if one did."""

    signal: int = 0

    @property
    def exit_code(self) -> int:
        """130 for Ctrl-C, 143 for SIGTERM, 0 for none."""
        return 128 + self.signal if self.signal else 0


def _noted(number: int, frame: FrameType | None) -> None:
    """The wakeup socket tells the watching thread; Python only must not raise here."""


@contextmanager
def interruptible(cancel: Cancel, say: Callable[[str], None]) -> Iterator[Interrupted]:
    """Turn the first SIGINT or SIGTERM into ``cancel.request`` and the second into ``os._exit``.

    A thread of its own reads the signals, so they are heard whatever the main thread waits for.
    Outside the main thread nothing is changed: Python gives signals to that one alone.
    """
    interrupted = Interrupted()
    if threading.current_thread() is not threading.main_thread():
        yield interrupted
        return
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    before = {number: signal.signal(number, _noted) for number in (signal.SIGINT, signal.SIGTERM)}
    wakeup = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    watching = threading.Thread(
        target=_watch, args=(ours, interrupted, cancel, say), name="signals", daemon=True
    )
    watching.start()
    try:
        yield interrupted
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, then in before.items():
            signal.signal(number, then)
        theirs.close()
        watching.join()
        ours.close()


def _watch(
    ours: socket.socket, interrupted: Interrupted, cancel: Cancel, say: Callable[[str], None]
) -> None:
    while heard := ours.recv(1):
        number = heard[0]
        if number not in (signal.SIGINT, signal.SIGTERM):
            continue
        if interrupted.signal:
            os.write(2, (_SHOW_CURSOR * os.isatty(2) + _AT_ONCE).encode())
            os._exit(128 + number)
        interrupted.signal = number
        cancel.request(f"interrupted by {signal.Signals(number).name}")
        say(_ORDERLY)
