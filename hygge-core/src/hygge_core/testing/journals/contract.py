"""``JournalContract``: every sentence of :class:`hygge_core.protocols.Journal`."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from hygge_core.protocols import Journal
from hygge_core.testing.contract import Contract
from hygge_core.testing.journals.faults import JournalFaults
from hygge_core.testing.journals.leases import JournalLeases
from hygge_core.testing.journals.place import (
    ENTITY,
    FLOW,
    OWNER,
    JournalPlace,
    event,
    rich_event,
    run,
    watermark,
)
from hygge_core.testing.journals.process import RACED, take_part
from hygge_core.testing.journals.runs import JournalRuns
from hygge_core.testing.outliving import closes
from hygge_core.testing.promises import keep, promised
from hygge_core.testing.stores.place import fresh_root

if TYPE_CHECKING:
    from subprocess import Popen

    from hygge_core.records import EventType
    from hygge_core.testing.subjects import JournalSubject


class JournalContract(JournalLeases, JournalRuns, JournalFaults, Contract):
    """Give ``subject``, a fixture that returns a ``JournalSubject``::

        class TestLakeJournal(JournalContract):
            @pytest.fixture
            def subject(self) -> JournalSubject:
                return JournalSubject(plugin=..., type="lake", table=...)

    Each failure names the promise that is broken, and what was found instead of it.
    """

    @pytest.fixture
    def subject(self) -> JournalSubject:
        """Yours to give."""
        raise NotImplementedError("give a fixture 'subject' that returns a JournalSubject")

    @pytest.fixture
    def place(self, subject: JournalSubject, root: Path) -> JournalPlace:
        """A place where no journal is yet."""
        return JournalPlace(subject, root)

    @pytest.fixture
    def fresh(self, subject: JournalSubject) -> Callable[[], AbstractContextManager[JournalPlace]]:
        """Makes as many of them as one likes."""

        @contextmanager
        def make() -> Iterator[JournalPlace]:
            with fresh_root() as root:
                yield JournalPlace(subject, root)

        return make

    @pytest.fixture
    def journal(self, place: JournalPlace) -> Iterator[Journal]:
        """It, opened."""
        with place.opened() as journal:
            yield journal

    def test_it_is_a_journal(self, journal: Journal) -> None:
        keep(isinstance(journal, Journal), "what open() yields has every verb of Journal", journal)
        keep(not journal.events() and not journal.runs(), "a new journal is empty")
        keep(not journal.watermarks(), "a new journal has no watermark")

    def test_an_event_comes_back_as_it_was_recorded(self, journal: Journal) -> None:
        for recorded in (rich_event(), event("start", entity=None)):
            journal.record_event(recorded)
            found = journal.events()[0]
            keep(found == recorded, "an event comes back exactly", f"{recorded}\n{found}")

    def test_events_are_newest_first_and_found_by_what_is_asked(self, journal: Journal) -> None:
        one = event("start", run_id="r1", coordinator_run_id="c1")
        two = event("complete", run_id="r1", coordinator_run_id="c1")
        three = event("complete", entity="lines", run_id="r2", coordinator_run_id="c1")
        four = event("complete", flow_name="stock", run_id="r3", coordinator_run_id="c2")
        for each in (one, two, three, four):
            journal.record_event(each)
        for found, wanted, promise in (
            (journal.events(), [four, three, two, one], "events() gives the newest first"),
            (journal.events(flow=FLOW), [three, two, one], "events(flow) gives that flow's"),
            (journal.events(entity="lines"), [three], "events(entity) gives that entity's"),
            (journal.events(run_id="r1"), [two, one], "events(run_id) matches the entity's run"),
            (journal.events(run_id="c2"), [four], "events(run_id) matches the coordinator's run"),
            (journal.events(limit=2), [four, three], "events(limit) gives the newest so many"),
            (journal.events(flow=FLOW, limit=1), [three], "events(flow, limit) counts that flow's"),
            (
                journal.events(run_id="r1", limit=1),
                [two],
                "events(run_id, limit), too",
            ),
        ):
            keep(list(found) == wanted, promise, [each.id for each in found])

    def test_the_last_run_is_the_newest_that_ended(self, journal: Journal) -> None:
        keep(journal.get_last_run(FLOW) is None, "without any event there is no last run")
        kinds: tuple[EventType, ...] = ("complete", "fail", "start", "edit")
        for kind in kinds:
            journal.record_event(event(kind))
        journal.record_event(event("skip", entity="lines"))
        journal.record_event(event("complete", flow_name="stock"))

        def last(entity: str | None = None, only: EventType | None = None) -> str | None:
            found = journal.get_last_run(FLOW, entity, event_type=only)
            return found.event_type if found else None

        keep(last(ENTITY) == "fail", "get_last_run is complete, fail or skip", last())
        keep(last() == "skip", "without an entity it is the whole flow's", last())
        found = last(ENTITY, "complete")
        keep(found == "complete", "get_last_run(event_type) gives only those", found)

    def test_the_last_complete_lies_behind_any_number_of_others(self, journal: Journal) -> None:
        journal.record_event(last := event("complete"))
        for number in range(101):  # one more than what events() gives unless it is asked
            journal.record_event(event("skip") if number % 2 else event(entity="lines"))
        found = journal.get_last_run(FLOW, ENTITY, event_type="complete")
        keep(found == last, "get_last_run looks back as far as it has to", found)

    def test_any_flow_and_entity_is_its_own(self, journal: Journal) -> None:
        named = [("it's", 'Größe "100%s"'), ("it's 100", "x; --"), ("a.b", "c"), ("a", "b.c")]
        with promised("flows and entities are told apart, whatever they are called"):
            for number, (flow, entity) in enumerate(named):
                lease = journal.acquire(flow, entity, OWNER)
                told = event(flow_name=flow, entity=entity)
                journal.update_watermark(flow, entity, watermark(str(number)), event=told)
                record = run(lease)
                ref = evolve(record.ref, flow=flow, entity=entity)
                journal.advance(lease, evolve(record, ref=ref))
                journal.release(lease)
        for number, (flow, entity) in enumerate(named):
            kept = journal.get_watermark(flow, entity)
            promise = f"a watermark is of its flow and entity: {flow}, {entity}"
            keep(kept == watermark(str(number)), promise, kept)
            found = [(each.ref.flow, each.ref.entity) for each in journal.open_runs(flow, entity)]
            keep(found == [(flow, entity)], f"a run is of its entity: {flow}, {entity}", found)
            events = [each.entity for each in journal.events(flow=flow)]
            keep(events == [entity], f"an event is of its flow: {flow}", events)

    def test_it_leaves_nothing_open(self, place: JournalPlace) -> None:
        def use() -> None:
            with place.opened() as journal:
                lease = journal.acquire(FLOW, ENTITY, OWNER)
                journal.advance(lease, run(lease))
                journal.release(lease)

        closes(use, "a journal that was closed")

    def test_a_watermark_comes_back_exactly(self, journal: Journal) -> None:
        keep(journal.get_watermark(FLOW, ENTITY) is None, "an unknown entity has no watermark")
        edit = event("edit")
        journal.update_watermark(FLOW, ENTITY, watermark("1"), event=edit)
        journal.update_watermark(FLOW, "lines", watermark("2"), event=event("edit"))
        journal.update_watermark("stock", "a", watermark("3"), event=event("edit"))
        found = journal.get_watermark(FLOW, ENTITY)
        keep(found == watermark("1"), "a watermark comes back exactly", found)
        keep(edit in journal.events(), "an edit by hand is journalled with its event")
        mine = {(FLOW, ENTITY, "1"), (FLOW, "lines", "2")}
        told = {(f, e, w.mark.value[-1]) for f, e, w in journal.watermarks(FLOW) if w.mark}
        keep(told == mine, "watermarks(flow) gives that flow's", told)
        keep(len(journal.watermarks()) == 3, "watermarks() gives all current ones")

    def test_a_watermark_can_be_forgotten(self, journal: Journal) -> None:
        journal.update_watermark(FLOW, ENTITY, watermark(), event=event("edit"))
        journal.update_watermark(FLOW, ENTITY, None, event=event("edit"))
        keep(journal.get_watermark(FLOW, ENTITY) is None, "None forgets a watermark")
        keep(not journal.watermarks(), "a forgotten watermark is not listed")
        keep(len(journal.events()) == 2, "forgetting is journalled too")

    def test_what_was_recorded_is_durable(self, place: JournalPlace) -> None:
        with place.opened() as journal:
            journal.record_event(recorded := rich_event())
            journal.update_watermark(FLOW, ENTITY, watermark(), event=event("edit"))
            journal.flush()
        keep(place.exists(), "exists() finds a journal that was made")
        with place.opened() as journal:
            keep(recorded in journal.events(), "an event is there after the journal was closed")
            kept = journal.get_watermark(FLOW, ENTITY)
            keep(kept == watermark(), "a watermark is there after the journal was closed", kept)

    def test_two_that_opened_it_see_the_same(self, place: JournalPlace) -> None:
        with place.opened() as one, place.opened() as two:
            one.record_event(first := event())
            keep(list(two.events()) == [first], "what one records the other sees at once")
            two.record_event(second := event())
            keep(list(one.events()) == [second, first], "and the other way round")

    def test_threads_share_it(self, journal: Journal) -> None:
        def record() -> None:
            for _ in range(20):
                journal.record_event(event())

        threads = [Thread(target=record) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = len(journal.events(limit=1000))
        keep(found == 80, "a journal is shared by threads: no event is lost", found)

    def test_processes_share_it(self, place: JournalPlace) -> None:
        with place.opened() as journal, ExitStack() as stack:
            others = [stack.enter_context(place.process("share", name)) for name in ("one", "two")]
            told = [_line_of(other) for other in others]
            keep(told == ["ready", "ready"], "processes may open a journal at once", told)
            start = time.time() + 0.05
            for other in others:
                _line_to(other, str(start))
            with promised("processes may use a journal at once"):
                won = take_part(journal, "here", start)
            for other in others:
                won += _line_of(other).split()
            for other in others:
                other.communicate()  # only now they end, and free what they had
            codes = [other.returncode for other in others]
            keep(codes == [0, 0], "processes may use a journal at once", codes)
            found = len(journal.events(limit=1000))
        keep(found == 60, "a journal is shared by processes: no event is lost", found)
        keep(sorted(won) == sorted(RACED), "of those who race for a lease one has it", won)

    def test_an_event_costs_the_same_later(self, journal: Journal) -> None:
        def cost() -> float:
            times = []
            for _ in range(60):
                began = time.perf_counter()
                journal.record_event(event())
                times.append(time.perf_counter() - began)
            return statistics.median(times)

        early = cost()
        for _ in range(1500):
            journal.record_event(event())
        late = cost()
        keep(late < 6 * early + 0.001, "an event costs the same after many of them", (early, late))


def _line_to(process: Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _line_of(process: Popen[str]) -> str:
    """What it says next; nothing when it has ended."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


__all__ = ["JournalContract"]
