"""A queue between an entity's reader and its writer, bounded in bytes."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hygge_core.engine.threads.patience import left

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.scene import Cancel


class Pipe:
    """One reader puts, one writer iterates; whoever waits is woken by the other or by ``cancel``.

    ``max_bytes`` bounds what lies in between (in-memory size); a single batch that is larger
    passes alone. ``deadline`` is a ``time.monotonic()`` moment after which the writer gives up.
    """

    def __init__(self, cancel: Cancel, *, max_bytes: int, deadline: float | None = None) -> None:
        self._cancel = cancel
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._batches: deque[tuple[pl.DataFrame, int]] = deque()
        self._bytes = 0
        self._ended = False
        self._failure: BaseException | None = None
        self._turn = threading.Condition()
        cancel.watch(self._wake)

    def _wake(self) -> None:
        with self._turn:
            self._turn.notify_all()

    def put(self, batch: pl.DataFrame) -> None:
        """Wait for room, then leave ``batch``. Raises ``Cancelled``."""
        size = int(batch.estimated_size())
        with self._turn:
            while self._batches and self._bytes + size > self._max_bytes:
                self._cancel.check()
                self._turn.wait()
            self._cancel.check()
            self._batches.append((batch, size))
            self._bytes += size
            self._turn.notify_all()

    def end(self, failure: BaseException | None = None) -> None:
        """The reader is through, or somebody failed: the writer gets the first failure at once."""
        with self._turn:
            self._ended = True
            self._failure = self._failure or failure
            self._turn.notify_all()

    def __iter__(self) -> Iterator[pl.DataFrame]:
        while (batch := self._next()) is not None:
            yield batch

    def _next(self) -> pl.DataFrame | None:
        with self._turn:
            while not self._batches and not self._ended:
                self._cancel.check()
                self._turn.wait(left(self._deadline))
            self._cancel.check()
            left(self._deadline)  # a reader that is never late may still take too long in all
            if self._failure is not None:
                raise self._failure
            if not self._batches:
                return None
            batch, size = self._batches.popleft()
            self._bytes -= size
            self._turn.notify_all()
            return batch
