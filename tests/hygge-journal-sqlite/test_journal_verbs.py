"""The verbs of the journal: what they record is there, all of it or none of it."""

from datetime import timedelta

import pytest
from attrs import evolve

from hygge_core.errors import JournalError
from hygge_core.protocols import Checks, Journal, Mirrors
from hygge_core.records import now


@pytest.fixture
def lease(journal, make):
    return journal.acquire(make.flow, make.entity, make.owner)


def decided(journal, lease, run, **given):
    journal.advance(lease, run)
    run = evolve(run, state="decided", **given)
    journal.advance(lease, run)
    return run


def test_it_is_a_journal_and_what_else_it_can_do_is_found_by_isinstance(journal):
    assert isinstance(journal, Journal)
    assert isinstance(journal, Mirrors)
    assert isinstance(journal, Checks)


def test_an_event_comes_back_as_it_was_recorded(journal, make):
    event = make.event(
        row_count=7,
        duration=1.5,
        watermark=make.watermark(3),
        metadata={"note": "Grüße", "nested": {"list": [1, None, "x"]}},
        run_id="r1",
        coordinator_run_id="c1",
    )
    journal.record_event(event)
    assert journal.events() == [event]


def test_the_same_event_twice_is_one_event(journal, make):
    event = make.event()
    journal.record_event(event)
    journal.record_event(event)
    assert len(journal.events()) == 1


def test_events_are_found_newest_first_by_flow_entity_and_either_run(journal, make):
    events = [
        make.event("start", run_id="r1", coordinator_run_id="c1"),
        make.event("complete", run_id="r1", coordinator_run_id="c1"),
        make.event("complete", entity="lines", run_id="r2", coordinator_run_id="c1"),
        make.event("complete", flow_name="stock", run_id="r3", coordinator_run_id="c2"),
    ]
    for event in events:
        journal.record_event(event)
    assert journal.events() == events[::-1]
    assert journal.events(flow="sales") == events[2::-1]
    assert journal.events(flow="sales", entity="lines") == [events[2]]
    assert journal.events(run_id="r1") == events[1::-1]
    assert journal.events(run_id="c1") == events[2::-1]
    assert journal.events(limit=1) == [events[3]]


def test_the_last_run_is_the_newest_event_that_ended_one(journal, make):
    done, failed = make.event("complete"), make.event("fail")
    for event in (done, failed, make.event("start"), make.event("edit")):
        journal.record_event(event)
    journal.record_event(make.event("skip", entity="lines"))
    assert journal.get_last_run("sales", "orders") == failed
    assert journal.get_last_run("sales", "orders", event_type="complete") == done
    assert journal.get_last_run("sales").entity == "lines"
    assert journal.get_last_run("stock") is None


def test_events_cannot_be_rewritten(opened, make):
    journal = opened()
    journal.record_event(make.event())
    with (
        pytest.raises(JournalError, match="append-only"),
        journal._database.writing() as connection,
    ):
        connection.execute("UPDATE flow_events SET row_count = 1")


def test_a_watermark_is_set_and_forgotten_by_hand_with_the_event_that_says_so(journal, make):
    journal.update_watermark("sales", "orders", make.watermark(1), event=make.event("edit"))
    assert journal.get_watermark("sales", "orders") == make.watermark(1)
    assert journal.watermarks() == [("sales", "orders", make.watermark(1))]
    assert journal.watermarks("stock") == []
    journal.update_watermark("sales", "orders", None, event=make.event("edit"))
    assert journal.get_watermark("sales", "orders") is None
    assert [event.event_type for event in journal.events()] == ["edit", "edit"]


def test_a_run_goes_its_way_with_its_event_and_its_watermark(journal, lease, make):
    run = decided(journal, lease, make.run())
    assert journal.open_runs("sales", "orders") == [run]
    run = evolve(run, state="committed")
    event = make.event(run_id="r1", row_count=3)
    journal.advance(lease, run, event=event, watermark=make.watermark(9))
    assert journal.get_watermark("sales", "orders") == make.watermark(9)
    assert journal.events() == [event]
    journal.advance(lease, evolve(run, state="done"))
    assert journal.open_runs("sales", "orders") == []
    assert journal.runs(state="done") == [evolve(run, state="done")]


LEGAL = {
    ("open", "decided"),
    ("open", "rolled_back"),
    ("decided", "committed"),
    ("decided", "blocked"),
    ("decided", "rolled_back"),
    ("blocked", "decided"),
    ("blocked", "rolled_back"),
    ("committed", "done"),
}
WAY = {
    "open": [],
    "decided": ["decided"],
    "blocked": ["decided", "blocked"],
    "committed": ["decided", "committed"],
    "done": ["decided", "committed", "done"],
    "rolled_back": ["rolled_back"],
}


@pytest.mark.parametrize("before", WAY)
def test_only_a_legal_state_follows_another_and_the_same_one_again_is_fine(
    journal, lease, make, before
):
    for after in WAY:
        run = make.run(f"{before}-{after}")
        for state in ("open", *WAY[before]):
            journal.advance(lease, evolve(run, state=state))
        wanted = evolve(run, state=after)
        if before == after or (before, after) in LEGAL:
            journal.advance(lease, wanted)
        else:
            with pytest.raises(JournalError, match=f"cannot become {after}: it is {before}"):
                journal.advance(lease, wanted, event=make.event())
    assert journal.events() == []


