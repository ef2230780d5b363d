"""What outlives its use: threads that run on, and files and sockets that stay open."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hygge_core.testing.promises import none_of

#: How often a thing is used: what is kept for the next time does not grow, what is forgotten does.
TIMES = 3
#: How long a thread or the other end of a socket may take to go, in seconds.
_PATIENCE, _LOOK = 1.5, 0.05
_OPEN = Path("/proc/self/fd")


def closes(use: Callable[[], object], what: str) -> None:
    """Keep the promise of whoever opens something: ``use``, done again and again, adds nothing.

    ``what`` says of what. Open files are told where the system lists them, as Linux does.
    """
    __tracebackhide__ = True
    use()
    threads, files = set(_threads()), set(_files())
    for _ in range(TIMES):
        use()
    none_of(_added(threads, _threads), f"{what} leaves no thread running")
    none_of(_added(files, _files), f"{what} leaves no file and no socket open")


def _added(before: set[int], look: Callable[[], dict[int, str]]) -> list[str]:
    """The names of what came since, where each use left something; none as soon as that is gone."""
    until = time.monotonic() + _PATIENCE
    while len(more := [name for key, name in look().items() if key not in before]) >= TIMES:
        if time.monotonic() > until:
            return more
        gc.collect()
        time.sleep(_LOOK)
    return []


def _threads() -> dict[int, str]:
    return {thread.ident or 0: thread.name for thread in threading.enumerate()}


def _files() -> dict[int, str]:
    found = {}
    for each in _OPEN.iterdir() if _OPEN.is_dir() else ():
        with suppress(OSError):  # the one that lists them is gone by now
            found[int(each.name)] = str(each.readlink())
    return found


__all__ = ["closes"]
