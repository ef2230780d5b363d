"""What a journal's events add up to."""

from datetime import UTC, datetime, timedelta

from hygge_core.operate.journal_summary import JournalSummary, by_flow, summed_up

BEGUN = datetime(2013, 1, 1, tzinfo=UTC)


def test_a_flow_is_summed_up_from_its_events(journal, make):
    def at(minutes, kind, **given):
        moment = BEGUN + timedelta(minutes=minutes)
        journal.record_event(make.event(kind, timestamp=moment, **given))

    at(0, "start", run_id="a", coordinator_run_id="c1")
    at(1, "complete", run_id="a", coordinator_run_id="c1", row_count=10, duration=60.0)
    at(2, "start", run_id="b", coordinator_run_id="c2")
    at(3, "fail", run_id="b", coordinator_run_id="c2", row_count=99, duration=30.0)
    at(4, "skip", run_id="c", coordinator_run_id="c2", row_count=0)
    at(5, "edit")
    at(6, "complete", flow_name="stock", run_id="d", coordinator_run_id="c2", row_count=1)

    assert summed_up(journal.events(flow="sales")) == JournalSummary(
        complete=1,
        fail=1,
        skip=1,
        rows=10,
        seconds=90.0,
        first_start=BEGUN,
        last_end=BEGUN + timedelta(minutes=4),
    )
    assert summed_up(journal.events(flow="sales", run_id="c2")).complete == 0
    assert summed_up([]) == JournalSummary()
    flows = by_flow(journal.events(run_id="c2"))
    assert list(flows) == ["sales", "stock"]
    assert (flows["sales"].fail, flows["stock"].rows) == (1, 1)


def test_what_a_flow_says_of_all_its_entities_is_not_counted_once_more(journal, make):
    journal.record_event(make.event("start", entity=None, coordinator_run_id="c"))
    journal.record_event(make.event("complete", coordinator_run_id="c", row_count=3, duration=1.0))
    journal.record_event(
        make.event("complete", entity=None, coordinator_run_id="c", row_count=3, duration=2.0)
    )
    flow = summed_up(journal.events(run_id="c"))
    assert (flow.complete, flow.rows, flow.seconds) == (1, 3, 1.0)
    assert flow.first_start is None
