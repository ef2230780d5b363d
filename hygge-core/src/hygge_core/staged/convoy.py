"""Files on their way to a storage that is far: a few at once, while the next one is encoded."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Generic, TypeVar

T = TypeVar("T")


def _say_nothing(error: BaseException) -> None:
    """The default where nobody watches: ``room`` and ``arrived`` raise it."""


class Convoy(Generic[T]):
    """Does jobs in ``at_once`` threads of its own; with 0 of them, in the caller's.

    At most ``at_once`` jobs wait or are done at any time, so what they hold is bounded.
    """

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._threads = ThreadPoolExecutor(at_once, "carry") if at_once else None
        self._sent: list[Future[T]] = []
        self._failed: Callable[[BaseException], None] = _say_nothing

    def watch(self, failed: Callable[[BaseException], None]) -> None:
        """Call ``failed``, from any thread, with what a job raises as soon as it does.

        Also what one of those under way has raised already. Whoever watched before is let go.
        """
        self._failed = failed
        for each in self._sent:
            if each.done():
                self._look(each)

    def _look(self, over: Future[T]) -> None:
        if (error := over.exception()) is not None:
            self._failed(error)

    def room(self) -> None:
        """Wait until another job may be sent. Raises what one of those under way has raised.

        By then none is under way any more: what was given up does not arrive later.
        """
        if self._threads is None:
            return
        while (
            len(on_their_way := [each for each in self._sent if not each.done()]) >= self._at_once
        ):
            wait(on_their_way, return_when=FIRST_COMPLETED)
        if any(each.done() and each.exception() for each in self._sent):
            self.arrived()

    def send(self, job: Callable[[], T]) -> None:
        """Do ``job``; after ``room`` this does not wait for others."""
        if self._threads is not None:
            self._sent.append(sent := self._threads.submit(job))
            sent.add_done_callback(self._look)
            return
        done: Future[T] = Future()
        done.set_result(job())
        self._sent.append(done)

    def arrived(self) -> list[T]:
        """What the jobs returned, in the order of sending, when all are done.

        Raises what the first that failed has raised.
        """
        self.end()
        return [each.result() for each in self._sent]

    def end(self) -> None:
        """Wait until nothing is under way; nothing more is sent."""
        if self._threads is not None:
            self._threads.shutdown(wait=True)
