"""A journal and runs: which state may follow which, compare-and-set, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from hygge_core.errors import JournalError
from hygge_core.protocols import Mirrors
from hygge_core.records import now
from hygge_core.testing.journals.place import (
    ENTITY,
    FLOW,
    NOT_UTF8,
    OWNER,
    PATHS,
    STATES,
    brought_to,
    event,
    following,
    long_ago,
    manifest,
    run,
    watermark,
)
from hygge_core.testing.promises import broken, keep

if TYPE_CHECKING:
    from hygge_core.protocols import Journal
    from hygge_core.records import EventType, Lease, RunRecord, Watermark


class JournalRuns:
    """The part of ``JournalContract`` about ``advance`` and what is remembered of runs."""

    @pytest.fixture
    def lease(self, journal: Journal) -> Lease:
        """The lease of the kit's entity."""
        return journal.acquire(FLOW, ENTITY, OWNER)

    @pytest.mark.parametrize("before", list(PATHS))
    def test_only_some_states_follow(self, journal: Journal, lease: Lease, before: str) -> None:
        for after in STATES:
            record = brought_to(journal, lease, before)
            told = len(journal.events(limit=1000))
            step = evolve(record, state=after)
            fine = after in following(before)
            try:
                journal.advance(lease, step, event=event())
            except JournalError as exc:
                keep(not fine, f"{before} may become {after}", exc)
                keep(_state(journal, record) == before, "a refused step records no state")
                kept = len(journal.events(limit=1000))
                keep(kept == told, "a refused step records no event", kept)
                continue
            keep(fine, f"{before} may not become {after}: JournalError")
            keep(_state(journal, record) == after, "a step is recorded")

    def test_a_run_comes_back_as_it_was_recorded(self, journal: Journal, lease: Lease) -> None:
        record = run(lease, watermark_before=watermark(), note=f"Grüße, {NOT_UTF8}", attempts=2)
        journal.advance(lease, record)
        whole = evolve(record, state="decided", manifest=manifest(record))
        journal.advance(lease, whole)
        found = journal.runs()[0]
        keep(found == whole, "a run comes back exactly, manifest and all", f"{whole}\n{found}")

    def test_one_step_is_one_transaction(self, journal: Journal, lease: Lease) -> None:
        record = brought_to(journal, lease, "decided")
        done = evolve(record, state="committed")
        journal.advance(lease, done, event=(told := event()), watermark=watermark("2"))
        keep(_state(journal, record) == "committed", "the state is recorded")
        keep(told in journal.events(), "its event is recorded with it")
        kept = journal.get_watermark(FLOW, ENTITY)
        keep(kept == watermark("2"), "its watermark is recorded with it", kept)
        journal.advance(lease, done, watermark=watermark("2"))

    @pytest.mark.parametrize("before", [watermark("1"), None], ids=["another", "none"])
    def test_a_watermark_is_compared_before_it_is_set(
        self, journal: Journal, lease: Lease, before: Watermark | None
    ) -> None:
        journal.update_watermark(FLOW, ENTITY, watermark("5"), event=event("edit"))
        record = brought_to(journal, lease, "decided", watermark_before=before)
        events = len(journal.events())
        try:
            journal.advance(
                lease, evolve(record, state="committed"), event=event(), watermark=watermark("2")
            )
        except JournalError:
            kept = journal.get_watermark(FLOW, ENTITY)
            keep(kept == watermark("5"), "a watermark that was changed meanwhile stays", kept)
            keep(_state(journal, record) == "decided", "and the state is not recorded")
            keep(len(journal.events()) == events, "and the event is not recorded")
            return
        broken("advance() refuses a watermark when the current one is not the one before")

    def test_a_commit_raises_the_mirror_counter_once(self, journal: Journal, lease: Lease) -> None:
        if not isinstance(journal, Mirrors):
            pytest.skip("it counts nothing for a mirrored copy")
        keep(journal.counters() == (0, 0), "a new journal is clean", journal.counters())
        record = brought_to(journal, lease, "committed")
        journal.advance(lease, record)
        keep(journal.counters() == (1, 0), "one commit counts once", journal.counters())
        brought_to(journal, lease, "committed")
        journal.published(1)
        told = journal.counters()
        keep(told == (2, 1), "a commit during a publish stays unpublished", told)
        journal.published(0)
        keep(journal.counters() == (2, 1), "published never falls", journal.counters())

    def test_open_runs_are_the_unfinished_ones(self, journal: Journal, lease: Lease) -> None:
        records = [brought_to(journal, lease, state) for state in STATES]
        other = journal.acquire(FLOW, "lines", OWNER)
        theirs = run(other)
        journal.advance(other, evolve(theirs, ref=evolve(theirs.ref, entity="lines")))
        found = [each.ref.run_id for each in journal.open_runs(FLOW, ENTITY)]
        wanted = [each.ref.run_id for each in records[:4]]
        keep(found == wanted, "open_runs: not done, not rolled back, this entity's, oldest first")

    def test_runs_are_newest_first_and_found(self, journal: Journal, lease: Lease) -> None:
        records = [brought_to(journal, lease, state) for state in STATES]
        last = brought_to(journal, lease, "open", coordinator_run_id="c2")
        newest = [each.ref.run_id for each in (*records, last)][::-1]
        done = records[STATES.index("done")].ref.run_id
        for found, wanted, promise in (
            (journal.runs(), newest, "runs() gives the newest first"),
            (journal.runs(flow=FLOW), newest, "runs(flow) gives that flow's"),
            (journal.runs(flow="no"), [], "runs(flow) of an unknown flow gives none"),
            (journal.runs(run_id=newest[2]), [newest[2]], "runs(run_id) matches the entity's run"),
            (journal.runs(run_id="c2"), newest[:1], "runs(run_id) matches the coordinator's"),
            (journal.runs(state="done"), [done], "runs(state) gives only those"),
            (journal.runs(limit=2), newest[:2], "runs(limit) gives the newest so many"),
            (journal.runs(state="done", limit=1), [done], "runs(state, limit) counts only those"),
            (journal.runs(run_id=done, limit=1), [done], "runs(run_id, limit) counts only those"),
        ):
            told = [each.ref.run_id for each in found]
            keep(told == wanted, promise, told)

    def test_pruning_forgets_only_what_is_over(self, journal: Journal, lease: Lease) -> None:
        journal.update_watermark(FLOW, ENTITY, watermark(), event=event("edit"))
        old = {state: brought_to(journal, lease, state, **long_ago(40)) for state in STATES}
        journal.record_event(event(timestamp=now() - timedelta(days=40)))
        journal.record_event(recent := event())
        other = journal.acquire(FLOW, "lines", OWNER)
        theirs = run(other, **long_ago(50))
        theirs = evolve(theirs, ref=evolve(theirs.ref, entity="lines"))
        for state in PATHS["rolled_back"]:
            journal.advance(other, evolve(theirs, state=state))
        gone = journal.prune(timedelta(days=30))
        left = {each.ref.run_id for each in journal.runs()}
        for state in ("open", "decided", "blocked", "committed"):
            keep(old[state].ref.run_id in left, f"prune never forgets an unfinished run: {state}")
        keep(old["rolled_back"].ref.run_id in left, "nor an entity's last finished run")
        keep(theirs.ref.run_id in left, "nor another entity's last finished run", left)
        keep(old["done"].ref.run_id not in left, "prune forgets what is older than 'keep'", left)
        keep(journal.get_watermark(FLOW, ENTITY) == watermark(), "prune forgets no watermark")
        keep(recent in journal.events(), "prune keeps what is younger")
        keep(gone >= 1, "prune returns how many rows went", gone)
        again = journal.prune(timedelta(days=30))
        keep(again == 0, "pruning again forgets nothing", again)

    def test_pruning_changes_no_answer_of_get_last_run(self, journal: Journal) -> None:
        ends: tuple[EventType, ...] = ("complete", "fail", "skip")
        then = now() - timedelta(days=40)
        older = {kind: event(kind, timestamp=then, run_id=f"old-{kind}") for kind in ends}
        last = {kind: event(kind, timestamp=then, run_id=f"last-{kind}") for kind in ends}
        lines = event("complete", entity="lines", timestamp=then)
        flow = event("fail", entity=None, timestamp=then)
        for each in (*older.values(), *last.values(), lines, flow, event("start", timestamp=then)):
            journal.record_event(each)
        gone = journal.prune(timedelta(days=30))
        for kind, newest in last.items():
            found = journal.get_last_run(FLOW, ENTITY, event_type=kind)
            keep(found == newest, f"prune never forgets an entity's last {kind!r}", found)
        keep(journal.get_last_run(FLOW, "lines") == lines, "nor another entity's")
        keep(journal.get_last_run(FLOW) == flow, "nor the flow's own")
        keep(gone == 4, "prune forgets the events that are old and not the last", gone)

    def test_a_run_that_is_kept_keeps_its_events(self, journal: Journal, lease: Lease) -> None:
        then = long_ago(40)
        blocked = brought_to(journal, lease, "blocked", **then)
        over = [brought_to(journal, lease, "done", **then) for _ in range(2)]
        for each in (blocked, *over):
            told = event("start", timestamp=then["started"], run_id=each.ref.run_id)
            journal.record_event(told)
        journal.prune(timedelta(days=30))
        found = {each.run_id for each in journal.events()}
        wanted = {blocked.ref.run_id, over[-1].ref.run_id}
        keep(found == wanted, "prune leaves the events of the runs that it leaves", found)


def _state(journal: Journal, record: RunRecord) -> str:
    found = journal.runs(run_id=record.ref.run_id)
    return found[0].state if found else "none"
