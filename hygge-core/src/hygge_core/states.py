"""The states of a run: which may follow which, for every journal and ledger, whoever wrote it.

::

    open → decided → committed → done        the way of a run that nothing disturbs
    open → rolled_back                       before the decision: undone
    decided ↔ blocked                        decided, but it cannot be finished, or not yet
    decided, blocked → rolled_back           an operator's undo

The same state again is always fine: an answer was lost, and the step is asked for once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hygge_core.errors import JournalError
from hygge_core.records import name_of

if TYPE_CHECKING:
    from hygge_core.records import RunRecord, RunState, Watermark

#: state → the states that may follow it; ``None``: the run is not recorded yet.
FOLLOWS: Mapping[RunState | None, frozenset[RunState]] = {
    None: frozenset({"open"}),
    "open": frozenset({"decided", "rolled_back"}),
    "decided": frozenset({"committed", "blocked", "rolled_back"}),
    "blocked": frozenset({"decided", "rolled_back"}),
    "committed": frozenset({"done"}),
    "done": frozenset(),
    "rolled_back": frozenset(),
}

#: The states in which a run is over. All others are unfinished: ``open_runs`` has them.
OVER: frozenset[RunState] = frozenset(
    state for state, after in FOLLOWS.items() if state and not after
)


def demand_step(run: RunRecord, before: RunState | None) -> bool:
    """Whether ``run`` is recorded in its state already, ``before`` being what is recorded.

    True: the step is repeated, and counts once. Raises ``JournalError`` where the state of ``run``
    may not follow.
    """
    if run.state != before and run.state not in FOLLOWS[before]:
        raise JournalError(
            f"run {run.ref.run_id} of {name_of(run.ref.flow, run.ref.entity)} cannot become"
            f" {run.state}: it is {before or 'not recorded'}",
            hint="nothing was recorded; `hygge journal show` tells what happened to it",
        )
    return run.state == before


def demand_watermark(
    run: RunRecord, current: Watermark | None, watermark: Watermark, *, repeated: bool
) -> None:
    """Raise ``JournalError`` unless ``current`` is what the run found when it began.

    ``repeated`` is what ``demand_step`` said: then ``watermark`` may be the current one already.
    """
    if current != run.watermark_before and not (repeated and current == watermark):
        raise JournalError(
            f"the watermark of {name_of(run.ref.flow, run.ref.entity)} was changed while run"
            f" {run.ref.run_id} was moving",
            hint="nothing was recorded; `hygge journal events` tells who changed it",
        )


__all__ = ["FOLLOWS", "OVER", "demand_step", "demand_watermark"]
