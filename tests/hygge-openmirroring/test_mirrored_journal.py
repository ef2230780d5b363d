"""A copy of the journal is a table of the mirror: one for all flows, and nobody's failure."""

import threading

import polars as pl
import pytest
from household import until
from mirrors import PLUGINS

from hygge_core import config
from hygge_core.engine.coordinator import Coordinator
from hygge_core.engine.world import World
from hygge_core.records import FlowEvent
from hygge_openmirroring.journal.rows import finished

ROWS = pl.DataFrame({"id": [1, 2]})
TABLE = "hygge.schema/hygge_journal"


def run(mirror, ids=(1, 2), **told):
    more = {"mirror_journal": True, "key_columns": ["id"], **told}
    result = mirror.run(pl.DataFrame({"id": list(ids)}), **more)
    assert result.failure is None, result.failure
    return result


def journal(mirror):
    """(run id, status) of each row of the table, as it replays."""
    frame = mirror.tables()[TABLE].sort("finish_time")
    return list(zip(frame["entity_run_id"], frame["status"], frame["row_count"], strict=True))


def test_each_successful_run_is_shown_once(mirror):
    first, second = run(mirror), run(mirror, (2, 3))
    expected = [(first.run_id, "success", 2), (second.run_id, "success", 1)]
    assert journal(mirror) == expected
    assert mirror.numbers(TABLE) == [1, 2]


def test_it_is_shown_under_its_own_names_and_not_where_the_service_looks_away(mirror):
    run(mirror)
    assert set(mirror.tables()) == {"orders", TABLE}
    hidden = {"journal_schema_name": "__hygge", "journal_table_name": "__hygge_journal"}
    run(mirror, (2, 3), **hidden)
    assert set(mirror.tables()) == {"orders", TABLE}
    assert mirror.numbers("__hygge.schema/__hygge_journal") == [1]


def test_a_run_without_news_publishes_nothing(mirror):
    run(mirror)
    before = mirror.files(TABLE)
    assert run(mirror).outcome == "skip"
    assert mirror.files(TABLE) == before


def test_it_says_how_far_each_run_got_and_why_it_failed(mirror):
    run(mirror)
    failed = mirror.run(pl.DataFrame({"id": ["x"]}), mirror_journal=True, key_columns=["id"])
    assert failed.failure is not None
    run(mirror, (2, 3))
    rows = mirror.tables()[TABLE].sort("finish_time").to_dicts()
    assert [row["status"] for row in rows] == ["success", "fail", "success"]
    assert (rows[0]["watermark_column"], rows[0]["watermark"]) == ("id", "2")
    assert "cannot be compared" in rows[1]["message"]
    assert rows[2]["start_time"] <= rows[2]["finish_time"]


def test_a_publish_that_fails_is_a_warning_and_the_next_run_makes_up_for_it(mirror):
    run(mirror)
    mirror.server.faults.add(
        operation="rename", path="*hygge_journal*", status=403, code="Refused", times=None
    )
    second = run(mirror, (2, 3))
    assert any("mirrored journal" in warning for warning in second.warnings)
    assert len(journal(mirror)) == 1
    mirror.server.faults.clear()
    assert run(mirror, (3,)).outcome == "skip"  # it has nothing of its own to show
    assert [row[0] for row in journal(mirror)][1:] == [second.run_id]


@pytest.mark.parametrize("operation", ["create", "append", "flush", "rename", "list"])
def test_an_answer_that_is_lost_shows_no_run_twice_and_leaves_no_gap(mirror, operation):
    told = {"operation": operation, "path": "*hygge*ournal*", "reset": True}
    run(mirror)
    if operation == "list":  # a listing names no path; the last one of a run is the journal's
        mirror.server.log.clear()
        run(mirror, (2, 3))
        told |= {"path": None, "nth": len(mirror.server.log.select(operation="list"))}
    for id_, moment in enumerate(("before", "after"), start=3):
        fault = mirror.server.faults.add(**told, moment=moment)
        run(mirror, (id_, id_ + 1))
        assert fault.struck == 1
        mirror.server.faults.clear()
    last = run(mirror, (5, 6))
    runs = [row[0] for row in journal(mirror)]
    assert len(runs) == len(set(runs)) == (5 if operation == "list" else 4)
    assert runs[-1] == last.run_id
    numbers = mirror.numbers(TABLE)
    assert numbers == list(range(1, len(numbers) + 1))


