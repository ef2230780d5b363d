"""Who writes here is said once for all tables, whoever says it first."""

from __future__ import annotations

import json
import threading

import polars as pl
import pytest
from mirrors import ZONE

from hygge_core.errors import HyggeError

ONE = pl.DataFrame({"id": [1]})
NAME = "_partnerEvents.json"


def test_many_tables_that_say_it_in_the_same_moment_say_it_once_and_whole(mirror):
    mirror.server.manners.latency_seconds = 0.01
    tables = [f"t{number}" for number in range(6)]
    failed: list[HyggeError] = []

    def load(table: str) -> None:
        try:
            mirror.load(ONE, table=table, partner_name="hygge", source_type="memory")
        except HyggeError as exc:
            failed.append(exc)

    threads = [threading.Thread(target=load, args=[table]) for table in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    told = {"partnerName": "hygge", "sourceInfo": {"sourceType": "memory"}}
    assert json.loads(mirror.files()[NAME]) == told
    there = f"lake/{ZONE}/{NAME}"
    (change,) = [c for c in mirror.server.changes if there in [seen.path for seen in c.appeared]]
    assert change.operation == "rename"
    assert mirror.own() == []


def test_another_partners_word_stays_byte_for_byte(mirror):
    theirs = b'{ "partnerName":"Somebody",   "extra": [1] }\n'
    mirror.put(NAME, theirs)
    mirror.load(ONE, partner_name="hygge")
    assert mirror.files()[NAME] == theirs
    assert "'Somebody'" in mirror.warnings[0]


@pytest.mark.parametrize("theirs", [b"", b'{"partnerName": ', b"[]"])
def test_what_says_nothing_stays_too_and_holds_no_table_up(mirror, theirs):
    mirror.put(NAME, theirs)
    mirror.load(ONE, partner_name="hygge")
    assert mirror.files()[NAME] == theirs
    assert "stays as it is" in mirror.warnings[0]


def test_a_lost_answer_is_settled_by_looking(mirror):
    mirror.server.faults.add(operation="rename", path=f"*{NAME}", moment="after", reset=True)
    mirror.load(ONE, partner_name="hygge")
    assert mirror.warnings == []
    assert json.loads(mirror.files()[NAME]) == {"partnerName": "hygge"}
    assert mirror.own() == []
