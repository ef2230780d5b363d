"""Waiting for a stranger's code, but no longer than anybody wants what it has to say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hygge_core.answer import Answer
from hygge_core.engine.threads import crew
from hygge_core.errors import FlowError

if TYPE_CHECKING:
    from hygge_core.scene import Cancel

T = TypeVar("T")


def left(deadline: float | None) -> float | None:
    """Seconds until the ``time.monotonic()`` moment ``deadline``. Raises ``FlowError`` after it."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise FlowError(
            "the extraction took longer than its timeout",
            hint="raise `timeout` in [run] or in the flow, or move less at once",
        )
    return seconds


def patiently(call: Callable[[], T], cancel: Cancel, deadline: float | None) -> T:
    """What ``call`` returns or raises; ``Cancelled`` or ``FlowError`` as soon as it is unwanted.

    The call has another thread. One that hangs in a driver is left behind there: see
    :func:`hygge_core.engine.threads.crew.left_behind`.
    """
    answer = Answer(call)
    over = crew.sent(answer.fetch, "asked")
    cancel.watch(over.set)
    while not over.wait(left(deadline)):
        pass
    cancel.check()
    return answer.given()
