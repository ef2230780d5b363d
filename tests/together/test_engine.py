"""What goes wrong with an entity: retries, failures, timeouts, and what the next run does then."""

import sys

import pytest
from household import STUMBLING, TEN

from hygge_core import errors
from hygge_core.events import Recovered, Retrying


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
