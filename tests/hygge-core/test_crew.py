"""Threads that stay for the next job."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref

import pytest

from hygge_core.engine.threads import crew

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def nobody_idle(monkeypatch):
    """A crew of nobody: other tests' threads are not asked."""
    monkeypatch.setattr(crew, "_idle", [])
    monkeypatch.setattr(crew, "_busy", {})


def seen(name: str) -> tuple[int, str]:
    """Which thread does a job, and what it is called then."""
    found: list[tuple[int, str]] = []
    over = crew.sent(
        lambda: found.append((threading.get_ident(), threading.current_thread().name)), name
    )
    assert over.wait(PATIENCE)
    return found[0]


def test_whoever_is_through_does_the_next_job_under_its_name():
    thread, name = seen("read orders")
    assert name == "read orders"
    assert seen("asked") == (thread, "asked")


def test_a_job_that_hangs_keeps_nobody_from_another():
    go = threading.Event()
    hanging = crew.sent(lambda: go.wait(PATIENCE) and None, "hangs")
    seen("asked")
    assert not hanging.is_set()
    go.set()
    assert hanging.wait(PATIENCE)


def test_a_job_is_left_behind_that_does_not_end_soon_enough():
    go, late = threading.Event(), threading.Event()
    jobs = [
        crew.sent(lambda: None, "short"),
        crew.sent(lambda: late.wait(PATIENCE) and None, "late"),
        crew.sent(lambda: go.wait(PATIENCE) and None, "hangs"),
    ]
    threading.Timer(0.05, late.set).start()
    jobs[-1].set()  # as whoever waits for it does when nobody wants to know any more
    assert crew.left_behind(0.3) == ["hangs"]
    go.set()
    assert crew.left_behind(PATIENCE) == []


def test_jobs_at_once_are_done_at_once():
    met = threading.Barrier(3)
    jobs = [crew.sent(lambda: met.wait(PATIENCE) and None, f"job {n}") for n in range(3)]
    assert all(job.wait(PATIENCE) for job in jobs)
    assert not met.broken


def test_a_job_that_lets_an_exception_out_is_over_and_its_thread_ends_as_any_other(monkeypatch):
    told = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda told_of: told.set())

    def fail() -> None:
        raise RuntimeError("out")

    assert crew.sent(fail, "fails").wait(PATIENCE)
    assert told.wait(PATIENCE)
    assert crew._idle == []
    seen("asked")


def test_what_a_job_held_is_free_when_it_is_over():
    class Rows:
        pass

    rows = Rows()
    held = weakref.ref(rows)
    over = crew.sent(lambda rows=rows: None, "holds")
    del rows
    assert over.wait(PATIENCE)
    gc.collect()
    assert held() is None


def test_who_has_nothing_to_do_for_a_while_goes(monkeypatch):
    monkeypatch.setattr(crew, "_PATIENCE_SECONDS", 0.01)
    gone: list[threading.Thread] = []
    assert crew.sent(lambda: gone.append(threading.current_thread()), "short").wait(PATIENCE)
    gone[0].join(PATIENCE)
    assert not gone[0].is_alive()
    assert crew._idle == []
    seen("asked")


_FORKED = """
import os
from hygge_core.engine.threads import crew
assert crew.sent(lambda: None, "before").wait(30)
child = os.fork()
if not child:
    os._exit(0 if crew.sent(lambda: None, "after").wait(10) else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_a_forked_child_waits_for_no_thread_of_its_parent():
    subprocess.run([sys.executable, "-W", "ignore", "-c", _FORKED], check=True)
