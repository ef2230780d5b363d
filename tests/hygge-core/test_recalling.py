"""The reading half of journals: rows of a database and records in memory recall the same."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from hygge_core.journal_rows import EVENT_COLUMNS, RUN_COLUMNS, event_row, run_row
from hygge_core.jsons import to_json
from hygge_core.recalling import ENDING, UNFINISHED, Recalls, RecallsRows
from hygge_core.records import FlowEvent, LoadRef, Mark, Opened, RunRecord, Watermark
from hygge_core.states import FOLLOWS, OVER

BEGUN = datetime(2026, 1, 1, tzinfo=UTC)
STATES = [state for state in FOLLOWS if state]
TYPES = ["start", *ENDING]
NAMES = list(product(("shop", "it's"), ("orders", 'a "b" %_', "ü")))


def runs():
    """One of each name and state, and of few coordinators."""
    for number, ((flow, entity), state) in enumerate(product(NAMES, STATES)):
        yield RunRecord(
            ref=LoadRef(run_id=f"r{number}", flow=flow, entity=entity),
            state=state,
            run_type="full_drop",
            epoch=number,
            destination="there",
            store=Opened(type="lake", table={}),
            coordinator_run_id=f"c{number % 4}",
            started=BEGUN,
            updated=BEGUN,
        )


def events():
    for number, ((flow, entity), kind) in enumerate(product([*NAMES, ("shop", None)], TYPES * 2)):
        yield FlowEvent(
            id=f"e{number}",
            timestamp=BEGUN + timedelta(seconds=number),
            flow_name=flow,
            entity=entity,
            event_type=kind,
            run_id=f"r{number}",
            coordinator_run_id=f"c{number % 3}",
        )


MARKS = {
    name: Watermark(column="id", mark=Mark("int64", str(number)))
    for number, name in enumerate(NAMES[::-1])
}


class Kept(Recalls):
    def seek_events(self, sought):
        return sought.events(events())

    def seek_runs(self, sought):
        return sought.runs(runs())

    def seek_watermarks(self, sought):
        return sought.watermarks(MARKS)


class Tables(RecallsRows):
    def __init__(self, connection):
        self.connection = connection
        connection.execute(
            f"CREATE TABLE flow_events (seq INTEGER PRIMARY KEY, {EVENT_COLUMNS}, version)"
        )
        connection.execute(f"CREATE TABLE runs (seq INTEGER PRIMARY KEY, {RUN_COLUMNS})")
        connection.execute("CREATE TABLE flow_watermarks (flow_name, entity, watermark)")
        self.put("flow_events", EVENT_COLUMNS + ", version", map(event_row, events()))
        self.put("runs", RUN_COLUMNS, map(run_row, runs()))
        rows = [(*name, to_json(mark)) for name, mark in MARKS.items()]
        self.put("flow_watermarks", "flow_name, entity, watermark", rows)

    def put(self, table, columns, rows):
        marks = ", ".join("?" for _ in columns.split(","))
        self.connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def select(self, select):
        return self.connection.execute(
            f"SELECT {select.columns} FROM {select.table}{select.where}"
            f" ORDER BY {select.order} LIMIT ?",
            (*select.values, select.limit),
        )


@pytest.fixture(scope="module")
def tables():
    connection = sqlite3.connect(":memory:")
    yield Tables(connection)
    connection.close()


FLOWS, ENTITIES, RUN_IDS = ("shop", "it's", "?"), ("orders", 'a "b" %_', "?"), ("r3", "c1", "?")


def test_the_last_run_is_the_same(tables):
    for flow, entity, kind in product(FLOWS, (*ENTITIES, None), (*TYPES, None)):
        mine = tables.get_last_run(flow, entity, event_type=kind)
        assert mine == Kept().get_last_run(flow, entity, event_type=kind), (flow, entity, kind)
    assert tables.get_last_run("shop").event_type == "skip"
    assert tables.get_last_run("shop", event_type="start") is None


def test_events_are_the_same(tables):
    for flow, entity, run_id, limit in product(
        (*FLOWS, None), (*ENTITIES, None), (*RUN_IDS, None), (0, 1, 5, 100)
    ):
        asked = {"flow": flow, "entity": entity, "run_id": run_id, "limit": limit}
        assert tables.events(**asked) == Kept().events(**asked), asked
    assert [event.id for event in tables.events(limit=2)] == ["e55", "e54"]


def test_runs_are_the_same(tables):
    for flow, run_id, state, limit in product(
        (*FLOWS, None), (*RUN_IDS, None), (*STATES, None), (0, 1, 5, 100)
    ):
        asked = {"flow": flow, "run_id": run_id, "state": state, "limit": limit}
        assert tables.runs(**asked) == Kept().runs(**asked), asked
    assert [run.epoch for run in tables.runs(limit=2)] == [35, 34]


def test_open_runs_are_the_same_and_oldest_first(tables):
    for flow, entity in product(FLOWS, ENTITIES):
        assert tables.open_runs(flow, entity) == Kept().open_runs(flow, entity)
    found = [run.state for run in tables.open_runs("it's", "orders")]
    assert found == [state for state in STATES if state not in OVER]


def test_watermarks_are_the_same_and_by_name(tables):
    for flow, entity in product(FLOWS, ENTITIES):
        assert tables.watermarks(flow) == Kept().watermarks(flow)
        assert tables.get_watermark(flow, entity) == Kept().get_watermark(flow, entity)
    assert tables.watermarks() == Kept().watermarks()
    assert [name[:2] for name in tables.watermarks()] == sorted(NAMES)
    assert tables.get_watermark("shop", "orders") == MARKS["shop", "orders"]


def test_what_is_unfinished_is_what_may_be_followed_by_another_state():
    assert set(UNFINISHED) == set(STATES) - OVER
