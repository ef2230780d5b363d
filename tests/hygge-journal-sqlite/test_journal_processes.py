"""Two processes, threads and SIGKILL: nothing is lost, nothing is half there."""

import threading

from attrs import evolve

from hygge_core.records import FlowEvent

PREFIX = """
import sys
from pathlib import Path
from attrs import evolve
from hygge_core.records import FlowEvent, LoadRef, Mark, Opened, Owner, RunRecord, Watermark
from hygge_core.scene import Scene
from hygge_journal_sqlite.settings import SqliteJournalConfig
from hygge_journal_sqlite.journal.journal import open_journal
path, name, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
sys.stdin.readline()
with open_journal(SqliteJournalConfig(path=path), Scene()) as journal:
"""

EVENTS = (
    PREFIX
    + """
    for number in range(count):
        journal.record_event(FlowEvent(event_type="complete", flow_name=name, row_count=number))
"""
)

LEASES = (
    PREFIX
    + """
    for number in range(count):
        while True:
            try:
                lease = journal.acquire("sales", "orders", Owner(host="h", pid=1, started=name))
            except Exception as exc:
                assert type(exc).__name__ == "LeaseHeld", exc
                continue
            break
        before = journal.get_watermark("sales", "orders")
        value = int(before.mark.value) + 1 if before else 1
        run = RunRecord(
            ref=LoadRef(run_id=f"{name}-{number}", flow="sales", entity="orders"), state="open",
            run_type="incremental", epoch=lease.epoch, destination="", watermark_before=before,
            store=Opened(type="parquet", table={}))
        journal.advance(lease, run)
        journal.advance(lease, evolve(run, state="decided"))
        journal.advance(lease, evolve(run, state="committed"),
            event=FlowEvent(event_type="complete", flow_name="sales", entity="orders"),
            watermark=Watermark(column="id", mark=Mark("int64", str(value))))
        journal.advance(lease, evolve(run, state="done"))
        journal.release(lease)
        print(lease.epoch, flush=True)
"""
)


def start_together(processes):
    """All of them make and open the journal at the same moment."""
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()


def finished(processes):
    return [process.communicate(timeout=60)[0] for process in processes]


def test_two_processes_that_make_and_use_a_journal_at_once_lose_nothing(path, python, opened):
    processes = [python(EVENTS, path, name, 200) for name in ("one", "two")]
    start_together(processes)
    finished(processes)
    assert [process.returncode for process in processes] == [0, 0]
    journal = opened()
    for name in ("one", "two"):
        counts = [event.row_count for event in journal.events(flow=name, limit=1000)]
        assert counts == list(range(200))[::-1]


def test_many_processes_may_make_the_journal_at_the_same_moment(path, python, opened):
    processes = [python(EVENTS, path, f"p{number}", 1) for number in range(4)]
    start_together(processes)
    finished(processes)
    assert [process.returncode for process in processes] == [0] * 4
    assert len(opened().events()) == 4


def test_runs_under_leases_never_interleave_and_no_watermark_is_lost(path, python, opened):
    processes = [python(LEASES, path, name, 20) for name in ("one", "two")]
    start_together(processes)
    epochs = [int(line) for output in finished(processes) for line in output.split()]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(epochs) == list(range(1, 41))
    journal = opened()
    assert journal.get_watermark("sales", "orders").mark.value == "40"
    assert journal.counters() == (40, 0)
    assert len(journal.events(limit=1000)) == 40


def test_a_process_killed_in_the_middle_leaves_whole_transactions(path, python, opened, make):
    for round_ in range(3):
        process = python(LEASES, path, f"round{round_}", 100_000)
        start_together([process])
        for _ in range(5 + round_):
            process.stdout.readline()
        process.kill()
        process.wait()
        journal = opened()
        lease = journal.acquire(make.flow, make.entity, make.owner)
        committed = [
            run for run in journal.runs(limit=10_000) if run.state in ("committed", "done")
        ]
        assert journal.counters()[0] == len(committed) == len(journal.events(limit=10_000))
        assert journal.get_watermark("sales", "orders").mark.value == str(len(committed))
        # What it left open is found, and a recovery may finish it.
        for run in journal.open_runs("sales", "orders"):
            state = {"open": "rolled_back", "decided": "rolled_back", "committed": "done"}
            journal.advance(lease, evolve(run, state=state[run.state]))
        journal.release(lease)
    assert journal.open_runs("sales", "orders") == []


def test_threads_share_one_journal(journal):
    def record(name):
        for number in range(50):
            journal.record_event(FlowEvent(event_type="complete", flow_name=name, row_count=number))

    threads = [threading.Thread(target=record, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.events(limit=1000)) == 400