def test_where_somebody_took_the_number_the_next_one_is_taken(mirror):
    run(mirror)
    fault = mirror.server.faults.add(
        operation="rename", path=f"*{TABLE}/{2:020}.parquet", hold=True, times=1
    )
    thread = threading.Thread(target=run, args=(mirror, (2, 3)))
    thread.start()
    assert fault.reached.wait(60)
    taken = mirror.files()[f"{TABLE}/{1:020}.parquet"]
    mirror.put(f"{TABLE}/{2:020}.parquet", taken)
    fault.release()
    thread.join(60)
    assert mirror.numbers(TABLE) == [1, 2, 3]


def test_a_table_that_was_dropped_is_shown_again_whole(mirror):
    first, second = run(mirror), run(mirror, (2, 3))
    mirror.remove_folder(TABLE)
    third = run(mirror, (3, 4))
    assert [row[0] for row in journal(mirror)] == [each.run_id for each in (first, second, third)]
    assert mirror.numbers(TABLE) == [1]


def test_a_table_that_was_made_anew_and_got_no_row_is_shown_whole_too(mirror):
    runs = [run(mirror)]
    mirror.remove_folder(TABLE)
    mirror.server.faults.add(
        operation="create", path=f"*{TABLE}/_*.parquet", status=403, code="Refused", times=None
    )
    runs.append(run(mirror, (2, 3)))  # it made the folder, and no more
    mirror.server.faults.clear()
    runs.append(run(mirror, (3, 4)))
    assert [row[0] for row in journal(mirror)] == [each.run_id for each in runs]


def test_without_the_setting_there_is_no_such_table(mirror):
    run(mirror, mirror_journal=False)
    assert mirror.files(TABLE) == {}


class Book:
    """A journal of ``count`` successful runs, each behind a failed one."""

    def __init__(self, count):
        self.asked = 0
        self.all = [
            FlowEvent(event_type=word, flow_name="f", entity="e", run_id=f"{n}{word}")
            for n in range(count)
            for word in ("start", "fail", "complete")
        ]

    def events(self, *, limit, **_):
        self.asked += 1
        return self.all[::-1][:limit]


@pytest.mark.parametrize("count", [0, 1, 3, 100, 1000])
def test_only_what_was_not_published_is_asked_for(count):
    book = Book(count)
    assert len(finished(book, None)) == 2 * count
    book.asked = 0
    news = finished(book, min(2, count))
    assert [event.run_id for event in news[-1:]] == ([f"{count - 1}complete"] if count else [])
    assert len(news) == 2 * min(2, count)
    assert book.asked == 1


def test_an_empty_journal_is_an_empty_list():
    assert finished(Book(0), 3) == []


STORE = """
key_columns = ["id"]
mirror_journal = true
"""
MORE = """
[flows.shop.entities.orders]
run_type = "incremental"
watermark = { column = "id", primary_key = "id" }
"""


def test_what_could_not_be_published_is_tried_again_at_the_end_of_the_run(mirror):
    fault = mirror.server.faults.add(
        operation="rename", path="*hygge_journal*", status=403, code="Refused", times=1
    )
    with mirror.project(store=STORE, more=MORE, orders=ROWS) as root:
        here = config.load(start=root, plugins=PLUGINS)
        [result] = Coordinator(here, PLUGINS, lambda event: None).run(here.entities).results
    assert (result.outcome, fault.struck) == ("complete", 1)
    assert any("mirrored journal" in warning for warning in result.warnings)
    assert [row[0] for row in journal(mirror)] == [result.run_id]


def test_runs_that_end_while_it_is_sent_are_sent_together(mirror):
    names = ("a", "b", "c", "d")
    more = "".join(f"[flows.shop.entities.{name}]\n" for name in names)
    add = mirror.server.faults.add
    fault = add(operation="rename", path=f"*{TABLE}/0*", hold=True)
    others = [add(operation="rename", path=f"*/{name}/0*", hold=True) for name in names[1:]]
    with mirror.project(store=STORE, more=more, **dict.fromkeys(names, ROWS)) as root:
        here = config.load(start=root, plugins=PLUGINS)
        outcome = []

        def work():
            outcome.append(Coordinator(here, PLUGINS, lambda event: None).run(here.entities))

        thread = threading.Thread(target=work)
        thread.start()
        assert fault.reached.wait(60)  # the first has ended, and no other
        for other in others:
            other.release()
        with World(PLUGINS, root=root) as world:
            counters = world.journal(here.entities[0].journal).counters
            until(lambda: counters()[0] == len(names))
        fault.release()
        thread.join(60)
    runs = {result.run_id for result in outcome[0].results}
    assert sorted(row[0] for row in journal(mirror)) == sorted(runs)
    assert len(runs) == len(names)
    assert mirror.numbers(TABLE) == [1, 2]  # the first alone, and all that had waited
