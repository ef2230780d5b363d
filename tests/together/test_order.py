"""Who starts when, how many at once, who waits for whom, and who watches."""

import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing

import pytest
from household import STUMBLING, TEN

from hygge_core import faults
from hygge_core.engine.threads.slots import Slots
from hygge_core.errors import StoreError
from hygge_core.events import Stage
from hygge_core.operate.selection import Shard


def test_after_a_failure_stop_starts_nothing_more_and_continue_does(household, many):
    many("a.home.script = 'broken'", "b", "c", concurrency=1)
    summary = household.run(sets=["run.on_error=stop"])
    assert household.finished() == ["a"]
    assert summary.not_started == ("f.b", "f.c")
    assert summary.exit_code == 1
    summary = household.run()
    assert sorted(household.finished()) == ["a", "b", "c"]
    assert summary.not_started == ()
    assert summary.exit_code == 1


def test_no_more_entities_than_concurrency_are_in_flight(household, stranger, many):
    now, most = [], []
    two = threading.Barrier(2)

    @stranger.script
    def counted(play):
        now.append(1)
        two.wait(20)
        time.sleep(0.05)  # a third would come now
        most.append(len(now))
        now.pop()
        yield stranger.rows(0, 1)

    many(*"abcdef", script="counted", concurrency=5)
    household.run(concurrency=2)
    assert max(most) == 2
    assert len(household.finished()) == 6


def test_the_longest_of_the_last_run_starts_first_and_the_unknown_before_all(
    household, stranger, many
):
    lengths = {"a": 0.0, "b": 0.6, "c": 0.3, "d": 0.0}

    @stranger.script
    def long(play):
        time.sleep(lengths[play.scene.entity])
        yield stranger.rows(0, 1)

    many(*"abc", script="long", concurrency=1)
    household.run()
    many(*"abcd", script="long", concurrency=1)
    household.run()
    assert household.started() == ["d", "b", "c", "a"]


def test_shards_are_disjoint_complete_and_stable_by_name(household, many):
    names = [f"e{number}" for number in range(20)]
    many(*names)
    shares = [
        set(household.call("plan", "--offline", "--shard", f"{i}/3").out.split())
        & {f"f.{name}:" for name in names}
        for i in (1, 2, 3)
    ]
    assert sum(map(len, shares)) == 20
    assert set().union(*shares) == {f"f.{name}:" for name in names}
    assert [Shard(1, 3).holds(f"f.e{n}") for n in range(8)] == _FIRST_THIRD
    many(*names[:7])
    fewer = household.call("plan", "--offline", "--shard", "1/3").out
    assert {f"f.{n}:" for n in names[:7]} & shares[0] == set(fewer.split()) & shares[0]


#: Written down once: a share must be the same on every machine and in every release.
_FIRST_THIRD = [True, False, True, True, False, False, False, False]


def test_a_slot_is_free_for_others_while_a_store_only_waits(household, stranger, many):
    def trips(step, batch, scene):
        if step == "commit" and scene.entity == "a":
            scene.wait(1.0, "the service needs a moment")

    stranger.STUMBLES["trips"] = trips
    many("a", "b", store=STUMBLING, concurrency=1)
    household.run()
    assert household.finished() == ["b", "a"]
    waits = [e for e in household.events if isinstance(e, Stage) and e.step == "wait"]
    assert [event.detail for event in waits] == ["1 s: the service needs a moment"]


def test_a_stopped_run_does_not_wait_for_a_store_that_waits(household, stranger, many):
    coordinators = []

    def trips(step, batch, scene):
        if step == "seal":
            threading.Timer(0.1, coordinators[0].cancel.request, ["enough"]).start()
            scene.wait(60, "the service needs an hour")

    stranger.STUMBLES["trips"] = trips
    many("a", store=STUMBLING)
    result = household.move(meanwhile=coordinators.append)
    assert result.outcome == "cancelled"
    assert result.seconds < 30
    assert household.leftovers() == []