def test_a_run_that_was_never_opened_cannot_be_decided(journal, lease, make):
    with pytest.raises(JournalError, match="not recorded"):
        journal.advance(lease, make.run(state="decided"))


def test_a_watermark_that_somebody_changed_meanwhile_stays_and_nothing_is_recorded(
    journal, lease, make
):
    run = decided(journal, lease, make.run())
    journal.update_watermark("sales", "orders", make.watermark(5), event=make.event("edit"))
    with pytest.raises(JournalError, match="was changed while run r1") as caught:
        journal.advance(
            lease, evolve(run, state="committed"), event=make.event(), watermark=make.watermark(9)
        )
    assert "nothing was recorded" in caught.value.hint
    assert journal.get_watermark("sales", "orders") == make.watermark(5)
    assert [each.state for each in journal.runs()] == ["decided"]
    assert [event.event_type for event in journal.events()] == ["edit"]
    assert journal.counters() == (0, 0)


def test_a_step_that_is_told_again_changes_nothing(journal, lease, make):
    run = evolve(decided(journal, lease, make.run()), state="committed")
    event = make.event()
    for _ in range(3):
        journal.advance(lease, run, event=event, watermark=make.watermark(9))
    assert journal.events() == [event]
    assert journal.counters() == (1, 0)
    assert journal.get_watermark("sales", "orders") == make.watermark(9)


def test_runs_are_found_newest_first_by_flow_state_and_either_run(journal, lease, make):
    for number in range(3):
        journal.advance(lease, make.run(f"r{number}", coordinator_run_id=f"c{number // 2}"))
    journal.advance(lease, make.run("r1", "decided", coordinator_run_id="c0"))
    assert [run.ref.run_id for run in journal.runs()] == ["r2", "r1", "r0"]
    assert [run.ref.run_id for run in journal.runs(state="decided")] == ["r1"]
    assert [run.ref.run_id for run in journal.runs(run_id="c0")] == ["r1", "r0"]
    assert [run.ref.run_id for run in journal.runs(run_id="r2")] == ["r2"]
    assert [run.ref.run_id for run in journal.runs(limit=1)] == ["r2"]
    assert journal.runs(flow="stock") == []


def test_open_runs_are_told_oldest_first(journal, lease, make):
    for run_id in ("b", "a", "c"):
        journal.advance(lease, make.run(run_id))
    journal.advance(lease, make.run("a", "rolled_back"))
    assert [run.ref.run_id for run in journal.open_runs("sales", "orders")] == ["b", "c"]


def test_commits_are_counted_and_what_was_published_never_falls(journal, lease, make):
    for number in range(3):
        run = decided(journal, lease, make.run(f"r{number}"))
        journal.advance(lease, evolve(run, state="committed"))
    assert journal.counters() == (3, 0)
    journal.published(2)
    journal.published(1)
    assert journal.counters() == (3, 2)


def test_pruning_keeps_what_is_unfinished_the_last_run_of_each_entity_and_watermarks(
    journal, lease, make
):
    long_ago = now() - timedelta(days=400)
    journal.record_event(make.event("complete", run_id="elsewhere", timestamp=long_ago))
    for run_id, end in (("old", "done"), ("newer", "done"), ("stuck", "decided")):
        event = make.event("complete", run_id=run_id, timestamp=long_ago)
        run = make.run(run_id, started=long_ago, updated=long_ago)
        journal.advance(lease, run, event=event)
        for state in WAY[end]:
            journal.advance(lease, evolve(run, state=state))
    fresh = make.event("skip")
    journal.record_event(fresh)
    journal.update_watermark(
        "sales", "orders", make.watermark(1), event=make.event("edit", timestamp=long_ago)
    )
    # The old run, its event, the event without a run of ours, and the edit.
    assert journal.prune(timedelta(days=180)) == 4
    assert {run.ref.run_id for run in journal.runs()} == {"newer", "stuck"}
    assert {event.run_id for event in journal.events()} == {"newer", "stuck", None}
    assert journal.get_last_run("sales", "orders") == fresh
    assert journal.get_watermark("sales", "orders") == make.watermark(1)
    assert journal.prune(timedelta(days=180)) == 0


def test_the_last_event_of_an_entity_survives_however_old_it_is(journal, make):
    event = make.event("fail", timestamp=now() - timedelta(days=4000))
    journal.record_event(event)
    assert journal.prune(timedelta(days=1)) == 0
    assert journal.get_last_run("sales", "orders") == event


def test_retention_is_applied_when_the_journal_is_opened(opened, make):
    long_ago = now() - timedelta(days=30)
    journal = opened()
    for kind in ("complete", "start", "skip"):
        journal.record_event(make.event(kind, timestamp=long_ago))
    kept = opened(retention=timedelta(days=7)).events()
    assert [event.event_type for event in kept] == ["skip", "complete"]


def test_the_doctor_finds_a_sound_journal(journal):
    assert [verdict for _, verdict, _ in journal.check()] == ["ok", "ok"]


def test_what_is_recorded_by_one_journal_is_seen_by_another(opened, make):
    one, other = opened(), opened()
    one.record_event(make.event())
    assert len(other.events()) == 1
