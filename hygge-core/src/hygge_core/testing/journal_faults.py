"""A journal under faults: whatever happens within a verb, all of it is recorded or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core import faults
from hygge_core.testing.canary import canaries, none_shown, told_by
from hygge_core.testing.journal_place import (
    ENTITY,
    FLOW,
    OWNER,
    brought_to,
    event,
    watermark,
)
from hygge_core.testing.plans import At, Count, Crash
from hygge_core.testing.promises import keep
from hygge_core.testing.thinning import steps
from hygge_core.testing.walk import persistent_error

if TYPE_CHECKING:
    from hygge_core.protocols import Journal
    from hygge_core.testing.canary import canaries, none_shown, told_by
from hygge_core.testing.journal_place import JournalPlace

Fresh = Callable[[], AbstractContextManager["JournalPlace"]]
Told = tuple[str, bool, bool]


class JournalFaults:
    """The part of ``JournalContract`` that disturbs single verbs."""

    def test_a_step_is_recorded_whole_or_not_at_all(self, fresh: Fresh) -> None:
        with fresh() as place:
            points = _committed(place, Count())[1]
        promise = "advance() stands between fault points, so that it can be tested"
        keep(points, promise, "put `with faults.around('lake.advance', run_id):` around it")
        for k, action in steps(points, ("crash", "error")):
            with fresh() as place:
                raised, _ = _committed(place, At(k, action, error=persistent_error))
                at = f"({action} at point {k} of advance, {points[k]})"
                if action == "crash":
                    said = "the end of a process is nobody's to catch: swallow no BaseException"
                    keep(isinstance(raised, Crash), f"{said} {at}", repr(raised))
                with place.opened() as journal:
                    told = _told(journal)
                whole, nothing = ("committed", True, True), ("decided", False, False)
                keep(told in (whole, nothing), f"a step is recorded whole or not at all {at}", told)
                promise = f"a step that was answered is recorded {at}"
                keep(raised is not None or told == whole, promise, told)

    def test_a_lease_survives_a_lost_answer(self, fresh: Fresh) -> None:
        with fresh() as place, place.opened() as journal:
            counted = Count()
            with faults.planned(counted):
                journal.acquire(FLOW, ENTITY, OWNER)
        for k, action in steps(counted.names(), ("crash", "error")):
            with fresh() as place:
                _taken(place, At(k, action, error=persistent_error))
                with place.opened() as journal:
                    lease = journal.acquire(FLOW, ENTITY, OWNER)
                    keep(lease.epoch in (1, 2), "a dead owner's lease is taken over", lease)

    def test_no_secret_is_ever_shown(self, fresh: Fresh) -> None:
        with fresh() as place:
            hidden = canaries(place.plugins, "journal", place.subject.opened(place.root))
            none_shown(place.told(), hidden)
            counted = Count()
            _committed(place, counted)
            none_shown(map(str, counted.points), hidden)
        for k in range(len(counted.points)):
            with fresh() as place:
                raised, _ = _committed(place, At(k, "error", error=persistent_error))
                none_shown(told_by(raised), hidden)


def _committed(place: JournalPlace, plan: faults.Plan) -> tuple[BaseException | None, list[str]]:
    """T6 under ``plan``, in a process that is over afterwards."""
    try:
        with place.opened() as journal:
            lease = journal.acquire(FLOW, ENTITY, OWNER)
            record = evolve(brought_to(journal, lease, "decided"), state="committed")
            with faults.planned(plan):
                journal.advance(lease, record, event=event(), watermark=watermark())
    except (Crash, Exception) as exc:  # noqa: BLE001  # whatever it is, it is looked at
        return exc, plan.names() if isinstance(plan, Count) else []
    return None, plan.names() if isinstance(plan, Count) else []


def _told(journal: Journal) -> Told:
    kept = journal.get_watermark(FLOW, ENTITY) == watermark()
    return journal.runs()[0].state, bool(journal.events()), kept


def _taken(place: JournalPlace, plan: faults.Plan) -> None:
    try:
        with place.opened() as journal, faults.planned(plan):
            journal.acquire(FLOW, ENTITY, OWNER)
    except (Crash, Exception):  # noqa: BLE001, S110  # what the next start finds is what counts
        pass
