"""A store under faults: a crash or an error at every point of every verb, a pause, a take-over."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, ClassVar

from hygge_core.engine.coordinator import new_run_id
from hygge_core.faults import planned
from hygge_core.testing.contract import MODES
from hygge_core.testing.plans import Action, At, Count, Crash
from hygge_core.testing.promises import keep, none_of, promised, same
from hygge_core.testing.stores.place import (
    StorePlace,
    committing,
    declared,
    expected,
    incoming,
    reference,
    rolling_back,
    staging,
    tidying,
)
from hygge_core.testing.thinning import some_points, some_steps
from hygge_core.testing.walk import OLD, never_mixed, persistent_error

if TYPE_CHECKING:
    from hygge_core.protocols import Store
    from hygge_core.records import Manifest, Mode

Fresh = Callable[..., AbstractContextManager[StorePlace]]
#: How the second load gets into staging: place, mode, run id → what is to be done to the store.
Stages = Callable[[StorePlace, "Mode", str], Callable[["Store"], "Manifest"]]
ACTIONS: tuple[Action, ...] = ("crash", "error")
#: How long a second owner waits for a paused one that may hold a lock, in seconds.
PATIENCE = 0.05


def by_rows(place: StorePlace, mode: Mode, run_id: str) -> Callable[[Store], Manifest]:
    """The second load is written."""
    return staging(incoming(mode), mode, run_id)


class StoreFaults:
    """The part of ``StoreContract`` that disturbs single verbs."""

    every_step: ClassVar[int]

    @MODES
    def test_a_commit_says_where_it_stands(self, fresh: Fresh, mode: Mode) -> None:
        keep(
            _points_of_commit(fresh, mode, by_rows),
            "the durable steps of commit() stand between fault points, so that they can be tested",
            "put `with faults.around('lake.rename', name):` around each of them",
        )

    @MODES
    def test_a_commit_may_crash_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        commits_crash(fresh, mode, self.every_step, by_rows)

    @MODES
    def test_what_never_was_decided_may_crash_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        stagings_crash(fresh, mode, self.every_step, by_rows)

    @MODES
    def test_a_rollback_may_crash_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        points = _points_of(fresh, mode, _undoing, commit=False)
        for k, action in some_steps(points, ACTIONS, self.every_step):
            with fresh() as place:
                manifest = _prepared(place, mode)
                act = _undoing(manifest)
                raised = place.dies(At(k, action, error=persistent_error), act)
                at = f"({action} at point {k} of rollback)"
                _passes_through(raised, action, at)
                with promised(f"a rollback can be repeated {at}"):
                    place.with_store(act)
                same(place.seen(OLD), OLD, f"a rollback changes nothing visible {at}")
                none_of(place.leftovers(), f"a repeated rollback removes the rest {at}")

    @MODES
    def test_a_cleanup_may_crash_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        points = _points_of(fresh, mode, tidying, commit=True)
        for k, action in some_steps(points, ACTIONS, self.every_step):
            with fresh() as place:
                manifest = _prepared(place, mode)
                place.with_store(committing(manifest))
                raised = place.dies(At(k, action, error=persistent_error), tidying(manifest))
                at = f"({action} at point {k} of cleanup)"
                _passes_through(raised, action, at)
                same(place.seen(OLD), expected(mode), f"a cleanup changes nothing visible {at}")
                _finished(place, manifest, mode, at)

    @MODES
    def test_a_paused_owner_that_wakes_up_does_no_harm(self, fresh: Fresh, mode: Mode) -> None:
        points = _points_of_commit(fresh, mode, by_rows)
        for k in some_points(points, self.every_step):
            with fresh() as place:
                manifest = _prepared(place, mode)
                _overtaken(place, manifest, At(k, "pause", seconds=20))
                at = f"(paused at point {k} of commit, {points[k]}, and taken over)"
                _finished(place, manifest, mode, at)


def commits_crash(fresh: Fresh, mode: Mode, every: int, stages: Stages) -> None:
    """Each disturbance of a commit of what ``stages`` staged, and the next process's commit."""
    for k, action in some_steps(_points_of_commit(fresh, mode, stages), ACTIONS, every):
        with fresh() as place:
            manifest = _prepared(place, mode, stages)
            plan = At(k, action, error=persistent_error)
            raised = place.dies(plan, committing(manifest))
            at = f"({action} at point {k} of commit, {plan.points[k][0]})"
            _passes_through(raised, action, at)
            atomic = place.atomic or mode == "full_drop"
            never_mixed(place.seen(OLD), OLD, expected(mode), atomic=atomic, place=at)
            if raised is None:
                same(place.seen(OLD), expected(mode), f"a commit that returns is done {at}")
            _finished(place, manifest, mode, at)


