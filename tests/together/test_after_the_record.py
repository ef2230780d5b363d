"""What was recorded as complete is told as complete; what fails after that is a warning."""

import pytest
from household import STUMBLING, TEN

from hygge_core import faults
from hygge_core.errors import AuthError, JournalError, StoreError


class Fails:
    """The journal is busy at one point."""

    def __init__(self, point: str, detail: str) -> None:
        self._at = point, detail

    def reach(self, point, detail):
        if point == self._at[0] and detail.endswith(self._at[1]):
            raise JournalError("the journal is busy", transient=True)


@pytest.mark.parametrize(
    ("point", "detail", "state"),
    [("journal.advance:before", "done", "committed"), ("journal.release:before", "", "done")],
)
def test_a_journal_that_fails_behind_a_recorded_run_fails_nothing(
    household, one, point, detail, state
):
    one("ten")
    with faults.planned(Fails(point, detail)):
        result = household.move()
    assert (result.outcome, result.rows_written, result.failure) == ("complete", 10, None)
    assert household.records()[0].state == state
    assert [event.event_type for event in household.told()] == ["complete", "start"]
    again = household.call("run")
    assert again.code == 0
    assert {run.state for run in household.records()} == {"done"}
    assert household.ids() == TEN


@pytest.mark.parametrize(
    "error", [StoreError("it is locked"), AuthError("revoked"), KeyError("odd")], ids=repr
)
def test_a_cleanup_that_fails_is_a_warning_and_is_done_at_the_next_start(
    household, stranger, one, error
):
    def trips(step, batch, scene):
        if step == "cleanup":
            raise error

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    result = household.move()
    assert (result.outcome, result.failure) == ("complete", None)
    assert str(error.args[0]) in " ".join(result.warnings)
    assert household.records()[0].state == "committed"
    stranger.STUMBLES.clear()
    assert household.call("recover").code == 0
    assert household.records()[0].state == "done"
    assert household.leftovers() == []


def test_a_store_that_fails_to_close_behind_a_recorded_run_fails_nothing(household, stranger, one):
    def trips(step, batch, scene):
        if step == "close":
            raise StoreError("the connection was gone by then")

    stranger.STUMBLES["trips"] = trips
    one("ten", store=STUMBLING)
    result = household.move()
    assert (result.outcome, result.rows_written, result.failure) == ("complete", 10, None)
    assert "the connection was gone by then" in " ".join(result.warnings)
    done = household.call("run")
    assert done.code == 0
    assert "the connection was gone by then" in done.err
