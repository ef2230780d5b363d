"""Calling a stranger's code: not for ever, and with its failure told in its own words."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable
from typing import TypeVar

from hygge_core.answer import Answer

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises; ``TimeoutError`` naming its last line after ``seconds``.

    The call runs in a daemon thread, since nothing else can be given up on every platform: a
    call that hangs is left behind, and does not keep the process from ending.
    """
    answer = Answer(call)
    thread = threading.Thread(target=answer.fetch, name="hygge-watched", daemon=True)
    thread.start()
    thread.join(seconds)
    if not answer.is_there:
        raise TimeoutError(f"still at it after {seconds:g} s{_place(thread)}")
    return answer.given()


def told(exc: BaseException) -> str:
    """``exc`` in one piece of text: its class and what it says."""
    return f"{type(exc).__name__}: {exc}".removesuffix(": ")


def _place(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)
    if frame is None:
        return ""
    last = traceback.extract_stack(frame)[-1]
    return f", in {last.filename}, line {last.lineno}"
