"""A store in a whole run: the engine's walk over every point, a cancel at every point, a canary."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import pytest

from hygge_core import faults
from hygge_core.engine.flow import move
from hygge_core.engine.world import World
from hygge_core.jsons import to_json
from hygge_core.protocols import KeepsLedger
from hygge_core.scene import Cancel
from hygge_core.testing.canary import canaries, none_shown
from hygge_core.testing.contract import MODES
from hygge_core.testing.plans import Action, At, Count
from hygge_core.testing.promises import keep, none_of, same, told_of
from hygge_core.testing.stores.place import StorePlace, expected, run_type_of
from hygge_core.testing.thinning import points_of_calls, steps_of_calls
from hygge_core.testing.walk import OLD, Walk, persistent_error

if TYPE_CHECKING:
    from hygge_core.records import Mode
    from hygge_core.task import Result

Fresh = Callable[..., AbstractContextManager[StorePlace]]
ACTIONS: tuple[Action, ...] = ("crash", "error")


class StoreWalk:
    """The part of ``StoreContract`` that runs the engine."""

    every_step: ClassVar[int]
    every_double: ClassVar[int]

    @MODES
    def test_after_any_fault_the_next_start_puts_right(self, fresh: Fresh, mode: Mode) -> None:
        walk = _walk(fresh, mode)
        for k, action in self._taken(walk):
            walk.step(k, action)

    @MODES
    def test_a_disturbed_recovery_is_put_right_too(self, fresh: Fresh, mode: Mode) -> None:
        walk = _walk(fresh, mode)
        for k, action, j, again in walk.some_doubles(ACTIONS, self.every_double):
            walk.double_step(k, action, j, again)

    def test_a_store_that_keeps_a_ledger_needs_no_journal(self, fresh: Fresh) -> None:
        with fresh() as place, place.opened() as store:
            if not isinstance(store, KeepsLedger):
                pytest.skip("it keeps no ledger: its flows need a journal")
        walk = _walk(partial(fresh, journal=False), "full_drop")
        for k, action in self._taken(walk):
            walk.step(k, action)
        for k, action, j, again in walk.some_doubles(ACTIONS, self.every_double):
            walk.double_step(k, action, j, again)

    @MODES
    def test_it_can_be_asked_to_stop_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        walk = _walk(fresh, mode)
        for k in points_of_calls(walk.points(), self.every_step):
            with fresh() as place:
                walk.prepare(place)
                result, at = _stopped(place, walk, k)
                keep(
                    result.outcome in ("cancelled", "complete"),
                    f"a run asked to stop {at}",
                    told_of(result),
                )
                seen = expected(mode) if result.outcome == "complete" else OLD
                same(place.seen(OLD), seen, f"a cancelled run publishes nothing {at}")
                if result.outcome == "cancelled":
                    none_of(place.leftovers(), f"a cancelled run leaves nothing {at}")

    def test_no_secret_is_ever_shown(self, fresh: Fresh) -> None:
        with fresh() as place:
            hidden = canaries(place.plugins, "store", place.store)
            none_shown(_everything_told(place, max(3, self.every_step)), hidden)

    def _taken(self, walk: Walk) -> Sequence[tuple[int, Action]]:
        return steps_of_calls(walk.points(), ACTIONS, self.every_step)


def _walk(fresh: Fresh, mode: Mode) -> Walk:
    with fresh() as place:
        if mode not in place.capabilities:
            pytest.skip(f"{place.subject.type} does not declare {mode!r}")
        first = run_type_of(place.first)
    return Walk(make=fresh, run_type=run_type_of(mode), first=first)


class _Stop(Count):
    """Asks for a stop at the k-th point."""

    def __init__(self, k: int, cancel: Cancel) -> None:
        super().__init__()
        self.k, self.cancel = k, cancel

    def reach(self, point: str, detail: str) -> None:
        super().reach(point, detail)
        if len(self.points) == self.k + 1:
            self.cancel.request("the kit asked to stop")


def _stopped(place: StorePlace, walk: Walk, k: int) -> tuple[Result, str]:
    cancel = Cancel()
    plan = _Stop(k, cancel)
    with (
        World(place.plugins, root=place.root, cancel=cancel) as world,
        faults.planned(plan),
    ):
        result = move(place.task(walk.run_type), world)
    return result, f"(asked to stop at point {k}, {plan.points[min(k, len(plan.points) - 1)][0]})"


def _everything_told(place: StorePlace, every: int) -> Iterator[str]:
    """Results, events, records and errors of runs that went well and runs that did not."""
    place.offer(OLD)
    counted = Count()
    place.run(run_type_of(place.first), counted)
    for k in points_of_calls(counted.names(), every):
        yield from _told_of_failure(place, At(k, "error", error=persistent_error))
    yield from map(to_json, place.runs())


def _told_of_failure(place: StorePlace, plan: At) -> Iterator[str]:
    said: list[str] = []
    emit = said.append
    with World(place.plugins, root=place.root, emit=lambda event: emit(repr(event))) as world:
        said += [repr(world.config_of("store", place.store)), world.address("store", place.store)]
        with faults.planned(plan):
            said.append(to_json(move(place.task(run_type_of(place.first)), world)))
    yield from said
    yield from map(str, plan.points)
