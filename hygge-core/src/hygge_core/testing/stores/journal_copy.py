"""A store that shows a copy of the journal: each run that is over once, whatever happened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import pytest
from attrs import evolve

from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.world import World
from hygge_core.protocols import Mirrors, PublishesJournal
from hygge_core.records import FlowEvent, RunRecord
from hygge_core.testing.journals.place import NOT_UTF8
from hygge_core.testing.plans import At, Count
from hygge_core.testing.promises import broken, completes, keep, promised
from hygge_core.testing.stores.abilities import ONE
from hygge_core.testing.stores.faults import ACTIONS, Fresh
from hygge_core.testing.stores.place import reference
from hygge_core.testing.thinning import some_steps
from hygge_core.testing.walk import MORE, OLD, persistent_error

if TYPE_CHECKING:
    from hygge_core.protocols import Journal, Store
    from hygge_core.records import RunState
    from hygge_core.testing.stores.place import StorePlace


class StoreJournalCopy:
    """The part of ``StoreContract`` for stores that are ``PublishesJournal``."""

    every_step: ClassVar[int]

    def test_its_copy_of_the_journal_tells_of_each_run_once(self, fresh: Fresh) -> None:
        with fresh() as place:
            _demand_publishing(place)
            ran = []
            for rows in (OLD, MORE):
                ran.append(_ran(place, rows))
                _shows(place, ran, "the copy of the journal tells of each run once")

    def test_an_empty_journal_shows_nothing(self, fresh: Fresh) -> None:
        with fresh() as place:
            _demand_publishing(place)
            with _journal(place) as journal:
                place.with_store(_publishing(journal))
            _shows(place, [], "an empty journal publishes nothing")

    def test_a_publish_may_crash_anywhere(self, fresh: Fresh) -> None:
        with fresh() as place:
            _demand_publishing(place)
            points = _points(place)
        for k, action in some_steps(points, ACTIONS, self.every_step):
            with fresh() as place:
                ran = _unpublished(place)
                plan = At(k, action, error=persistent_error)
                at = f"({action} at point {k} of publish_journal, {points[k]})"
                with _journal(place) as journal:
                    place.dies(plan, _publishing(journal))
                    for _ in range(2):  # an answer was lost, so it is asked for again
                        with promised(f"a publish can be repeated {at}"):
                            place.with_store(_publishing(journal))
                _shows(place, ran, f"a publish called again shows every run, each once {at}")


def _demand_publishing(place: StorePlace) -> None:
    """From here on ``place`` is a store that publishes; skips where there is none."""
    subject = place.subject
    if subject.publishing is not None:
        place.store = evolve(subject, table=subject.publishing).opened(place.root)
    with place.opened() as store:
        if not isinstance(store, PublishesJournal):
            if subject.publishing is not None:
                broken("a store of the table `publishing` is a PublishesJournal", store)
            pytest.skip("it shows no copy of the journal")
    keep(subject.shown_runs, "who shows a copy of the journal gives shown_runs to look at it")


def _ran(place: StorePlace, rows: object) -> str:
    """The id of one more run, which was published with it."""
    place.offer(rows)  # type: ignore[arg-type]
    result = place.run("full_drop" if place.first == "full_drop" else "incremental")
    completes(result)
    assert result is not None
    return result.run_id


def _unpublished(place: StorePlace) -> list[str]:
    """The ids of two runs in the journal, of which the copy tells of the first one alone."""
    _demand_publishing(place)
    with _journal(place) as journal:
        first = _remembered(journal, place)
        place.with_store(_publishing(journal))
        assert isinstance(journal, Mirrors)
        journal.published(journal.counters()[0])
        return [first, _remembered(journal, place)]


def _remembered(journal: Journal, place: StorePlace) -> str:
    """The id of one more run that is over, as an engine would have recorded it."""
    run = RunRecord(
        ref=reference(new_run_id()),
        state="open",
        run_type="full_drop",
        epoch=0,
        destination="there",
        store=place.store,
    )
    ref = run.ref
    event = FlowEvent(
        event_type="complete",
        flow_name=ref.flow,
        entity=ref.entity,
        row_count=OLD.height,
        metadata={"warnings": [f"{NOT_UTF8} was left out"]},
        run_id=ref.run_id,
    )
    lease = journal.acquire(ref.flow, ref.entity, ONE)
    states: tuple[RunState, ...] = ("open", "decided", "committed", "done")
    for state in states:
        told = event if state == "committed" else None
        journal.advance(lease, evolve(run, state=state, epoch=lease.epoch), event=told)
    journal.release(lease)
    return ref.run_id


def _points(place: StorePlace) -> list[str]:
    _unpublished(place)
    counted = Count()
    with _journal(place) as journal:
        place.dies(counted, _publishing(journal))
    return counted.names()


def _publishing(journal: Journal) -> Callable[[Store], None]:
    def act(store: Store) -> None:
        assert isinstance(store, PublishesJournal)
        store.publish_journal(journal)

    return act


@contextmanager
def _journal(place: StorePlace) -> Iterator[Journal]:
    assert place.journal is not None
    with World(place.plugins, root=place.root) as world:
        journal = world.journal(place.journal)
        assert isinstance(journal, Mirrors)
        yield journal


def _shows(place: StorePlace, runs: list[str], promise: str) -> None:
    assert place.subject.shown_runs is not None
    told = sorted(place.subject.shown_runs(place.root))
    keep(told == sorted(runs), promise, f"expected: {sorted(runs)}\n   found: {told}")
