"""A journal under faults: whatever happens within a verb, all of it is recorded or nothing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

import pytest
from attrs import evolve

from hygge_core import faults
from hygge_core.testing.canary import canaries, none_shown, told_by
from hygge_core.testing.journals.place import (
    ENTITY,
    FLOW,
    OWNER,
    brought_to,
    event,
    long_ago,
    run,
    watermark,
)
from hygge_core.testing.plans import At, Count, Crash
from hygge_core.testing.promises import keep
from hygge_core.testing.thinning import steps, steps_of_calls
from hygge_core.testing.walk import persistent_error

if TYPE_CHECKING:
    from hygge_core.protocols import Journal
    from hygge_core.records import EventType, RunState, Watermark
    from hygge_core.testing.journals.place import JournalPlace

Fresh = Callable[[], AbstractContextManager["JournalPlace"]]
Told = tuple[list["EventType"], list["RunState"], "Watermark | None"]
#: The verbs that record without a lease.
VERBS: dict[str, Callable[[Journal, int], object]] = {
    "record_event": lambda journal, _: journal.record_event(event("edit")),
    "update_watermark": lambda journal, step: journal.update_watermark(
        FLOW, ENTITY, watermark(str(step)), event=event("edit")
    ),
    "prune": lambda journal, _: journal.prune(timedelta(days=30)),
}


class JournalFaults:
    """The part of ``JournalContract`` that disturbs single verbs."""

    every_step: ClassVar[int]

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

    @pytest.mark.parametrize("verb", list(VERBS))
    def test_a_verb_records_all_or_nothing(self, place: JournalPlace, verb: str) -> None:
        _past(place)
        _disturbed(place, verb, 0, counted := Count())
        points = counted.names()
        promise = f"{verb}() stands between fault points, so that it can be tested"
        keep(points, promise, f"put `with faults.around('lake.{verb}', name):` around it")
        chosen = steps_of_calls(points, ("crash", "error"), self.every_step)
        for step, (k, action) in enumerate(chosen, start=1):
            nothing = _past(place)
            whole = _after(verb, step, nothing)
            raised = _disturbed(place, verb, step, At(k, action, error=persistent_error))
            told = _remembered(place)
            at = f"({action} at point {k} of {verb}, {points[k]})"
            promise = f"a verb is one transaction: all of it is recorded, or nothing {at}"
            keep(told in (whole, nothing), promise, told)
            if action == "crash":
                said = "the end of a process is nobody's to catch: swallow no BaseException"
                keep(isinstance(raised, Crash), f"{said} {at}", repr(raised))
            keep(raised or told == whole, f"what was answered is recorded {at}", told)

    @pytest.mark.parametrize("verb", ["acquire", "renew", "release"])
    def test_a_lease_survives_a_lost_answer(self, place: JournalPlace, verb: str) -> None:
        _leased(place, verb, counted := Count())
        epoch = _next_epoch(place)
        for k, action in steps_of_calls(counted.names(), ("crash", "error"), self.every_step):
            _leased(place, verb, At(k, action, error=persistent_error))
            before, epoch = epoch, _next_epoch(place)
            at = f"({action} at point {k} of {verb})"
            taken = (1, 2) if verb == "acquire" else (2,)
            promise = f"a dead owner's lease is taken over, with the next epoch {at}"
            keep(epoch - before in taken, promise, (before, epoch))

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


def _told(journal: Journal) -> tuple[str, bool, bool]:
    kept = journal.get_watermark(FLOW, ENTITY) == watermark()
    return journal.runs()[0].state, bool(journal.events()), kept


def _leased(place: JournalPlace, verb: str, plan: faults.Plan) -> None:
    """A verb of leases under ``plan``, in a process that is over afterwards."""
    # Whatever came out of it: what the next start finds is what counts.
    with suppress(Crash, Exception), place.opened() as journal:
        if verb == "acquire":
            with faults.planned(plan):
                journal.acquire(FLOW, ENTITY, OWNER)
        else:
            lease = journal.acquire(FLOW, ENTITY, OWNER)
            with faults.planned(plan):
                getattr(journal, verb)(lease)


def _next_epoch(place: JournalPlace) -> int:
    with place.opened() as journal:
        lease = journal.acquire(FLOW, ENTITY, OWNER)
        journal.release(lease)
    return lease.epoch


def _past(place: JournalPlace) -> Told:
    """Give it something to lose: an open run, and old events, of which one may stay."""
    with place.opened() as journal:
        if not journal.runs():
            lease = journal.acquire(FLOW, ENTITY, OWNER)
            journal.advance(lease, run(lease))
            journal.release(lease)
        for _ in range(2):
            journal.record_event(event("skip", timestamp=long_ago(40)["started"]))
    return _remembered(place)


def _disturbed(
    place: JournalPlace, verb: str, step: int, plan: faults.Plan
) -> BaseException | None:
    """A verb under ``plan``, in a process that is over afterwards; what it raised, if anything."""
    try:
        with place.opened() as journal, faults.planned(plan):
            VERBS[verb](journal, step)
    except (Crash, Exception) as exc:  # noqa: BLE001  # whatever it is, it is looked at
        return exc
    return None


def _remembered(place: JournalPlace) -> Told:
    """What a process finds that opens it next."""
    with place.opened() as journal:
        events = [each.event_type for each in journal.events(limit=1000)]
        states = [each.state for each in journal.runs()]
        return events, states, journal.get_watermark(FLOW, ENTITY)


def _after(verb: str, step: int, told: Told) -> Told:
    """What a process finds after a verb that nothing disturbed."""
    events, states, mark = told
    if verb == "prune":
        last = events.index("skip")
        return [e for at, e in enumerate(events) if e != "skip" or at == last], states, mark
    changed = watermark(str(step)) if verb == "update_watermark" else mark
    return ["edit", *events], states, changed
