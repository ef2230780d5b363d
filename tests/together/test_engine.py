"""The engine as a user feels it: retries, hangs, failures, order, slots, leases, processes."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing

import polars as pl
import pytest
from household import STRANGERS, until

from hygge_core import errors
from hygge_core.engine import extraction
from hygge_core.engine.coordinator import exit_code
from hygge_core.events import EntityFinished, EntityStarted, Retrying, Stage
from hygge_core.jsons import from_json, to_json
from hygge_core.operate.selection import Shard
from hygge_core.records import Mark
from hygge_core.task import Result, Task

ONE = """
[run]
{run}
[retry]
attempts = 3
max_wait = "0s"
[flows.f]
home = {{ type = "scripted", script = "{script}", diary = "diary"{home} }}
store = {store}
"""
PARQUET = '{ type = "parquet", path = "out", rows_per_file = 2 }'
STUMBLING = '{ type = "stumbling", path = "out", stumble = "trips" }'
MANY = """
[run]
concurrency = {concurrency}
[connections.erp]
type = "pool"
max_connections = 3
[flows.f]
home = {{ type = "scripted", script = "{script}" }}
store = {store}
[flows.f.entities]
{entities}
"""
TEN = list(range(10))


@pytest.fixture
def one(household):
    """A project of one flow that plays ``script``."""

    def write(script: str, *, store: str = PARQUET, home: str = "", run: str = "") -> None:
        household.toml(ONE.format(script=script, store=store, home=home, run=run))

    return write


@pytest.fixture
def many(household):
    """A project whose flow ``f`` has these entities, each a line of TOML or only a name."""

    def write(*entities: str, script: str = "ten", store: str = "", concurrency: int = 4) -> None:
        household.toml(
            MANY.format(
                script=script,
                store=store or '{ type = "parquet", path = "out" }',
                concurrency=concurrency,
                entities="\n".join(e if "=" in e else f"{e} = {{}}" for e in entities),
            )
        )

    return write


def finished(household) -> list[str]:
    return [event.entity for event in household.events if isinstance(event, EntityFinished)]


def started(household) -> list[str]:
    return [event.entity for event in household.events if isinstance(event, EntityStarted)]


def staged(root) -> list[str]:
    return [path.name for path in (root / ".hygge/stage").rglob("*.parquet")]


# --- retries ----------------------------------------------------------------------------------


def test_a_retry_starts_from_empty_staging_and_tells_the_cause(household, stranger, one):
    one("flaky", home=", times = 2")
    result = household.move()
    assert (result.outcome, result.rows_read, result.parts) == ("complete", 10, 5)
    assert household.ids() == TEN
    retries = [event for event in household.events if isinstance(event, Retrying)]
    assert [event.cause for event in retries] == ["the link to the source dropped"] * 2
    assert household.leftovers() == []


def test_the_last_failures_own_text_reaches_the_user(household, stranger, one):
    one("flaky", home=", times = 9")
    result = household.move()
    assert result.failure.text == "the link to the source dropped"
    assert result.failure.transient
    assert stranger.said(household.root / "diary") == ["attempt"] * 3
    assert household.told()[0].metadata["error"] == "the link to the source dropped"
    assert household.leftovers() == []


def test_what_will_not_pass_is_not_tried_again(household, stranger, one):
    one("broken")
    result = household.move()
    assert result.failure.text == "the table is corrupt"
    assert result.failure.hint == "restore it"
    assert stranger.said(household.root / "diary") == ["attempt"]
    assert household.leftovers() == []


def test_a_commit_that_fails_for_a_moment_is_tried_again(household, stranger, one):
    fails = iter([True, True, False])

    def trips(step, batch, scene):
        if step == "commit" and next(fails):
            raise errors.StoreError("the lake is busy", transient=True)

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    assert household.move().outcome == "complete"
    assert household.ids() == TEN


def test_a_failure_after_the_decision_is_journalled_and_the_next_run_finishes_it(
    household, stranger, one
):
    """D28: no failure is missing in the journal."""

    def trips(step, batch, scene):
        if step == "commit":
            raise errors.StoreError("the lake is gone")

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    first = household.move()
    assert first.failure.text == "the lake is gone"
    assert household.records()[0].state == "decided"
    assert household.told()[0].event_type == "fail"
    assert household.told()[0].metadata["error"] == "the lake is gone"
    stranger.STUMBLES.clear()
    one("broken", store=STUMBLING)
    second = household.move()
    assert second.recovered == (first.run_id,) or household.ids() == TEN
    assert household.ids() == TEN


def test_a_home_that_cannot_be_opened_is_journalled(household, stranger, one):
    """D28: and ``status:failed`` finds it."""
    one("ten")
    assert household.move().outcome == "complete"
    one("locked out")
    result = household.move()
    assert (result.failure.kind, result.failure.exit_code) == ("AuthError", 4)
    assert household.told()[0].event_type == "fail"
    assert "Login failed" in household.told()[0].metadata["error"]
    assert "f: full_drop" in household.call("plan", "-s", "status:failed", "--offline").out


def test_a_plugin_that_calls_exit_fails_its_entity_and_nothing_else(household, stranger, many):
    @stranger.script
    def leaves(play):
        yield stranger.rows(0, 2)
        sys.exit(0)

    many("bad.home.script = 'leaves'", "good")
    summary = household.run()
    results = {result.entity: result for result in summary.results}
    assert results["good"].outcome == "complete"
    assert results["bad"].outcome == "fail"
    assert results["bad"].failure.kind == "SystemExit"
    assert exit_code(summary) == 1
    assert sorted(finished(household)) == ["bad", "good"]
    assert household.told("bad")[0].event_type == "fail"
    assert household.leftovers() == []


@pytest.mark.parametrize(
    "why", [errors.StoreError("it is gone"), errors.AuthError("revoked"), KeyError("odd")], ids=repr
)
def test_a_decided_run_that_cannot_be_finished_waits_for_an_operator_while_others_run(
    household, stranger, many, why
):
    def trips(step, batch, scene):
        if step == "commit" and scene.entity == "a":
            raise type(why)(*why.args)

    stranger.STUMBLES["trips"] = trips
    many("a", "b", store=STUMBLING)

    def outcomes() -> list[str]:
        return [r.outcome for r in sorted(household.run().results, key=lambda r: r.entity)]

    assert [outcomes() for _ in range(4)] == [["fail", "complete"]] * 4
    assert outcomes() == ["blocked", "complete"]
    [blocked] = [run for run in household.records() if run.state == "blocked"]
    done = household.call("run")
    assert done.code == 1
    assert f"hygge recover --forward {blocked.ref.run_id}" in done.err
    stranger.STUMBLES.clear()
    assert household.call("recover", "--forward", blocked.ref.run_id).code == 0
    assert household.ids("out/a") == TEN
    assert household.call("run").code == 0
    assert household.leftovers() == []


def test_a_recovery_uses_the_store_and_the_connection_of_then(household, stranger, many):
    committed = []

    def trips(step, batch, scene):
        if step == "commit":
            committed.append(scene.connection("erp").config.max_connections)
            if len(committed) == 1:
                raise errors.StoreError("the lake is gone")

    stranger.STUMBLES["trips"] = trips
    many("a.store.connection = 'erp'", store=STUMBLING)
    first = household.move()
    assert first.failure.text == "the lake is gone"
    toml = household.root / "hygge.toml"
    then = toml.read_text()
    toml.write_text(then.replace("max_connections = 3", "max_connections = 2"))
    second = household.move()
    assert second.recovered == (first.run_id,)
    assert committed == [3, 3, 2]


def test_what_cannot_be_tidied_up_is_told_and_is_no_failure(household, stranger, one):
    def trips(step, batch, scene):
        if step == "cleanup":
            raise errors.StoreError("out/.hygge: not allowed to delete")

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    result = household.move()
    assert (result.outcome, result.rows_written) == ("complete", 10)
    assert any("not allowed to delete" in warning for warning in result.warnings)
    assert household.records()[0].state == "committed"
    stranger.STUMBLES.clear()
    assert household.move().failure is None
    assert {run.state for run in household.records()} == {"done"}
    assert household.leftovers() == []


# --- the other half ---------------------------------------------------------------------------


@pytest.fixture
def endless(stranger, monkeypatch):
    """A home without an end, and a pipe that holds two of its batches."""
    monkeypatch.setattr(extraction, "PIPE_BYTES", 1600)

    @stranger.script
    def endless(play):
        number = 0
        while True:
            yield stranger.rows(number, 100)
            number += 100

    return "endless"


def fails_at(wanted: str):
    def trips(step, batch, scene):
        if step == wanted:
            raise errors.StoreError(f"{step} says no")

    return trips


def took(act) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def test_a_store_that_fails_stops_a_home_with_more_to_say_than_the_pipe_holds(
    household, stranger, one, endless
):
    """D18."""
    stranger.STUMBLES["trips"] = fails_at("write")
    one(endless, store=STUMBLING)
    assert took(household.run) < 2
    assert household.told()[0].metadata["error"] == "write says no"


def test_a_watermark_that_does_not_exist_fails_at_once(household, one, endless):
    """D18: a misspelt watermark column was enough for an hour."""
    household.toml(
        ONE.format(script=endless, store=PARQUET, home="", run="")
        + 'watermark = { column = "idd" }'
    )
    result = household.move()
    assert result.seconds < 2
    assert "the source has no column 'idd'; did you mean 'id'?" in result.failure.text


def test_a_home_that_fails_stops_the_store_at_once(household, stranger, one):
    wrote = threading.Event()

    @stranger.script
    def dies(play):
        for number in range(3):
            yield stranger.rows(number, 1)
        wrote.wait(5)
        raise errors.HomeError("the source died")

    stranger.STUMBLES["trips"] = lambda step, batch, scene: step == "write" and wrote.set()
    one("dies", store=STUMBLING)
    result = household.move()
    assert result.failure.text == "the source died"
    assert result.seconds < 2


def test_a_home_that_waits_politely_is_woken_when_the_store_fails(household, stranger, one):
    @stranger.script
    def polite(play):
        yield stranger.rows(0, 10)
        play.scene.cancel.sleep(30)

    stranger.STUMBLES["trips"] = fails_at("write")
    one("polite", store=STUMBLING)
    result = household.move()
    assert result.failure.text == "write says no"
    assert result.seconds < 2


def test_a_home_that_was_woken_for_one_attempt_reads_the_next_one_undisturbed(
    household, stranger, one
):
    attempts = []

    @stranger.script
    def polite(play):
        yield stranger.rows(0, 5)
        play.scene.cancel.sleep(0.2)
        yield stranger.rows(5, 5)

    def trips(step, batch, scene):
        if step == "write" and not attempts:
            attempts.append(step)
            raise errors.StoreError("busy", transient=True)

    stranger.STUMBLES["trips"] = trips
    one("polite", store=STUMBLING)
    assert household.move().outcome == "complete"
    assert household.ids() == TEN


def test_an_extraction_that_waits_longer_than_its_timeout_fails(household, stranger, one):
    one("slow", run='timeout = "400ms"', home=", seconds = 0.1")
    result = household.move()
    assert "longer than its timeout" in result.failure.text
    assert 0.4 <= result.seconds < 3
    assert household.leftovers() == []


def test_an_extraction_that_never_waits_is_held_to_its_timeout_too(
    household, stranger, one, endless
):
    stranger.STUMBLES["trips"] = lambda step, batch, scene: time.sleep(0.01)
    one(endless, store=STUMBLING, run='timeout = "400ms"')
    result = household.move()
    assert "longer than its timeout" in result.failure.text
    assert result.seconds < 3


@pytest.mark.parametrize("question", ["schema", "estimated_rows", "upper"])
def test_a_home_that_does_not_answer_before_its_first_row_is_held_to_the_timeout(
    household, stranger, one, monkeypatch, question
):
    hang = threading.Event()
    monkeypatch.setattr(
        stranger.ScriptedHome, question, lambda self, ask: hang.wait(20), raising=False
    )
    one("ten", run='timeout = "300ms"')
    toml = household.root / "hygge.toml"
    toml.write_text(toml.read_text() + 'watermark = { column = "id" }\n')
    result = household.move()
    hang.set()
    assert "longer than its timeout" in result.failure.text
    assert result.seconds < 3


def test_a_home_that_does_not_answer_can_be_left(household, stranger, one, monkeypatch):
    hang = threading.Event()
    monkeypatch.setattr(stranger.ScriptedHome, "schema", lambda self, ask: hang.wait(20))
    one("ten")

    def soon(coordinator):
        threading.Timer(0.3, coordinator.cancel.request, ["enough"]).start()

    result = household.move(meanwhile=soon)
    hang.set()
    assert (result.outcome, result.failure.text) == ("cancelled", "enough")
    assert result.seconds < 3


_IMPATIENT = """
import hygge_core.engine.extraction as extraction
from hygge_core.cli import main
extraction._READER_GRACE_SECONDS = 0.2
raise SystemExit(main())
"""


def test_an_abandoned_read_does_not_keep_the_process_alive(household, stranger, one):
    """D19."""
    one("stubborn", run='timeout = "300ms"', home=", seconds = 60.0")
    command = [sys.executable, "-c", _IMPATIENT, "-C", str(household.root), "run"]
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(STRANGERS)},
        timeout=20,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "longer than its timeout" in done.stderr
    assert "still busy with a read that nobody waits for" in done.stderr


# --- who starts when --------------------------------------------------------------------------


def test_after_a_failure_stop_starts_nothing_more_and_continue_does(household, many):
    many("a.home.script = 'broken'", "b", "c", concurrency=1)
    summary = household.run(sets=["run.on_error=stop"])
    assert finished(household) == ["a"]
    assert summary.not_started == ("f.b", "f.c")
    assert exit_code(summary) == 1
    summary = household.run()
    assert sorted(finished(household)) == ["a", "b", "c"]
    assert summary.not_started == ()
    assert exit_code(summary) == 1


def test_no_more_entities_than_concurrency_are_in_flight(household, stranger, many):
    now, most = [], []

    @stranger.script
    def counted(play):
        now.append(1)
        most.append(len(now))
        time.sleep(0.05)
        now.pop()
        yield stranger.rows(0, 1)

    many(*"abcdef", script="counted", concurrency=5)
    household.run(concurrency=2)
    assert max(most) == 2
    assert len(finished(household)) == 6


def test_the_longest_of_the_last_run_starts_first_and_the_unknown_before_all(
    household, stranger, many
):
    lengths = {"a": 0.0, "b": 0.4, "c": 0.2, "d": 0.0}

    @stranger.script
    def long(play):
        time.sleep(lengths[play.scene.entity])
        yield stranger.rows(0, 1)

    many(*"abc", script="long")
    household.run()
    many(*"abcd", script="long", concurrency=1)
    household.run()
    assert started(household) == ["d", "b", "c", "a"]


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
            scene.wait(0.5, "the service needs a moment")

    stranger.STUMBLES["trips"] = trips
    many("a", "b", "c", store=STUMBLING, concurrency=1)
    household.run()
    assert finished(household) == ["b", "c", "a"]
    waits = [e for e in household.events if isinstance(e, Stage) and e.step == "wait"]
    assert [event.detail for event in waits] == ["0.5 s: the service needs a moment"]


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
    assert result.seconds < 5
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
    assert result.seconds < 5


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
    from hygge_core.engine.slots import Slots

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


# --- two of them ------------------------------------------------------------------------------


def test_a_second_coordinator_is_refused_by_the_lease_alone_and_told_who_has_it(
    household, stranger, one
):
    one("slow", store='{ type = "stumbling", path = "out" }')
    first = household.start("run")
    until(lambda: stranger.said(household.root / "diary"))
    result = household.move()
    assert result.outcome == "held"
    assert f"pid {first.pid}" in result.failure.text
    assert result.failure.transient
    first.kill()
    household.finish(first)
    one("ten", store='{ type = "stumbling", path = "out" }')
    after = household.move()
    assert after.outcome == "complete", "a killed owner's lease is taken over at once"
    assert household.ids() == TEN
    assert household.leftovers() == []


def paused(household, one, step: str, *, incremental: bool) -> subprocess.Popen:
    """A process that stops itself at ``step`` of its store, beyond the life of its lease."""
    one("newer", store='{ type = "stumbling", path = "out", stumble = "pauses" }')
    toml = household.root / "hygge.toml"
    text = toml.read_text().replace("[journal]", "[journal]\nlease_seconds = 0.6")
    if incremental:
        text += 'run_type = "incremental"\nwatermark = { column = "id" }\n'
    toml.write_text(text)
    process = household.start("run", STRANGER_PAUSES_AT=step)
    until(lambda: _state(process.pid) == "T")
    time.sleep(0.8)
    return process


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="it looks into /proc")
@pytest.mark.parametrize("incremental", [True, False], ids=["incremental", "full_drop"])
@pytest.mark.parametrize("step", ["seal", "commit"])
def test_an_owner_that_was_paused_for_too_long_loses_and_does_no_harm(
    household, stranger, one, step, incremental
):
    process = paused(household, one, step, incremental=incremental)
    second = household.move()
    assert second.outcome == ("skip" if (incremental and step == "commit") else "complete")
    before = household.snapshot()
    process.send_signal(signal.SIGCONT)
    done = household.finish(process)
    assert done.code == 1
    assert re.search("lease .* lost|somebody else was faster|has taken this run over", done.err)
    assert household.snapshot() == before
    assert household.ids() == TEN
    after = household.move()
    assert after.failure is None
    assert household.ids() == TEN
    assert household.leftovers() == []


_EXECUTOR = """
import sys
from pathlib import Path
from hygge_core import plugins
from hygge_core.engine.flow import move
from hygge_core.jsons import from_json, to_json
from hygge_core.task import Task
from hygge_core.engine.world import World
task = from_json(sys.stdin.read(), Task)
with World(plugins.load(), root=Path(task.root), project=task.project) as world:
    print(to_json(move(task, world)))
