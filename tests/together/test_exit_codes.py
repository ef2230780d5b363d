"""Each exit code that is documented, and what it leaves behind; processes where signals matter."""

import json
import signal
import time

import pytest
from household import STUMBLING, until

from hygge_core.errors import AuthError, StoreError
from hygge_core.plugins import words

PROJECT = """
[run]
concurrency = 4
[retry]
attempts = 2
max_wait = "0s"
[defaults]
home = { type = "scripted", script = "ten", diary = "diary/{entity}" }
store = { type = "parquet", path = "lake" }
[flows.f.entities]
"""
QUICK = "quick = {}\n"
SLOW = "slow.home.script = 'slow'\n"
TEN = list(range(10))


@pytest.fixture
def entities(household):
    """Write a project whose entities are these lines of TOML."""
    (household.root / "diary").mkdir()

    def write(*lines: str) -> None:
        household.toml(PROJECT + "\n".join(lines))

    return write


def state(household, entity: str) -> str:
    """How far the newest run of ``entity`` is, by the journal."""
    return states(household, entity)[0]


def states(household, entity: str) -> list[str]:
    """How far each run of ``entity`` is, the newest first."""
    return [run.state for run in household.records() if run.ref.entity == entity]


def begun(household, entity: str) -> bool:
    return (household.root / "diary" / entity).exists()


def test_0_when_everything_is_fine(household, entities):
    entities(QUICK)
    done = household.hygge("run")
    assert done.code == 0
    assert "verified: f.quick: 10 rows read = staged = visible" in done.err
    assert household.ids("lake/quick") == TEN


def test_0_when_there_is_nothing_to_do(household, entities):
    entities(
        "quick = { run_type = 'incremental', watermark = { column = 'id' }, home.script = 'newer' }"
    )
    assert household.call("run").code == 0
    before = household.snapshot("lake/quick")
    again = household.call("run")
    assert again.code == 0
    assert "nothing new in 1" in again.err
    assert household.snapshot("lake/quick") == before
    assert household.call("retry").code == 0


def test_1_when_an_entity_failed_and_the_others_are_published_all_the_same(household, entities):
    entities(QUICK, "bad.home.script = 'broken'")
    done = household.hygge("run")
    assert done.code == 1
    assert "the table is corrupt" in done.err
    assert "try: restore it" in done.err
    assert household.ids("lake/quick") == TEN
    assert not (household.root / "lake/bad").exists()


def test_1_when_only_some_of_the_failures_are_transient(household, entities):
    entities("bad.home.script = 'broken'", "weak.home = { script = 'flaky', times = 9 }")
    assert household.call("run").code == 1


@pytest.mark.parametrize(
    "words", [["run", "--no-such-option"], ["nonsense"], ["run", "--shard", "5/4"], ["run", "-j0"]]
)
def test_2_for_a_command_line_that_means_nothing(household, entities, words):
    entities(QUICK)
    done = household.call(*words)
    assert (done.code, done.out) == (2, "")
    assert "Usage:" in done.err


def test_3_for_a_configuration_that_means_nothing(household, entities):
    entities("quick = { run_typ = 'full_drop' }")
    done = household.call("run")
    assert done.code == 3
    assert "hygge.toml: flows.f.entities.quick.run_typ: not a known setting" in done.err
    assert "did you mean 'run_type'?" in done.err
    assert not (household.root / ".hygge").exists()


def test_3_for_a_selection_that_matches_nothing(household, entities):
    entities(QUICK)
    done = household.call("run", "-s", "f.quik")
    assert done.code == 3
    assert "did you mean 'f.quick'?" in done.err


def test_3_for_a_plugin_that_is_not_installed(household, entities, monkeypatch):
    # One that nobody can have, whatever else is installed here.
    monkeypatch.setitem(words.FIRST_PARTY, "abacus", "hygge-abacus")
    entities("quick.home = { type = 'abacus', table = 'dbo.Quick' }")
    done = household.call("run")
    assert done.code == 3
    assert "pip install hygge-abacus" in done.err


def test_4_when_the_other_side_does_not_trust_us(household, entities):
    entities("shut.home.script = 'locked out'")
    done = household.call("run")
    assert done.code == 4
    assert "Login failed for user 'reader'" in done.err
    assert "try: ask for a role" in done.err


def test_75_when_every_failure_was_transient(household, entities):
    entities(QUICK, "weak.home = { script = 'flaky', times = 9 }")
    done = household.call("run")
    assert done.code == 75
    assert "the link to the source dropped" in done.err
    assert household.ids("lake/quick") == TEN


