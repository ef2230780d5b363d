"""A lease is renewed while its entity is moved: what passes is tried again, what is lost is not."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hygge_core import faults
from hygge_core.engine.threads.heartbeat import leased
from hygge_core.errors import Cancelled, JournalError, LeaseHeld
from hygge_core.records import Opened, Owner
from hygge_core.scene import Cancel, Scene
from hygge_core.task import Task
from hygge_core.testing import memory_journal

HERE = Owner(host="here", pid=1, started="today", name="one")
THERE = Owner(host="there", pid=2, started="today", name="other")
TASK = Task(
    run_id="r",
    flow_run_id="r",
    coordinator_run_id="r",
    project="p",
    root="",
    flow="f",
    entity="e",
    run_type="full_drop",
    home=Opened(type="memory", table={}),
    store=Opened(type="memory", table={}),
    journal=Opened(type="memory", table={}),
)
BUSY = JournalError("the journal is busy", transient=True)


class Renewals:
    """At each renewal the next of ``fates`` happens, then nothing: an error, or no answer yet."""

    def __init__(self, *fates: Exception | threading.Event, at: str = "renew") -> None:
        self._point = f"memory_journal.{at}:before"
        self._fates = list(fates)
        self.seen: list[float] = []

    def reach(self, point: str, detail: str) -> None:
        if point == self._point:
            self.seen.append(time.monotonic())
            fate = self._fates.pop(0) if self._fates else None
            if isinstance(fate, Exception):
                raise fate
            if fate is not None:
                fate.wait(30)


@pytest.fixture
def journal(request) -> Iterator[memory_journal.MemoryJournal]:
    life = getattr(request, "param", 0.3)
    config = memory_journal.MemoryJournalConfig(table="heart", lease_seconds=life)
    with memory_journal.open_journal(config, Scene()) as journal:
        yield journal
    memory_journal.forget("heart")


@contextmanager
def moving(journal, renewals: Renewals, told: list[str] | None = None) -> Iterator[Cancel]:
    cancel = Cancel()
    warn = ([] if told is None else told).append
    with faults.planned(renewals), leased(TASK, journal, HERE, cancel, warn):
        yield cancel


def test_a_lease_outlives_its_first_life(journal):
    with moving(journal, Renewals()) as cancel:
        cancel.sleep(0.5)
        with pytest.raises(LeaseHeld):
            journal.acquire("f", "e", THERE)


@pytest.mark.parametrize("journal", [0.9], indirect=True)
def test_a_renewal_that_failed_for_a_moment_is_tried_again_and_sooner(journal):
    renewals = Renewals(BUSY, BUSY)
    began = time.monotonic()
    with moving(journal, renewals) as cancel:
        cancel.sleep(1.0)
    assert renewals.seen[2] - began < 0.9, "the third of three tries at each third is too late"


@pytest.mark.parametrize(
    "lost",
    [
        JournalError("another epoch"),
        LeaseHeld("somebody has it", owner="them"),
        KeyError("a plugin's own mistake"),
    ],
    ids=lambda lost: type(lost).__name__,
)
def test_whatever_does_not_pass_stops_the_entity_at_once(journal, lost):
    renewals = Renewals(lost)
    told = f"the lease was lost: .*{lost.args[0]}"
    with moving(journal, renewals) as cancel, pytest.raises(Cancelled, match=told):
        cancel.sleep(5)
    assert len(renewals.seen) == 1


def test_a_lease_that_somebody_took_is_not_worked_under(journal):
    renewals = Renewals(BUSY)
    with moving(journal, renewals) as cancel:
        journal._book.leases["f", "e"].epoch += 1
        with pytest.raises(Cancelled, match="epoch 1 was taken over"):
            cancel.sleep(5)
    assert len(renewals.seen) == 2


def test_a_lease_that_cannot_be_renewed_is_worked_under_until_it_ends_and_no_longer(journal):
    renewals = Renewals(*[BUSY] * 100)
    began = time.monotonic()
    told = "the lease was lost: the journal is busy"
    with moving(journal, renewals) as cancel, pytest.raises(Cancelled, match=told):
        cancel.sleep(5)
    assert time.monotonic() - began > 0.25
    assert len(renewals.seen) < 10, "nobody storms a journal that is busy"


@pytest.mark.parametrize("journal", [1.2], indirect=True)
def test_a_renewal_that_is_not_answered_does_not_hide_the_end_of_the_lease(journal):
    answered = threading.Event()
    began = time.monotonic()
    with moving(journal, Renewals(answered)) as cancel:
        with pytest.raises(Cancelled, match="the lease was lost: it has ended"):
            cancel.sleep(30)
        assert time.monotonic() - began > 1.1
        answered.set()


def test_a_lease_that_cannot_be_given_back_is_told_and_fails_nothing(journal):
    told: list[str] = []
    with moving(journal, Renewals(BUSY, at="release"), told):
        pass
    assert told == ["the lease could not be given back, it ends by itself: the journal is busy"]
