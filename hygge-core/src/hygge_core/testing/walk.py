"""The exhaustive walk: every fault point of a run, and every point of the recovery from it.

A run is done once to count its points; then, for each of them, on a fresh ground: live until
something happens there, look, start again without faults, and look again. What must hold:

* whenever one looks, the old content or the new one is there (of an append that is not atomic:
  the old rows and, after the decision, some of the new ones), never a mixture, never a double;
* after the next start that nothing disturbs, the destination, the watermark and the journal say
  exactly what an undisturbed run would have made them say, and nothing lies around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from hygge_core.errors import FlowError
from hygge_core.testing.plans import Action, At, Count

if TYPE_CHECKING:
    from hygge_core.records import RunType
    from hygge_core.testing.ground import Ground

OLD = pl.DataFrame({"id": [1, 2, 3, 4, 5], "name": ["a", "b", None, "d", ""]})
MORE = pl.DataFrame({"id": [6, 7, 8, 9], "name": ["f", None, "h", "i"]})
OTHER = pl.DataFrame({"id": [3, 4, 10], "name": ["c", "d", "j"]})


def persistent_error(point: str) -> Exception:
    """The world says no, and trying again at once does not help."""
    return FlowError(f"injected at {point}")


@frozen(kw_only=True)
class Walk:
    """One store on one kind of ground, moved one way.

    ``make`` gives a fresh ground each time; ``errors`` makes the error of the ``error`` steps.
    """

    make: Callable[[], AbstractContextManager[Ground]]
    run_type: RunType
    errors: Callable[[str], Exception] = persistent_error

    @property
    def before(self) -> pl.DataFrame:
        """What is there before the disturbed run."""
        return OLD

    @property
    def source(self) -> pl.DataFrame:
        """What the source holds when the disturbed run starts."""
        return OTHER if self.run_type == "full_drop" else pl.concat([OLD, MORE])

    @property
    def after(self) -> pl.DataFrame:
        """What must be there in the end."""
        return self.source

    def points(self) -> list[str]:
        """The names of the points of the undisturbed run, in order."""
        with self.make() as ground:
            self._prepare(ground)
            counted = Count()
            result = ground.run(self.run_type, counted)
            assert result is not None
            assert result.outcome == "complete", result
            self._settled(ground, "an undisturbed run")
        return counted.names()

    def recovery_points(self, k: int, action: Action) -> tuple[str, list[str]]:
        """What ``action`` at point ``k`` left behind, and the points of the start that follows."""
        with self.make() as ground:
            self._disturbed(ground, k, action)
            left = ground.durable()
            counted = Count()
            ground.run(self.run_type, counted)
        return left, counted.names()

    def doubles(self, actions: Sequence[Action]) -> Iterator[tuple[int, Action, int, Action]]:
        """Every pair of a disturbance and a disturbance of the recovery from it.

        A start knows nothing but what is durable: of the disturbances that leave the same behind,
        only the first is taken further.
        """
        known: set[str] = set()
        for k, action in steps(self.points(), actions):
            left, names = self.recovery_points(k, action)
            if left not in known:
                known.add(left)
                yield from ((k, action, j, again) for j, again in steps(names, actions))

    def step(self, k: int, action: Action) -> None:
        """``action`` at point ``k``, then an undisturbed start."""
        with self.make() as ground:
            place = self._disturbed(ground, k, action)
            self._recovered(ground, place)

    def double_step(self, k: int, action: Action, j: int, again: Action) -> None:
        """``action`` at ``k``, ``again`` at point ``j`` of the recovery, then a clean start."""
        with self.make() as ground:
            place = self._disturbed(ground, k, action)
            plan = At(j, again, error=self.errors)
            ground.run(self.run_type, plan)
            place = f"{place}, then {again} at {_name(plan)} of the recovery"
            self._never_mixed(ground, place)
            self._recovered(ground, place)

    def _prepare(self, ground: Ground) -> None:
        ground.offer(self.before)
        first = ground.run("full_drop")
        assert first is not None
        assert first.outcome == "complete", first
        ground.offer(self.source)

    def _disturbed(self, ground: Ground, k: int, action: Action) -> str:
        self._prepare(ground)
        plan = At(k, action, error=self.errors)
        result = ground.run(self.run_type, plan)
        place = f"{action} at point {k} ({_name(plan)})"
        self._never_mixed(ground, place)
        if result is not None and result.outcome == "complete":
            self._same(ground, self.after, f"{place}: the run said complete")
        if result is not None and result.failure and not result.failure.transient:
            assert "injected" in result.failure.text, f"{place}: the cause was hidden: {result}"
        return place

    def _recovered(self, ground: Ground, place: str) -> None:
        result = ground.run(self.run_type)
        assert result is not None
        assert result.outcome in ("complete", "skip"), f"{place}: the next start: {result}"
        self._settled(ground, place)

    def _settled(self, ground: Ground, place: str) -> None:
        self._same(ground, self.after, place)
        leftovers = list(ground.leftovers())
        assert not leftovers, f"{place}: left lying around: {leftovers}"
        unfinished = [run for run in ground.runs() if run.state not in ("done", "rolled_back")]
        assert not unfinished, f"{place}: the journal has unfinished runs: {unfinished}"
        if ground.journal is not None:
            self._journal_agrees(ground, place)

    def _journal_agrees(self, ground: Ground, place: str) -> None:
        watermark = ground.watermark()
        assert watermark is not None, f"{place}: the watermark is gone"
        assert watermark.mark is not None, f"{place}: the watermark has no mark"
        highest = str(self.after["id"].max())
        assert watermark.mark.value == highest, f"{place}: watermark {watermark}, rows to {highest}"
        if self.run_type == "incremental":
            told = ground.rows_journalled()
            moved = self.after.height
            assert told == moved, f"{place}: the journal tells of {told} rows, {moved} were moved"

    def _never_mixed(self, ground: Ground, place: str) -> None:
        seen = ground.visible()
        assert seen is not None, f"{place}: the destination is gone"
        allowed = [self.before, self.after]
        if any(_equal(seen, frame) for frame in allowed):
            return
        partly = self.run_type == "incremental" and not ground.atomic
        assert partly, f"{place}: neither old nor new is visible: {seen}"
        assert seen["id"].is_unique().all(), f"{place}: rows are doubled: {seen}"
        assert set(self.before["id"]) <= set(seen["id"]) <= set(self.after["id"]), (
            f"{place}: {seen}"
        )

    def _same(self, ground: Ground, expected: pl.DataFrame, place: str) -> None:
        seen = ground.visible()
        assert seen is not None, f"{place}: the destination is gone"
        assert _equal(seen, expected), f"{place}: expected {expected}, found {seen}"


def steps(names: Sequence[str], actions: Sequence[Action]) -> Iterator[tuple[int, Action]]:
    """Every (point, action) of a walk: crash and error at each ``:before`` and each ``:after``.

    An error at an ``:after`` point is the lost answer: done, but reported as failed.
    """
    for k in range(len(names)):
        for action in actions:
            yield k, action


def _equal(seen: pl.DataFrame, expected: pl.DataFrame) -> bool:
    columns = expected.columns
    if sorted(seen.columns) != sorted(columns):
        return False
    return seen.select(columns).sort(columns).equals(expected.sort(columns))


def _name(plan: At) -> str:
    return plan.points[plan.k][0] if plan.k < len(plan.points) else "never reached"
