"""``hygge plan`` on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from hygge_core.cli import streams, wording
from hygge_core.jsons import to_plain
from hygge_core.operate.planning import Plan
from hygge_core.task import exit_code

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation

_RECOVERY = {
    "back": "undo run {0}, which was left open",
    "forward": "finish run {0}, which was decided",
    "blocked": "run {0} is blocked: hygge recover --forward {0}, or --undo {0}",
}


def give_plans(said: Invocation, plans: Iterable[Plan]) -> int:
    """Print the plans as they come; returns the exit code that a run would have by them."""
    known = list(plans)
    if said.json:
        streams.give_json([_plain(each) for each in known])
    elif not known:
        streams.say("nothing is selected")
    else:
        for each in known:
            streams.give("\n".join(_told(each, verbose=said.verbosity > 0)))
    return exit_code(each.failure for each in known if each.failure)


def _plain(plan: Plan) -> dict[str, Any]:
    """A plan as JSON: its failure is told in three words of the plan itself."""
    told: dict[str, Any] = to_plain(plan)
    del told["failure"]
    failure = plan.failure
    told["problem"] = failure.text if failure else ""
    told["hint"] = (failure.hint or "") if failure else ""
    told["exit_code"] = exit_code([failure]) if failure else 0
    return told


def _told(plan: Plan, *, verbose: bool) -> Iterator[str]:
    yield f"{plan.name}: {plan.run_type}" + (f" ({plan.mode})" if plan.mode else "")
    for word, text in _facts(plan, verbose=verbose):
        if text:
            yield f"  {word:<8} {wording.hanging(text, 11)}"


def _facts(plan: Plan, *, verbose: bool) -> Iterator[tuple[str, str]]:
    yield "from", wording.near(plan.source)
    yield "to", wording.near(plan.destination)
    yield "range", _range(plan)
    yield "journal", wording.near(plan.journal)
    for due in plan.recovery:
        yield "first", _RECOVERY[due.direction].format(due.run_id)
    yield "limit", wording.rows(plan.limit) if plan.limit else ""
    yield "rows", f"about {plan.estimated_rows:,}" if plan.estimated_rows is not None else ""
    if verbose:
        yield "columns", ", ".join(f"{name} {dtype}" for name, dtype in plan.columns)
    if plan.failure:
        yield "problem", plan.failure.text
        yield "try", plan.failure.hint or ""


def _range(plan: Plan) -> str:
    if not plan.watermark:
        return ""
    if plan.mode != "append":
        return f"everything; {plan.watermark} is recorded"
    return f"{plan.watermark} > {plan.low}" if plan.low else f"{plan.watermark}: from the beginning"
