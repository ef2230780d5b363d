"""What goes wrong with an entity: retries, failures, timeouts, and what the next run does then."""

import sys
import threading
import time

import pytest
from household import ONE, PARQUET, STUMBLING, TEN

from hygge_core import errors
from hygge_core.engine import extraction
from hygge_core.events import Recovered, Retrying

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
    assert household.move().failure.text == "the table is corrupt"
    recovered = [event for event in household.events if isinstance(event, Recovered)]
    assert [event.recovered_run_id for event in recovered] == [first.run_id]
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
    assert summary.exit_code == 1
    assert sorted(household.finished()) == ["bad", "good"]
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


def test_a_store_of_then_is_told_that_its_recovery_failed(household, stranger, one):
    ended = []

    def trips(step, batch, scene):
        if step == "commit":
            raise errors.StoreError("the lake is gone")
        if step == "close":
            ended.append(str(batch))

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    household.move()
    one("ten")
    assert household.move().failure.text == "the lake is gone"
    assert ended == ["the lake is gone"] * 2


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


#: Seconds of a busy machine. Who waits for something that does not come waits 20, or for ever.
SOON = 15


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
    assert took(household.run) < SOON
    assert household.told()[0].metadata["error"] == "write says no"


def test_a_watermark_that_does_not_exist_fails_at_once(household, one, endless):
    """D18: a misspelt watermark column was enough for an hour."""
    household.toml(
        ONE.format(script=endless, store=PARQUET, home="", run="")
        + 'watermark = { column = "idd" }'
    )
    result = household.move()
    assert result.seconds < SOON
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
    assert result.seconds < SOON


def test_a_home_that_waits_politely_is_woken_when_the_store_fails(household, stranger, one):
    @stranger.script
    def polite(play):
        yield stranger.rows(0, 10)
        play.scene.cancel.sleep(30)

    stranger.STUMBLES["trips"] = fails_at("write")
    one("polite", store=STUMBLING)
    result = household.move()
    assert result.failure.text == "write says no"
    assert result.seconds < SOON


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
    assert 0.4 <= result.seconds < SOON
    assert household.leftovers() == []


def test_an_extraction_that_never_waits_is_held_to_its_timeout_too(
    household, stranger, one, endless
):
    stranger.STUMBLES["trips"] = lambda step, batch, scene: time.sleep(0.01)
    one(endless, store=STUMBLING, run='timeout = "400ms"')
    result = household.move()
    assert "longer than its timeout" in result.failure.text
    assert result.seconds < SOON


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
    assert result.seconds < SOON


def test_a_home_that_does_not_answer_can_be_left(household, stranger, one, monkeypatch):
    hang = threading.Event()
    monkeypatch.setattr(stranger.ScriptedHome, "schema", lambda self, ask: hang.wait(20))
    one("ten")

    def soon(coordinator):
        threading.Timer(0.3, coordinator.cancel.request, ["enough"]).start()

    result = household.move(meanwhile=soon)
    hang.set()
    assert (result.outcome, result.failure.text) == ("cancelled", "enough")
    assert result.seconds < SOON
