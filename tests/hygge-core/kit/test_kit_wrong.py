"""A store that is wrong on purpose goes red, and the message says which promise it broke."""

import pytest

from hygge_core.testing.thinning import some_points, some_steps, steps_of_calls

CONTRACTS = "contracts.py"
STAGED = "test_what_is_staged_is_invisible[append]"
SHOWN = "test_a_commit_shows_every_row_once[append]"
CRASHED = "test_a_commit_may_crash_anywhere[append]"
#: wrong store → the test that finds it, and the promise that its message names
BROKEN = {
    "OverwritesInPlace": (STAGED, "write() stages: no reader sees it before the commit"),
    "CommitsBeforeDeciding": (STAGED, "seal() publishes nothing: only the commit decides"),
    "ForgetsRowsOnRetry": (CRASHED, "a commit called again completes the load"),
    "OneByOneButAtomic": (CRASHED, "atomic: a reader sees all of a load or nothing of it"),
    "SwallowsTheCrash": (
        CRASHED,
        "the end of a process is nobody's to catch: swallow no BaseException",
    ),
    "DoublesOnRetry": (SHOWN, "after the commit the status is 'done'"),
    "LeavesItsStaging": (
        "test_a_rollback_leaves_nothing_and_repeats[append]",
        "a rollback removes everything that was staged",
    ),
    "CleansUpForOthers": (
        "test_a_cleanup_leaves_what_others_have_staged",
        "cleanup, rollback and begin touch only their own load",
    ),
    "TurnsNanIntoNull": (
        "test_a_value_is_kept_or_refused[nan]",
        "a value is kept exactly, or refused: never changed",
    ),
    "LosesTheRace": (
        "test_a_full_drop_never_overwrites_who_was_faster",
        "a commit refuses when somebody else was faster: their data stays",
    ),
    "WritesItsSecretDown": ("test_no_secret_is_ever_shown", "a secret is shown nowhere"),
    "ToldWrong": (SHOWN, "the receipt counts this load's rows"),
    "KeepsWhatItTook": (
        "test_files_on_their_way_may_crash_anywhere[append]",
        "a rollback removes what a crash left",
    ),
}
#: Those that are found at a point of a walk, and so have to be found wherever a walk begins.
WALKED = [store for store, (test, _) in BROKEN.items() if "may_crash_anywhere" in test]


@pytest.fixture(scope="module")
def said(asked):
    """Of each wrong store its test, and of the honest one all of these."""
    with pytest.MonkeyPatch.context() as environ:
        # What a wrong store does wrong has to be among what an author's first run finds.
        environ.delenv("HYGGE_TEST_TURN", raising=False)
        wrong = [(store, test) for store, (test, _) in BROKEN.items()]
        honest = [("Honest", test) for test in dict.fromkeys(test for _, test in wrong)]
        return asked(CONTRACTS, [*wrong, *honest])


@pytest.mark.parametrize("store", list(BROKEN))
def test_a_wrong_store_is_told_which_promise_it_broke(said, store):
    (told,) = said.failed[store]
    assert f"AssertionError: broken promise: {BROKEN[store][1]}" in told


def test_the_honest_store_that_they_are_made_from_breaks_none(said):
    assert "Honest" not in said.failed
    tests = {test for test, _ in BROKEN.values()}
    assert set(said.passed["Honest"]) == tests


@pytest.mark.parametrize("turn", range(5))  # ``every_step`` of the contract that they sign
def test_they_are_found_wherever_a_thinned_walk_begins(asked, turn, monkeypatch):
    monkeypatch.setenv("HYGGE_TEST_TURN", str(turn))
    said = asked(CONTRACTS, [(store, BROKEN[store][0]) for store in WALKED])
    missed = {store for store in WALKED if BROKEN[store][1] not in "".join(said.failed[store])}
    assert missed == set()


@pytest.mark.slow
def test_every_message_of_a_wrong_store_names_a_promise(asked):
    verbs = "not next_start and not recovery and not asked_to_stop and not ledger"
    said = asked(CONTRACTS, [], "-k", verbs)
    assert set(said.failed) == set(BROKEN)
    texts = [text for texts in said.failed.values() for text in texts]
    assert [text for text in texts if "AssertionError: broken promise: " not in text] == []


ACTIONS = ("crash", "error")
CALLS = ["stage", "rename", "sync", "rename", "rename", "sync", "decide"]
NAMES = [f"{call}:{moment}" for call in CALLS for moment in ("before", "after")]


@pytest.mark.parametrize("every", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("choose", [some_steps, steps_of_calls])
def test_a_thinned_walk_leaves_out_only_what_repeats(monkeypatch, choose, every):
    whole = [(k, action) for k in range(len(NAMES)) for action in ACTIONS]
    met = set()
    for turn in range(4 * len(CALLS)):
        monkeypatch.setenv("HYGGE_TEST_TURN", str(turn))
        taken = list(choose(NAMES, ACTIONS, every))
        assert taken == sorted(taken)
        assert {NAMES[k].partition(":")[0] for k, _ in taken} == set(CALLS)
        kinds = {(NAMES[k], action) for k, action in taken}
        assert choose is steps_of_calls or len(kinds) == 2 * len(set(NAMES))
        assert {NAMES[k] for k in some_points(NAMES, every)} == set(NAMES)
        assert every > 1 or taken == whole
        met |= set(taken)
    assert met == set(whole)
