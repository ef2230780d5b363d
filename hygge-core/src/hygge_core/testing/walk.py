"""The exhaustive walk: every fault point of a run, and every point of the recovery from it.

A run is done once to count its points; then, for each of them, on a fresh ground: live until
something happens there, look, start again without faults, and look again. What must hold:

* whenever one looks, the old content or the new one is there (of an append that is not atomic:
  the old rows and, after the decision, some of the new ones), never a mixture, never a double;
* after the next start that nothing disturbs, the destination, the watermark and the journal say
  exactly what an undisturbed run would have made them say, and nothing lies around.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from hygge_core.errors import FlowError
from hygge_core.states import OVER
from hygge_core.testing.plans import Action, At, Count
from hygge_core.testing.promises import broken, completes, difference, keep, none_of, same, told_of
from hygge_core.testing.thinning import steps, thinned, turn

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

    ``make`` gives a fresh ground each time; ``errors`` makes the error of the ``error`` steps;
    ``first`` is how the first content gets there.
    """

    make: Callable[[], AbstractContextManager[Ground]]
    run_type: RunType
    first: RunType = "full_drop"
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
            self.prepare(ground)
            counted = Count()
            result = ground.run(self.run_type, counted)
            completes(result)
            self._settled(ground, "an undisturbed run")
        return counted.names()

    def recovery_points(self, k: int, action: Action) -> tuple[str, list[str]]:
        """What ``action`` at point ``k`` left behind, and the points of the start that follows."""
        with self.make() as ground:
            self.disturbed(ground, k, action)
            left = ground.durable()
            counted = Count()
            ground.run(self.run_type, counted)
        return left, counted.names()

    def doubles(
        self, actions: Sequence[Action], first: Iterable[tuple[int, Action]] | None = None
    ) -> Iterator[tuple[int, Action, int, Action]]:
        """Every pair of a disturbance (or of those in ``first``) and one of the recovery from it.

        A start knows nothing but what is durable: of the disturbances that leave the same behind,
        only the first is taken further.
        """
        known: set[str] = set()
        for k, action in steps(self.points(), actions) if first is None else first:
            left, names = self.recovery_points(k, action)
            if left not in known:
                known.add(left)
                yield from ((k, action, j, again) for j, again in steps(names, actions))

    def some_doubles(
        self,
        actions: Sequence[Action],
        every: int,
        first: Iterable[tuple[int, Action]] | None = None,
    ) -> Iterator[tuple[int, Action, int, Action]]:
        """A sample of ``doubles``: each ``every``-th disturbance, with one of its recovery's."""
        whole = list(steps(self.points(), actions) if first is None else first)
        for at, (k, action) in enumerate(thinned(whole, every, lambda _: "a step"), turn()):
            _, names = self.recovery_points(k, action)
            second = list(steps(names, actions))
            if second:
                yield k, action, *second[(at * 7 + 3) % len(second)]

    def step(self, k: int, action: Action) -> None:
        """``action`` at point ``k``, then an undisturbed start."""
        with self.make() as ground:
            place = self.disturbed(ground, k, action)
            self.recovered(ground, place)

    def double_step(self, k: int, action: Action, j: int, again: Action) -> None:
        """``action`` at ``k``, ``again`` at point ``j`` of the recovery, then a clean start."""
        with self.make() as ground:
            place = self.disturbed(ground, k, action)
            place = self.disturbed_again(ground, place, At(j, again, error=self.errors))
            self.recovered(ground, place)

    def prepare(self, ground: Ground) -> None:
        """The old content is there, and the source holds the new."""
        ground.fill(self.before, self.first)
        ground.offer(self.source)

    def disturbed(self, ground: Ground, k: int, action: Action) -> str:
        """``action`` at point ``k`` of a run on the prepared ground; returns where that was."""
        self.prepare(ground)
        return self.disturb(ground, k, action)

    def disturb(self, ground: Ground, k: int, action: Action) -> str:
        """The same on a ground that is prepared already."""
        plan = At(k, action, error=self.errors)
        result = ground.run(self.run_type, plan)
        place = f"{action} at point {k} ({_name(plan)})"
        self._never_mixed(ground, place)
        if result is not None and result.outcome == "complete":
            same(ground.visible(), self.after, f"a run that says complete is. {place}")
        if result is not None and result.failure and not result.failure.transient:
            keep("injected" in result.failure.text, f"the cause stays visible. {place}", result)
        return place

    def disturbed_again(self, ground: Ground, place: str, plan: At) -> str:
        """``plan`` happens to the recovery from ``place``; returns where that was."""
        ground.run(self.run_type, plan)
        place = f"{place}, then {plan.action} at {_name(plan)} of the recovery"
        self._never_mixed(ground, place)
        return place

    def recovered(self, ground: Ground, place: str) -> None:
        """A start that nothing disturbs puts everything right."""
        result = ground.run(self.run_type)
        if result is None or result.outcome not in ("complete", "skip"):
            broken(f"the next start puts everything right. {place}", told_of(result))
        self._settled(ground, place)

    def _settled(self, ground: Ground, place: str) -> None:
        same(ground.visible(), self.after, f"no row is lost, and none is doubled. {place}")
        none_of(ground.leftovers(), f"nothing is left lying around. {place}")
        unfinished = [run for run in ground.runs() if run.state not in OVER]
        keep(not unfinished, f"the journal has no unfinished run in the end. {place}", unfinished)
        if ground.journal is not None:
            self._journal_agrees(ground, place)

    def _journal_agrees(self, ground: Ground, place: str) -> None:
        watermark = ground.watermark()
        highest = str(self.after["id"].max())
        told = watermark.mark.value if watermark and watermark.mark else None
        keep(told == highest, f"the watermark agrees with the rows, {highest}. {place}", watermark)
        if self.run_type == "incremental":
            moved = ground.rows_journalled()
            promise = f"the journal tells of every row that was moved, {self.after.height}. {place}"
            keep(moved == self.after.height, promise, f"found: {moved}")

    def _never_mixed(self, ground: Ground, place: str) -> None:
        never_mixed(
            ground.visible(),
            self.before,
            self.after,
            atomic=ground.atomic or self.run_type == "full_drop",
            place=place,
        )


def never_mixed(
    seen: pl.DataFrame | None, old: pl.DataFrame, new: pl.DataFrame, *, atomic: bool, place: str
) -> None:
    """Keep it: readers see ``old`` or ``new``; unless ``atomic``, ``old`` and some of ``new``."""
    __tracebackhide__ = True
    if seen is None:
        broken(f"the destination is there at every moment. {place}")
    as_old, as_new = difference(seen, old), difference(seen, new)
    if not as_old or not as_new:
        return
    told = f"against the old content: {as_old}\nagainst the new content: {as_new}"
    keep(not atomic, f"atomic: a reader sees all of a load or nothing of it. {place}", told)
    keep(seen["id"].is_unique().all(), f"no row is doubled. {place}", told)
    partly = set(old["id"]) <= set(seen["id"]) <= set(new["id"])
    keep(partly, f"an append only adds rows of its own. {place}", told)


def _name(plan: At) -> str:
    return plan.points[plan.k][0] if plan.k < len(plan.points) else "never reached"
