"""A staging that goes on beside ``write``: what fails there is told, and told at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, cast

import pytest

from hygge_core.engine.coordinator import new_run_id
from hygge_core.faults import planned
from hygge_core.protocols import StagesAside
from hygge_core.records import Load
from hygge_core.testing.promises import keep, promised
from hygge_core.testing.stores.faults import Fresh
from hygge_core.testing.stores.place import halves, reference
from hygge_core.testing.thinning import some_points
from hygge_core.testing.walk import OLD, persistent_error

if TYPE_CHECKING:
    from typing import Protocol

    from hygge_core.protocols import Staging

    class Aside(Staging, StagesAside, Protocol):
        """Both."""


#: How long what was written may take to set out, and what failed to be told, in seconds.
ON_ITS_WAY, AT_ONCE = 1.0, 5.0


class Beside:
    """A plan for all threads but the one that made it: an error at their ``k``-th point."""

    def __init__(self, k: int | None = None) -> None:
        self.points: list[str] = []
        self.begun = threading.Event()
        self.reached = threading.Event()
        self._k = k
        self._writer = threading.get_ident()
        self._lock = threading.Lock()

    def reach(self, point: str, detail: str) -> None:
        if threading.get_ident() == self._writer:
            return
        with self._lock:
            mine = len(self.points) == self._k
            self.points.append(point)
        self.begun.set()
        if mine:
            self.reached.set()
            raise persistent_error(point)


class Told:
    """Who watches."""

    def __init__(self) -> None:
        self._something = threading.Event()

    def __call__(self, failed: BaseException) -> None:
        self._something.set()

    def soon(self) -> bool:
        """Whether anything is told within a moment."""
        return self._something.wait(AT_ONCE)


class StoreAside:
    """The part of ``StoreContract`` for stores whose staging is a ``StagesAside``."""

    every_step: ClassVar[int]

    def test_what_fails_beside_a_write_is_told_at_once(self, fresh: Fresh) -> None:
        with _beginning(fresh, passing := Beside()) as staging:
            staging.watch(Told())
            _written(staging)
            passing.begun.wait(ON_ITS_WAY)
            before_seal = len(passing.points)
            staging.seal()
        keep(
            passing.points,
            "a staging with watch() goes on in a thread of its own when write() has returned",
            "no fault point was passed beside the one that writes: leave watch() out, or put "
            "`with faults.around('lake.send', name):` around what is done there",
        )
        for k in some_points(passing.points, self.every_step):
            with _beginning(fresh, plan := Beside(k)) as staging:
                patience = AT_ONCE if k < before_seal else 0.0
                at = f"(an error at {passing.points[k]}, beside the writer)"
                _fails_at(staging, plan, patience, at)


def _fails_at(staging: Aside, plan: Beside, patience: float, at: str) -> None:
    staging.watch(told := Told())
    raised = _raises(lambda: _written(staging))
    if plan.reached.wait(patience):
        keep(told.soon(), f"what fails beside a write is told at once {at}")
        staging.watch(told := Told())
        keep(told.soon(), f"a later watch() is told what has gone wrong already {at}")
    raised = raised or _raises(staging.seal)
    if plan.reached.is_set():
        keep(told.soon(), f"what fails beside a write is told at once {at}")
        keep(raised, f"what was told is raised by the next write() or seal(), too {at}")


def _written(staging: Aside) -> None:
    for batch in halves(OLD):
        staging.write(batch)


def _raises(act: Callable[[], object]) -> bool:
    """What it is, the walks of a staging look at."""
    try:
        act()
    except Exception:  # noqa: BLE001
        return True
    return False


@contextmanager
def _beginning(fresh: Fresh, plan: Beside) -> Iterator[Aside]:
    """A load begun under ``plan``; skips where nothing goes on beside its writer."""
    with fresh() as place, planned(plan), place.opened() as store:
        ref = reference(new_run_id())
        staging = store.begin(Load(ref=ref, mode=place.first, schema=OLD.schema, epoch=1))
        if not isinstance(staging, StagesAside):
            pytest.skip("its staging does nothing beside write()")
        yield cast("Aside", staging)
        with promised("what was never committed can be rolled back"):
            store.rollback(ref)
