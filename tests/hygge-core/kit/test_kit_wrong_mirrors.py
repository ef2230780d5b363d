"""A store that tells untruths of its mirror, or of the journal, is told which promise it broke."""

import pytest

CONTRACTS = "mirror_contracts.py"
DIFFERS = "test_its_mirror_sees_where_the_source_differs"
SOUND = "test_its_mirror_finds_nothing_wrong_with_what_was_loaded"
RUNS = "test_its_copy_of_the_journal_tells_of_each_run_once"
#: wrong store → the test that finds it, and the promise that its message names
BROKEN = {
    "CallsAllEqual": (DIFFERS, "what differs is never called equal: a row less"),
    "CountsOnly": (DIFFERS, "what differs is never called equal: another key in compare('keys')"),
    "CallsAllWrong": (SOUND, "compare('count') finds no difference between equals"),
    "FindsFaultWithItself": (SOUND, "audit() finds nothing wrong with a load of its own store"),
    "MissesNoTable": (
        "test_its_mirror_says_when_a_table_is_not_there",
        "audit() says of a table that it is not there",
    ),
    "MovesAbout": ("test_its_mirror_has_one_address", "each time the mirror has the same address"),
    "SweepsWhatIsRead": (
        "test_a_sweep_leaves_what_is_shown",
        "a sweep removes nothing that is still read",
    ),
    "SweepsInADryRun": (
        "test_looking_at_its_mirror_changes_nothing",
        "a dry run says of no file that it is gone",
    ),
    "ShowsRunsAgain": (RUNS, "the copy of the journal tells of each run once"),
    "ShowsAnEmptyJournal": (
        "test_an_empty_journal_shows_nothing",
        "an empty journal publishes nothing",
    ),
    "ShowsOnlyNews": (
        "test_a_publish_may_crash_anywhere",
        "a publish called again shows every run, each once",
    ),
}


@pytest.fixture(scope="module")
def said(asked):
    """Of each wrong store its test, and of the honest one all of these."""
    wrong = [(store, test) for store, (test, _) in BROKEN.items()]
    honest = [("Honest", test) for test in dict.fromkeys(test for _, test in wrong)]
    return asked(CONTRACTS, [*wrong, *honest])


@pytest.mark.parametrize("store", list(BROKEN))
def test_a_wrong_store_is_told_which_promise_it_broke(said, store):
    (told,) = said.failed[store]
    assert f"AssertionError: broken promise: {BROKEN[store][1]}" in told


def test_the_honest_store_that_they_are_made_from_breaks_none(said):
    assert "Honest" not in said.failed
    assert set(said.passed["Honest"]) == {test for test, _ in BROKEN.values()}
