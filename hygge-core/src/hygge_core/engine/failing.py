"""How an entity ends that did not end well: in the journal's words, and in the result's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars  # noqa: F401  # for its panics
from attrs import evolve

from hygge_core.errors import Blocked, Cancelled, LeaseHeld
from hygge_core.failures import ends, failure_of, said
from hygge_core.task import Outcome, Result

if TYPE_CHECKING:
    from hygge_core.plugins import Plugins
    from hygge_core.task import Task

#: See ``ends``: by now there are panics.
ENDS = ends()

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


def fallen(task: Task, exc: BaseException, plugins: Plugins) -> Result:
    """The result of a task that ended with ``exc``: its own text, hint and notes, scrubbed."""
    failure = failure_of(exc, plugins)
    return evolve(ended(task, _OUTCOMES.get(type(exc), "fail")), failure=failure)


def journalled(exc: BaseException) -> dict[str, Any]:
    """The metadata of a ``fail`` event."""
    return {"error": said(exc), "kind": type(exc).__name__}