@pytest.mark.parametrize("passing", [True, False], ids=["passes", "stays"])
def test_a_file_that_fails_beside_the_writer_does_not_wait_for_the_next_batch(
    household, stranger, one, passing
):
    """The home's next batch is a minute off; it heeds its cancel, as homes do."""
    reading = []

    @stranger.script
    def late(play):
        reading.append(play)
        yield stranger.rows(0, 5)
        if not passing or len(reading) == 1:
            play.scene.cancel.sleep(60)
        yield stranger.rows(5, 5)

    class Full:
        left = 1 if passing else 9

        def reach(self, point, detail):
            if self.left and point == "local.sync_file:before" and detail.endswith(".parquet"):
                self.left -= 1
                raise StoreError("the disk is busy", transient=True)

    one("late")
    with faults.planned(Full()):
        result = household.move()
    assert result.seconds < 30
    assert len(reading) == (2 if passing else 3)
    assert result.outcome == ("complete" if passing else "fail")
    assert passing or result.failure.text == "the disk is busy"
    assert household.leftovers() == []


def test_a_lease_that_is_lost_ends_a_wait_at_once(household, stranger, one):
    def trips(step, batch, scene):
        if step == "seal":
            with closing(sqlite3.connect(household.root / ".hygge/journal.db")) as journal, journal:
                journal.execute("UPDATE leases SET epoch = epoch + 1")
            scene.wait(60, "the service needs an hour")

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    toml = household.root / "hygge.toml"
    toml.write_text(toml.read_text().replace("[journal]", "[journal]\nlease_seconds = 0.6"))
    result = household.move()
    assert result.outcome == "cancelled"
    assert "lease" in result.failure.text
    assert "lost" in result.failure.text
    assert result.seconds < 30


def test_a_journal_that_is_busy_when_a_renewal_is_due_ends_nothing(household, stranger, one):
    def trips(step, batch, scene):
        if step == "seal":
            with closing(sqlite3.connect(household.root / ".hygge/journal.db")) as journal:
                journal.execute("BEGIN IMMEDIATE")
                scene.cancel.sleep(0.5)
            scene.cancel.sleep(0.5)

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    toml = household.root / "hygge.toml"
    short = "[journal]\nlease_seconds = 0.9\nbusy_timeout_seconds = 0.01"
    toml.write_text(toml.read_text().replace("[journal]", short))
    result = household.move()
    assert (result.outcome, result.failure) == ("complete", None)
    assert household.ids() == TEN


def test_a_connection_is_never_used_by_more_than_its_cap_and_nobody_waits_for_ever(
    household, stranger, many
):
    """D20: home and store take from the same connection; each entity needs two of three."""

    @stranger.script
    def connected(play):
        for number in range(3):
            time.sleep(0.01)
            yield stranger.rows(number, 1)

    many(
        *(f"e{n}.home.connection = 'erp'\ne{n}.store.connection = 'erp'" for n in range(5)),
        script="connected",
        store='{ type = "stumbling", path = "out" }',
        concurrency=5,
    )
    summary = household.run()
    assert Counter(r.outcome for r in summary.results) == {"complete": 5}
    [pool] = stranger.POOLS
    assert pool.counts["most"] <= 2
    assert pool.counts["uses"] >= 20


def test_a_connection_that_nobody_uses_is_not_opened(household, stranger, many):
    """D27."""
    many("a")
    assert household.run().results[0].outcome == "complete"
    assert stranger.POOLS == []


def test_nothing_that_waits_for_a_connection_is_forgotten(household, stranger, many, monkeypatch):
    """Between the end of the last entity in flight and the return of its slot."""
    give = Slots.give

    def late(self, needs):
        time.sleep(0.05)
        give(self, needs)

    monkeypatch.setattr(Slots, "give", late)
    many(
        *(f"e{n}.home.connection = 'erp'\ne{n}.store.connection = 'erp'" for n in range(3)),
        "x",
        store='{ type = "stumbling", path = "out" }',
    )
    summary = household.run()
    assert summary.not_started == ()
    assert len(summary.results) == 4


# --- observers --------------------------------------------------------------------------------


def test_an_observer_that_raises_changes_nothing_and_is_named_once(household, stranger, many):
    heard = []

    def listen(event):
        heard.append(event.kind)
        raise RuntimeError("no webhook today")

    stranger.LISTENERS.append(listen)
    many("a", "b")
    done = household.call("run")
    assert done.code == 0
    assert done.err.count("no webhook today") == 1
    assert "hygge-stranger 1.0" in done.err
    assert heard == ["run_started"]
    assert household.ids("out/a") == TEN


def test_an_observer_hears_the_whole_story_in_order(household, stranger, many):
    heard = []
    stranger.LISTENERS.append(lambda event: heard.append(event.kind))
    many("a")
    assert household.call("run").code == 0
    assert heard[:2] == ["run_started", "entity_started"]
    assert heard[-2:] == ["entity_finished", "run_finished"]
