"""Of a reader and a writer one fails, hangs or is woken: the other is never left waiting."""

import json
import threading
import time

import pytest
from household import ONE, PARQUET, STUMBLING, TEN

from hygge_core import errors
from hygge_core.engine import extraction


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


def test_a_home_that_cannot_guess_its_size_is_moved_all_the_same(
    household, stranger, one, monkeypatch
):
    def guess(self, ask):
        raise errors.HomeError("the catalogue is closed to this user")

    monkeypatch.setattr(stranger.ScriptedHome, "estimated_rows", guess, raising=False)
    one("ten")
    result = household.move()
    assert (result.outcome, result.rows_written) == ("complete", 10)
    (planned,) = json.loads(household.call("plan", "--json").out)
    assert (planned["problem"], planned["estimated_rows"]) == ("", None)


def test_a_home_that_does_not_answer_can_be_left(household, stranger, one, monkeypatch):
    asked, hang = threading.Event(), threading.Event()

    def schema(self, ask):
        asked.set()
        hang.wait(20)

    monkeypatch.setattr(stranger.ScriptedHome, "schema", schema)
    one("ten")

    def stop(coordinator):
        asked.wait(20)
        coordinator.cancel.request("enough")

    result = household.move(
        meanwhile=lambda coordinator: threading.Thread(target=stop, args=[coordinator]).start()
    )
    hang.set()
    assert (result.outcome, result.failure.text) == ("cancelled", "enough")
    assert result.seconds < SOON