def test_75_when_somebody_else_moves_the_entity_and_they_are_named(household, entities):
    entities(SLOW)
    first = household.start("run")
    until(lambda: begun(household, "slow"))
    done = household.call("run")
    assert done.code == 75
    assert f"pid {first.pid}" in done.err
    first.send_signal(signal.SIGTERM)
    assert household.finish(first).code == 143


@pytest.mark.parametrize(
    ("scripts", "code", "each"),
    [
        (["unreachable"], 75, [75]),
        (["locked out"], 4, [4]),
        (["locked out", "unreachable"], 1, [4, 75]),
        (["ten"], 0, [0]),
    ],
)
def test_a_plan_ends_as_the_run_would(household, entities, scripts, code, each):
    entities(*(f"e{n} = {{ home.script = '{script}' }}" for n, script in enumerate(scripts)))
    assert household.call("run").code == code
    assert household.call("plan").code == code
    done = household.call("plan", "--json")
    assert done.code == code
    plans = json.loads(done.out)
    assert [plan["exit_code"] for plan in plans] == each
    assert all({"problem", "hint", "exit_code"} <= plan.keys() for plan in plans)
    assert [bool(plan["problem"]) for plan in plans] == [bool(one) for one in each]


@pytest.mark.parametrize(
    ("error", "code"),
    [(AuthError("revoked"), 4), (StoreError("busy", transient=True), 75), (StoreError("full"), 1)],
    ids=repr,
)
def test_a_recovery_ends_as_the_run_would(household, stranger, one, error, code):
    def trips(step, batch, scene):
        if step == "commit":
            raise error

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    assert household.call("run").code == code
    assert household.call("recover").code == code


def test_a_limit_on_an_incremental_run_is_refused_with_what_to_do(household, entities):
    entities(
        "quick = { run_type = 'incremental', watermark = { column = 'id' }, home.script = 'newer' }"
    )
    for command in ("plan", "run"):
        done = household.call(command, "--limit", "5")
        assert done.code == 3
        assert "leave out --limit, or say --full-drop" in done.out + done.err


def test_130_after_one_ctrl_c_which_ends_the_run_in_good_order(household, entities):
    entities(QUICK, "slow = {}")
    assert household.call("run").code == 0
    before = household.snapshot("lake/slow")
    entities(QUICK, SLOW, "later = {}")
    process = household.start("run", "-j", "2")
    until(lambda: begun(household, "slow"))
    until(lambda: states(household, "quick") == ["done", "done"])
    process.send_signal(signal.SIGINT)
    done = household.finish(process)
    assert done.code == 130
    assert "f.slow: cancelled" in done.err
    assert household.snapshot("lake/slow") == before
    assert state(household, "slow") == "rolled_back"
    assert state(household, "quick") == "done"
    assert household.leftovers() == []


def test_130_after_two_ctrl_cs_at_once_and_the_next_run_puts_it_right(household, entities):
    entities("slow = {}")
    assert household.call("run").code == 0
    before = household.snapshot("lake/slow")
    entities("slow.home = { script = 'stubborn', seconds = 60.0 }")
    process = household.start("run")
    until(lambda: begun(household, "slow"))
    process.send_signal(signal.SIGINT)
    assert any("stopping" in line for line in iter(process.stderr.readline, ""))
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert household.finish(process).code == 130
    assert time.monotonic() - began < 30
    assert household.snapshot("lake/slow") == before
    entities("slow = {}")
    again = household.call("run")
    assert again.code == 0
    assert "undid what run" in again.err
    assert household.ids("lake/slow") == TEN
    assert household.leftovers() == []


def test_143_after_sigterm(household, entities):
    entities(SLOW)
    process = household.start("run")
    until(lambda: begun(household, "slow"))
    process.send_signal(signal.SIGTERM)
    assert household.finish(process).code == 143
    assert state(household, "slow") == "rolled_back"
    assert household.leftovers() == []


def test_0_when_ctrl_c_came_after_the_decision_and_everything_was_finished(household, entities):
    stumbling = "{ type = 'stumbling', path = 'lake/quick', stumble = 'interrupts its own commit' }"
    entities(f"quick.store = {stumbling}")
    done = household.hygge("run")
    assert "stopping" in done.err
    assert done.code == 0
    assert household.ids("lake/quick") == TEN
    assert state(household, "quick") == "done"
