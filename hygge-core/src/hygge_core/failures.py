"""What an exception is to whoever has to do something about it: its own words, without secrets."""

from __future__ import annotations

import traceback

from hygge_core.errors import FlowError, HyggeError
from hygge_core.plugins.watchdog import told
from hygge_core.secrets import scrub
from hygge_core.task import Failure


def failure_of(exc: BaseException) -> Failure:
    """``exc`` as a result, a plan or an exit code takes it: its own text, hint and notes."""
    return Failure(
        kind=type(exc).__name__,
        text=said(exc),
        hint=scrub(exc.hint) if isinstance(exc, HyggeError) and exc.hint else None,
        transient=isinstance(exc, FlowError) and exc.transient,
        exit_code=exc.exit_code if isinstance(exc, HyggeError) else 1,
        notes=tuple(map(scrub, (*getattr(exc, "__notes__", ()), *_where(exc)))),
    )


def said(exc: BaseException) -> str:
    """The cause's own text without secrets; of a stranger's exception the class says half of it."""
    return scrub((str(exc) if isinstance(exc, HyggeError) else told(exc)) or type(exc).__name__)


def _where(exc: BaseException) -> tuple[str, ...]:
    """Where an exception was raised that nobody has translated: for whoever has to mend it."""
    frames = traceback.extract_tb(exc.__traceback__)
    if isinstance(exc, HyggeError) or not frames:
        return ()
    return (f"raised in {frames[-1].filename}, line {frames[-1].lineno}",)


__all__ = ["failure_of", "said"]
