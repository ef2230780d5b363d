"""What the journal's verbs cost: a long history makes none of those that a run needs dearer."""

from __future__ import annotations

from attrs import evolve

HISTORY = 300


def moved(journal, make, lease, run_id):
    """One whole run, with its events."""
    run = make.run(run_id, epoch=lease.epoch)
    journal.advance(lease, run, event=make.event("start", run_id=run_id))
    for state in ("decided", "committed"):
        run = evolve(run, state=state)
        journal.advance(lease, run)
    event = make.event(run_id=run_id)
    journal.advance(lease, evolve(run, state="done"), event=event)


def steps(journal, verb):
    """How many instructions of SQLite's machine ``verb`` takes: the same on every computer."""
    taken = [0]

    def count():
        taken[0] += 1

    connection = journal._database._connection
    connection.set_progress_handler(count, 1)
    verb()
    connection.set_progress_handler(None, 0)
    return taken[0]


def verbs(journal, make):
    """What one run of an entity asks of its journal, each as a call."""
    key = make.flow, make.entity
    lease = journal.acquire(*key, make.owner)
    journal.release(lease)
    held = []
    return {
        "acquire": lambda: held.append(journal.acquire(*key, make.owner)),
        "open_runs": lambda: journal.open_runs(*key),
        "get_watermark": lambda: journal.get_watermark(*key),
        "get_last_run": lambda: journal.get_last_run(*key),
        "the last complete one": lambda: journal.get_last_run(*key, event_type="complete"),
        "a whole run": lambda: moved(journal, make, held[0], "new"),
        "record_event": lambda: journal.record_event(make.event("fail")),
        "renew": lambda: journal.renew(held[0]),
        "release": lambda: journal.release(held[0]),
    }


def test_no_verb_of_a_run_takes_more_steps_after_hundreds_of_runs(opened, make, tmp_path):
    short, long = opened(path=tmp_path / "short.db"), opened(path=tmp_path / "long.db")
    for journal, runs in ((short, 3), (long, HISTORY)):
        lease = journal.acquire(make.flow, make.entity, make.owner)
        for number in range(runs):
            moved(journal, make, lease, f"run-{number}")
        journal.release(lease)
    beside = verbs(long, make)
    found = {
        name: (steps(short, verb), steps(long, beside[name]))
        for name, verb in verbs(short, make).items()
    }
    assert all(few > 10 for few, _ in found.values())  # the counter counts
    assert {name: pair for name, pair in found.items() if pair[1] > 1.2 * pair[0] + 20} == {}
