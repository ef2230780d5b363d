"""What a journal's events add up to."""

from datetime import UTC, datetime, timedelta

from hygge_core.operate.journal_summary import JournalSummary, coordinator_summary, flow_summary

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

    assert flow_summary(journal, "sales") == JournalSummary(
        complete=1,
        fail=1,
        skip=1,
        rows=10,
        seconds=90.0,
        first_start=BEGUN,
        last_end=BEGUN + timedelta(minutes=4),
    )
    assert flow_summary(journal, "sales", run_id="c2").complete == 0
    assert flow_summary(journal, "nothing") == JournalSummary()
    by_flow = coordinator_summary(journal, "c2")
    assert list(by_flow) == ["sales", "stock"]
    assert (by_flow["sales"].fail, by_flow["stock"].rows) == (1, 1)


def test_more_events_than_a_page_are_all_counted(journal, make):
    for _ in range(150):
        journal.record_event(make.event("complete", row_count=2))
    assert flow_summary(journal, "sales").rows == 300
