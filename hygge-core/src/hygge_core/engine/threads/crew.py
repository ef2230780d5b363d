"""Threads that stay for the next job: an entity wants several, each for a moment.

They are daemons, so Python does not wait for one that hangs in a driver, and there are never more
of them than there were jobs at once. Whoever finds nothing to do for a while goes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TypeAlias

_PATIENCE_SECONDS = 10.0
_LOOK_SECONDS = 0.01

_Job: TypeAlias = tuple[Callable[[], None], str, threading.Event]
_idle: list[SimpleQueue[_Job]] = []
_busy: dict[threading.Event, str] = {}
if hasattr(os, "register_at_fork"):
    for each in (_idle, _busy):  # a child has none of its parent's threads
        os.register_at_fork(after_in_child=each.clear)


def sent(job: Callable[[], None], name: str) -> threading.Event:
    """Do ``job`` in a thread of that name; the event is set when it is over, however it ended.

    An exception that ``job`` lets out ends its thread as it would any other.
    """
    over = threading.Event()
    try:
        desk = _idle.pop()  # who worked last: its stack and caches are warm
    except IndexError:
        desk = SimpleQueue()
        threading.Thread(target=_work, args=(desk,), name=name, daemon=True).start()
    _busy[over] = name
    desk.put((job, name, over))
    return over


def left_behind(grace_seconds: float) -> list[str]:
    """The names of the jobs that are not over, nor in so many seconds: whoever sent them has gone.

    Where there are any, an orderly end of the process may wait for them after all: a driver closes
    its connections there, and the one that hangs cannot be closed.
    """
    until = time.monotonic() + grace_seconds
    while _busy and time.monotonic() < until:  # not by their events: who waits may set those
        time.sleep(_LOOK_SECONDS)
    return list(_busy.values())


def _work(desk: SimpleQueue[_Job]) -> None:
    while (found := _next(desk)) is not None:
        job, name, over = found
        del found
        threading.current_thread().name = name
        try:
            job()
            _idle.append(desk)  # before it is over: whoever waits for that may have another
        finally:
            del job  # and the rows that it may hold
            _busy.pop(over, None)
            over.set()


def _next(desk: SimpleQueue[_Job]) -> _Job | None:
    while True:
        with suppress(Empty):
            return desk.get(timeout=_PATIENCE_SECONDS)
        try:
            _idle.remove(desk)
        except ValueError:  # somebody has chosen this desk: the job is on its way
            continue
        return None