"""


def test_a_task_runs_from_its_json_alone_in_another_process(household, one):
    one("ten", home=", password = { env = 'CANARY' }")
    [entity] = household.project().entities
    task = entity.task(run_id="r-1", flow_run_id="r-2", coordinator_run_id="r-3")
    text = to_json(task)
    assert from_json(text, Task) == task
    assert os.environ["CANARY"] not in text
    (household.root / "hygge.toml").unlink()
    done = subprocess.run(
        [sys.executable, "-c", _EXECUTOR],
        input=text,
        env={**os.environ, "PYTHONPATH": str(STRANGERS)},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    result = from_json(done.stdout, Result)
    assert (result.outcome, result.rows_written, result.run_id) == ("complete", 10, "r-1")
    assert to_json(result) == done.stdout.strip()
    assert household.ids() == TEN


# --- what may be done to a destination --------------------------------------------------------

FILES = """
[flows.f]
home = { type = "parquet", path = "in" }
store = { type = "STORE", path = "out" }
run_type = "incremental"
watermark = { column = "id" }
"""


def numbers(first: int, count: int) -> pl.DataFrame:
    return pl.DataFrame({"id": range(first, first + count)})


@pytest.mark.parametrize("store", ["parquet", "csv", "ndjson", "sqlite"])
def test_a_moved_table_whose_watermark_is_not_known_is_not_appended_to(household, store):
    """D5: not after the journal was lost, which doubled every row."""
    household.toml(FILES.replace("STORE", store))
    household.put("in/1.parquet", numbers(0, 3))
    assert household.move().rows_written == 3
    before = (household.root / "out").stat().st_mtime_ns
    for file in (household.root / ".hygge").glob("journal.db*"):
        file.unlink() if file.is_file() else None
    result = household.move()
    assert result.outcome == "fail"
    assert "appending would double them" in result.failure.text
    assert "--full-drop -s f" in result.failure.hint
    assert (household.root / "out").stat().st_mtime_ns == before


def test_another_watermark_column_stops_the_run(household):
    """D5."""
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 3).with_columns(at=pl.col("id")))
    assert household.move().rows_written == 3
    household.toml(FILES.replace("STORE", "parquet").replace('"id"', '"at"'))
    before = household.snapshot()
    result = household.move()
    assert "kept for the column 'id', but the configuration says 'at'" in result.failure.text
    assert household.snapshot() == before


def test_a_full_drop_records_the_watermark_and_a_limited_one_forgets_it(household):
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 8))
    assert household.move(run_type="full_drop").rows_written == 8
    assert household.watermark("f").mark == Mark("int64", "7")
    assert household.move(run_type="full_drop", limit=5).rows_written == 5
    assert household.watermark("f").mark is None
    refused = household.move()
    assert "appending would double them" in refused.failure.text
    assert household.move(run_type="full_drop").rows_written == 8
    household.put("in/2.parquet", numbers(8, 2))
    assert household.move().rows_written == 2
    assert household.ids() == TEN


def test_a_limit_and_an_incremental_run_do_not_go_together(household):
    household.toml(FILES.replace("STORE", "parquet"))
    household.put("in/1.parquet", numbers(0, 8))
    result = household.move(limit=3)
    assert (result.failure.kind, result.failure.exit_code) == ("ConfigError", 3)
    assert not (household.root / "out").exists()


# --- empty sources ----------------------------------------------------------------------------


@pytest.fixture
def emptied(household):
    """A full_drop of three rows whose source is empty now; ``on_empty`` as asked."""

    def run(on_empty: str | None, *, before: bool = True):
        policy = f'on_empty = "{on_empty}"\n' if on_empty else ""
        household.toml(
            f"""
            [flows.f]
            home = {{ type = "parquet", path = "in.parquet" }}
            store = {{ type = "parquet", path = "out" }}
            {policy}
            """
        )
        if before:
            household.put("in.parquet", numbers(0, 3))
            assert household.move().rows_written == 3
        household.put("in.parquet", numbers(0, 0))
        return household.move()

    return run


def test_an_empty_source_fails_by_default_once_rows_were_seen(household, emptied):
    """D7."""
    result = emptied(None)
    assert "the source is empty, and its destination is not" in result.failure.text
    assert 'on_empty = "replace"' in result.failure.hint
    assert household.ids() == [0, 1, 2]
    assert household.leftovers() == []


def test_an_empty_source_that_never_had_rows_is_nothing_to_do(household, emptied):
    assert emptied(None, before=False).outcome == "skip"
    assert not list((household.root / "out").glob("*"))


def test_an_empty_source_replaces_where_that_was_asked(household, emptied):
    result = emptied("replace")
    assert (result.outcome, result.rows_written) == ("complete", 0)
    assert household.rows().schema == {"id": pl.Int64}
    assert household.rows().height == 0


def test_an_empty_source_keeps_the_old_rows_where_that_was_asked(household, emptied):
    assert emptied("keep").outcome == "skip"
    assert household.ids() == [0, 1, 2]


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
