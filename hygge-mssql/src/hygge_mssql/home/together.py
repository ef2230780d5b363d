"""Several iterators read by threads of their own, merged into one."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing

import polars as pl

from hygge_core.scene import Cancel

Reads = Callable[[], Generator[pl.DataFrame, None, None]]

_LOOK_SECONDS = 0.1


def merged(reads: Sequence[Reads], cancel: Cancel) -> Iterator[pl.DataFrame]:
    """What all ``reads`` yield, as it comes. The first failure stops the others and is raised.

    Leaving it early stops them too; when it is over, no thread of it is alive.
    """
    stop = Cancel(cancel)
    # Bounded: a reader waits when nobody takes its batches.
    came: queue.Queue[pl.DataFrame | BaseException | None] = queue.Queue(maxsize=len(reads) + 1)
    threads = [
        threading.Thread(target=_read, args=(each, came, stop), name=f"part {at}", daemon=True)
        for at, each in enumerate(reads, 1)
    ]
    for thread in threads:
        thread.start()
    try:
        yield from _taken(came, len(threads), cancel)
    finally:
        stop.request("the reading is over")
        for thread in threads:
            thread.join()
        stop.close(cancel)


def _taken(
    came: queue.Queue[pl.DataFrame | BaseException | None], running: int, cancel: Cancel
) -> Iterator[pl.DataFrame]:
    while running:
        try:
            found = came.get(timeout=_LOOK_SECONDS)
        except queue.Empty:
            cancel.check()
            continue
        if isinstance(found, BaseException):
            raise found
        if found is None:
            running -= 1
        else:
            yield found


def _read(
    reads: Reads, came: queue.Queue[pl.DataFrame | BaseException | None], stop: Cancel
) -> None:
    last: BaseException | None = None
    try:
        with closing(reads()) as batches:
            for batch in batches:
                _put(came, batch, stop)
                if stop.requested:
                    return
    except BaseException as exc:  # noqa: BLE001  # carried over to whoever takes, not swallowed
        last = exc
    _put(came, last, stop)


def _put(
    came: queue.Queue[pl.DataFrame | BaseException | None],
    what: pl.DataFrame | BaseException | None,
    stop: Cancel,
) -> None:
    while not stop.requested:
        try:
            came.put(what, timeout=_LOOK_SECONDS)
        except queue.Full:
            continue
        return