def stagings_crash(fresh: Fresh, mode: Mode, every: int, stages: Stages) -> None:
    """Each disturbance of what ``stages`` does, its rollback, and the same load begun anew."""
    for k, action in some_steps(_points_of_staging(fresh, mode, stages), ACTIONS, every):
        with fresh() as place:
            place.hold_old()
            run_id = new_run_id()
            plan = At(k, action, error=persistent_error)
            raised = place.dies(plan, stages(place, mode, run_id))
            at = f"({action} at point {k} of begin, staging or seal, {plan.points[k][0]})"
            _passes_through(raised, action, at)
            same(place.seen(OLD), OLD, f"nothing is visible before the commit {at}")
            with promised(f"what was not committed can be rolled back {at}"):
                place.with_store(rolling_back(reference(run_id)))
            none_of(place.leftovers(), f"a rollback removes what a crash left {at}")
            manifest = place.with_store(stages(place, mode, run_id))
            _finished(place, manifest, mode, at)


def _undoing(manifest: Manifest) -> Callable[[Store], object]:
    return rolling_back(manifest.ref)


def _overtaken(place: StorePlace, manifest: Manifest, plan: At) -> None:
    """One owner pauses within its commit; another commits the same load, unless shut out."""

    def commit() -> None:
        with suppress(Exception):  # either of the two may be refused: the end counts
            place.with_store(committing(manifest))

    with planned(plan):
        first, second = threading.Thread(target=commit), threading.Thread(target=commit)
        first.start()
        plan.reached.wait(10)
        second.start()
        second.join(PATIENCE)
        plan.resume.set()
        first.join()
        second.join()


def _finished(place: StorePlace, manifest: Manifest, mode: Mode, at: str) -> None:
    """The next process finishes it, from the manifest alone."""
    again = f"a commit called again completes the load {at}"
    with place.opened() as store:
        with promised(again):
            receipt = store.commit(manifest)
        same(place.seen(OLD), expected(mode), again)
        keep(receipt.rows == manifest.rows, f"its receipt counts every row {at}", receipt)
        keep(store.status(manifest) == "done", f"then its status is 'done' {at}")
        with promised(f"a published load can be cleaned up {at}"):
            store.cleanup(manifest)
    same(place.seen(OLD), expected(mode), f"a cleanup changes nothing visible {at}")
    none_of(place.leftovers(), f"nothing is left lying around {at}")


def _passes_through(raised: BaseException | None, action: Action, at: str) -> None:
    """An error may have been settled by looking; the end of the process may not."""
    if action == "crash":
        promise = f"the end of a process is nobody's to catch: swallow no BaseException {at}"
        keep(isinstance(raised, Crash), promise, f"the verb came back with {raised!r}")


def _prepared(place: StorePlace, mode: Mode, stages: Stages = by_rows) -> Manifest:
    declared(place, mode)
    place.hold_old()
    return place.with_store(stages(place, mode, new_run_id()))


def _counted(place: StorePlace, act: Callable[[Store], object]) -> list[str]:
    counted = Count()
    place.dies(counted, act)
    return counted.names()


def _points_of_commit(fresh: Fresh, mode: Mode, stages: Stages) -> list[str]:
    with fresh() as place:
        return _counted(place, committing(_prepared(place, mode, stages)))


def _points_of_staging(fresh: Fresh, mode: Mode, stages: Stages) -> list[str]:
    with fresh() as place:
        declared(place, mode)
        place.hold_old()
        return _counted(place, stages(place, mode, new_run_id()))


def _points_of(
    fresh: Fresh,
    mode: Mode,
    act: Callable[[Manifest], Callable[[Store], object]],
    *,
    commit: bool,
) -> list[str]:
    with fresh() as place:
        manifest = _prepared(place, mode)
        if commit:
            place.with_store(committing(manifest))
        return _counted(place, act(manifest))
