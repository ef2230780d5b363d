"""A journal that has grown costs what a new one costs: counted in steps of SQLite's machine."""

import time
from datetime import timedelta

import pytest

from hygge_core.journal_rows import EVENT_COLUMNS, RUN_COLUMNS, event_row, run_row
from hygge_core.records import now

EVENTS, RUNS = 100_000, 10_000


def grow(journal, make, events, runs):
    """As many events and finished runs as years would bring, in one transaction."""
    begun = now() - timedelta(days=300)
    with journal._database.writing() as connection:
        connection.executemany(
            f"INSERT INTO flow_events ({EVENT_COLUMNS}, schema_version)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event_row(
                    make.event(
                        "fail" if number > 1 else "complete",
                        entity=f"e{number % 20}" if number > 20 else "orders",
                        timestamp=begun + timedelta(seconds=number),
                        run_id=f"r{number}",
                        coordinator_run_id=f"c{number // 200}",
                    )
                )
                for number in range(events)
            ),
        )
        row = run_row(make.run("r", "done"))
        connection.executemany(
            f"INSERT INTO runs ({RUN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((f"r{number}", *row[1:]) for number in range(runs)),
        )


def verbs(journal, make):
    lease = journal.acquire(make.flow, make.entity, make.owner)
    run = make.run("new")
    return {
        "record_event": lambda: journal.record_event(make.event()),
        "advance": lambda: journal.advance(lease, run, event=make.event(), watermark=None),
        "open_runs": lambda: journal.open_runs(make.flow, make.entity),
        "get_last_run": lambda: journal.get_last_run(make.flow, make.entity),
        "the last complete": lambda: journal.get_last_run(
            make.flow, make.entity, event_type="complete"
        ),
        "get_last_run of a flow": lambda: journal.get_last_run(make.flow),
        "get_watermark": lambda: journal.get_watermark(make.flow, make.entity),
        "events": lambda: journal.events(limit=10),
        "events of a run": lambda: journal.events(run_id="c3", limit=300),
        "runs": lambda: journal.runs(limit=10),
        "runs in a state": lambda: journal.runs(state="decided"),
    }


def steps(journal, verb):
    """In hundreds."""
    counted = []
    journal._database._connection.set_progress_handler(lambda: counted.append(1) or 0, 100)
    verb()
    journal._database._connection.set_progress_handler(None, 0)
    return len(counted)


def test_no_verb_gets_slower_as_history_grows(tmp_path, opened, make):
    small, big = (opened(path=tmp_path / name) for name in ("small.db", "big.db"))
    grow(small, make, 1_000, 100)
    grow(big, make, EVENTS // 2, RUNS)
    in_small, in_big = verbs(small, make), verbs(big, make)
    for name, verb in in_big.items():
        assert steps(big, verb) <= 2 * steps(small, in_small[name]) + 2, name


@pytest.mark.bench
def test_the_hundred_thousandth_event_costs_what_the_first_did(opened, make):
    journal = opened()

    def milliseconds(verb, times=200):
        began = time.perf_counter()
        for _ in range(times):
            verb()
        return (time.perf_counter() - began) / times * 1000

    before = {name: milliseconds(verb) for name, verb in verbs(journal, make).items()}
    grow(journal, make, EVENTS, RUNS)
    journal.let_go()
    told = [""]
    for name, verb in verbs(journal, make).items():
        after = milliseconds(verb)
        told.append(f"{name:24} {before[name]:8.3f} ms new  {after:8.3f} ms with {EVENTS:,}")
    print("\n".join(told))  # noqa: T201 - what a bench is for
