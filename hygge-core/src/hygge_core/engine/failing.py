"""How an entity ends that did not end well: in the journal's words, and in the result's."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve

from hygge_core.errors import Blocked, Cancelled, FlowError, HyggeError, LeaseHeld
from hygge_core.plugins.watchdog import told
from hygge_core.secrets import scrub
from hygge_core.task import Failure, Outcome, Result

if TYPE_CHECKING:
    from hygge_core.task import Task

#: What ends one entity and nothing else; a plugin's ``sys.exit`` and a panic in Rust are among it.
ENDS = (Exception, SystemExit, pl.exceptions.PanicException)

_OUTCOMES: dict[type[BaseException], Outcome] = {
    Blocked: "blocked",
    LeaseHeld: "held",
    Cancelled: "cancelled",
}


def ended(task: Task, outcome: Outcome) -> Result:
    """The result of a task, as far as every outcome has one."""
    return Result(
        run_id=task.run_id,
        flow=task.flow,
        entity=task.entity,
        run_type=task.run_type,
        outcome=outcome,
    )


def fallen(task: Task, exc: BaseException) -> Result:
    """The result of a task that ended with ``exc``: its own text, hint and notes, scrubbed."""
    failure = Failure(
        kind=type(exc).__name__,
        text=said(exc),
        hint=scrub(exc.hint) if isinstance(exc, HyggeError) and exc.hint else None,
        transient=isinstance(exc, FlowError) and exc.transient,
        exit_code=exc.exit_code if isinstance(exc, HyggeError) else 1,
        notes=tuple(map(scrub, (*getattr(exc, "__notes__", ()), *_where(exc)))),
    )
    return evolve(ended(task, _OUTCOMES.get(type(exc), "fail")), failure=failure)


def journalled(exc: BaseException) -> dict[str, Any]:
    """The metadata of a ``fail`` event."""
    return {"error": said(exc), "kind": type(exc).__name__}


def said(exc: BaseException) -> str:
    """The cause's own text without secrets; of a stranger's exception the class says half of it."""
    return scrub((str(exc) if isinstance(exc, HyggeError) else told(exc)) or type(exc).__name__)


def _where(exc: BaseException) -> tuple[str, ...]:
    """Where an exception was raised that nobody has translated: for whoever has to mend it."""
    frames = traceback.extract_tb(exc.__traceback__)
    if isinstance(exc, HyggeError) or not frames:
        return ()
    return (f"raised in {frames[-1].filename}, line {frames[-1].lineno}",)
