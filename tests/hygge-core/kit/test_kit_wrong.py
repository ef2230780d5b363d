"""Who is wrong on purpose, store, mirror, journal or home, is told which promise was broken."""

import pytest
from shares import share

STAGED = "test_what_is_staged_is_invisible[append]"
SHOWN = "test_a_commit_shows_every_row_once[append]"
CRASHED = "test_a_commit_may_crash_anywhere[append]"
ASIDE = "test_what_fails_beside_a_write_is_told_at_once"
BATCHES = "test_a_load_of_many_batches_is_whole"
OPEN = "test_it_leaves_nothing_open"
VERBS = "test_its_verbs_give_what_they_say"
FASTER = "a commit refuses when somebody else was faster: their data stays"
COUNTED = "where rows came, a receipt has parts, and no bytes below 0"
#: wrong store → the test that finds it, and the promise that its message names
BROKEN = {
    "OverwritesInPlace": (STAGED, "write() stages: no reader sees it before the commit"),
    "CommitsBeforeDeciding": (STAGED, "seal() publishes nothing: only the commit decides"),
    "ForgetsRowsOnRetry": (CRASHED, "a commit called again completes the load"),
    "OneByOneButAtomic": (CRASHED, "atomic: a reader sees all of a load or nothing of it"),
    "TellsNobody": (ASIDE, "what fails beside a write is told at once"),
    "TellsOnlyWhatComes": (ASIDE, "a later watch() is told what has gone wrong already"),
    "StagesNothingAside": (
        ASIDE,
        "a staging with watch() goes on in a thread of its own when write() has returned",
    ),
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
    "LosesTheRace": ("test_a_full_drop_never_overwrites_who_was_faster[full_drop]", FASTER),
    "LosesAnAppend": ("test_a_full_drop_never_overwrites_who_was_faster[append]", FASTER),
    "PublishesAFailedAttempt": (
        "test_a_load_begun_again_starts_empty[append]",
        "rows of a failed attempt never reach the destination",
    ),
    "WritesItsSecretDown": ("test_no_secret_is_ever_shown", "a secret is shown nowhere"),
    "ToldWrong": (SHOWN, "the receipt counts this load's rows"),
    "CountsBelowNothing": (SHOWN, COUNTED),
    "CountsNoParts": (SHOWN, COUNTED),
    "CountsWhatItDidNow": (
        "test_a_commit_is_idempotent[append]",
        "a repeated commit gives the same receipt",
    ),
    "KnowsItsFirstLoad": (
        "test_it_knows_every_column_that_was_added",
        "known_schema() has the columns of every load, not of one",
    ),
    "DropsEqualRows": (
        "test_equal_rows_are_as_many_as_they_came[append]",
        "equal rows are as many as were written: none is lost",
    ),
    "TurnsColumns": (
        "test_columns_are_known_by_their_names",
        "a value settles in the column of its name, in whatever order they come",
    ),
    "KeepsTwoBatches": (BATCHES, "a load is all of its batches"),
    "RenamesItsBatch": (BATCHES, "write() leaves the batch as it was given"),
    "LeavesThreads": (OPEN, "a store that was closed leaves no thread running"),
    "KeepsFilesOpen": (OPEN, "a store that was closed leaves no file and no socket open"),
    "ThinksInAscii": (
        "test_any_flow_and_entity_may_have_it",
        "a load settles whatever flow and entity are called",
    ),
    "CountsInFractions": (VERBS, "a receipt counts in whole numbers"),
    "GivesNothingBack": (VERBS, "cleanup() gives Leftovers"),
    "MakesItsFolder": (
        "test_its_address_touches_nothing",
        "an address touches nothing: it makes no file and no folder",
    ),
    "KeepsWhatItTook": (
        "test_files_on_their_way_may_crash_anywhere[append]",
        "a rollback removes what a crash left",
    ),
}
DIFFERS = "test_its_mirror_sees_where_the_source_differs"
SOUND = "test_its_mirror_finds_nothing_wrong_with_what_was_loaded"
STOPPED = "test_its_mirror_says_what_the_other_side_says[stopped]"
RUNS = "test_its_copy_of_the_journal_tells_of_each_run_once"
#: The same of those that tell untruths of their mirror, or of the journal.
UNTRUE = {
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
    "QuotesNobody": (
        "test_its_mirror_quotes_nobody_who_has_said_nothing",
        "reports() quotes nobody who has said nothing",
    ),
    "KeepsSilent": (STOPPED, "reports() tells what is said of a table that is asked for"),
    "TellsOfAll": (STOPPED, "reports() tells of no table that is not asked for"),
    "AllIsWell": (STOPPED, "a report is ok where all is well, and only there"),
    "SaysNotWhat": (STOPPED, "a report of what went wrong says what it is"),
    "LooksAtTheLiveOne": (
        "test_a_mirror_of_a_copy_tells_of_the_copy",
        "a mirror of a copy tells of the copy, and not of what is there by now",
    ),
    "TidiesTheCopy": (
        "test_looking_at_a_copy_changes_nothing_in_it",
        "who looks at a copy changes nothing in it",
    ),
    "TakesAnyCopy": (
        "test_a_copy_that_is_not_there_is_refused",
        "a copy that is not there is refused",
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
ONE = "test_a_lease_is_held_by_one"
ONE_STEP = "a verb is one transaction: all of it is recorded, or nothing"
#: The same of journals.
UNFAITHFUL = {
    "HopesForItsLease": (
        "test_a_lost_lease_is_told",
        "a lease that is lost is not lost for a moment",
    ),
    "SaysItIsNotThere": (
        "test_what_was_recorded_is_durable",
        "exists() finds a journal that was made",
    ),
    "ForgetsTheLastComplete": (
        "test_pruning_changes_no_answer_of_get_last_run",
        "prune never forgets an entity's last 'complete'",
    ),
    "ForgetsWhatHappened": (
        "test_a_run_that_is_kept_keeps_its_events",
        "prune leaves the events of the runs that it leaves",
    ),
    "KeepsOneLastOfAll": (
        "test_pruning_forgets_only_what_is_over",
        "nor another entity's last finished run",
    ),
    "PrunesInTwoSteps": ("test_a_verb_records_all_or_nothing[prune]", ONE_STEP),
    "EditsInTwoSteps": ("test_a_verb_records_all_or_nothing[update_watermark]", ONE_STEP),
    "ReleasesInTwoSteps": (
        "test_a_lease_survives_a_lost_answer[release]",
        "a dead owner's lease is taken over",
    ),
    "CountsEpochsOfOneFlow": (
        "test_epochs_only_rise[shop]",
        "each taking of a lease has the next epoch",
    ),
    "OneLeaseForAllFlows": (ONE, "a lease is of one entity in one flow: of others anybody may"),
    "JoinsNames": (ONE, "a lease is of one entity in one flow: of others anybody may have it"),
    "TrustsItsOwner": (ONE, "a lease that is held is given to nobody, who has the same name"),
    "LimitsBeforeItLooks": (
        "test_events_are_newest_first_and_found_by_what_is_asked",
        "events(flow, limit) counts that flow's",
    ),
    "LimitsRunsBeforeItLooks": (
        "test_runs_are_newest_first_and_found",
        "runs(state, limit) counts only those",
    ),
    "LooksBackAHundred": (
        "test_the_last_complete_lies_behind_any_number_of_others",
        "get_last_run looks back as far as it has to",
    ),
    "TakesNoneForAny": (
        "test_a_watermark_is_compared_before_it_is_set[none]",
        "advance() refuses a watermark when the current one is not the one before",
    ),
    "KeepsFilesOpen": (OPEN, "a journal that was closed leaves no file and no socket open"),
}
SHARED = "test_processes_share_it"
#: The same of journals that processes share.
SELFISH = {
    "HasNoLock": (SHARED, "a journal is shared by processes: no event is lost"),
    "DecidesBeforeItsTurn": (SHARED, "of those who race for a lease one has it"),
}
#: The same of stores that other processes open.
ALONE = {
    "KeepsItsLoadsAtHand": (
        "test_another_process_can_commit",
        "another process commits, by the manifest alone",
    ),
}
LISTED = "test_what_it_declares_to_discover_is_listed"
#: The same of homes.
ASTRAY = {
    "NeverStops": ("test_a_cancelled_read_ends", "a cancelled read ends within a few batches"),
    "NamesBackwards": (LISTED, "a table is told by the name by which home.table reads it"),
    "MakesKeysUp": (LISTED, "the keys of a table are columns of it"),
    "LosesTheRest": (
        "test_each_batch_has_the_schema_that_was_told",
        "a home yields every row, once",
    ),
    "TellsAllColumns": (
        "test_what_is_asked_for_has_the_schema_that_was_told",
        "every batch has the columns and types of schema(ask), whatever is asked",
    ),
    "BelievesFirstRows": (
        "test_a_value_that_comes_late_is_kept_or_told[not_settled]",
        "a value that comes after many NULLs is kept, or a HomeError: never NULL",
    ),
    "KeepsFilesOpen": (OPEN, "a home that was closed leaves no file and no socket open"),
    "LeavesThreads": (OPEN, "a home that was closed leaves no thread running"),
}
#: The contracts that they sign.
SIGNED = {
    "contracts.py": BROKEN,
    "mirror_contracts.py": UNTRUE,
    "journal_contracts.py": UNFAITHFUL,
    "sharing_contracts.py": SELFISH,
    "elsewhere_contracts.py": ALONE,
    "home_contracts.py": ASTRAY,
}
WRONG = [(contracts, store) for contracts, broken in SIGNED.items() for store in broken]
#: Those that are found at a point of a walk, and so have to be found wherever a walk begins.
WALKED = [store for store, (test, _) in BROKEN.items() if "may_crash_anywhere" in test]


@pytest.fixture(scope="module")
def said(request, asked):
    """What the contracts of a file say: of each wrong store its test, of the honest one all."""
    broken = SIGNED[request.param]
    with pytest.MonkeyPatch.context() as environ:
        # What a wrong store does wrong has to be among what an author's first run finds.
        environ.delenv("HYGGE_TEST_TURN", raising=False)
        wrong = [(store, test) for store, (test, _) in broken.items()]
        honest = [("Honest", test) for test in dict.fromkeys(test for _, test in wrong)]
        return asked(request.param, [*wrong, *honest])


@pytest.mark.parametrize(("said", "store"), WRONG, indirect=["said"], scope="module")
def test_a_wrong_store_is_told_which_promise_it_broke(said, store, request):
    (told,) = said.failed[store]
    _, promise = SIGNED[request.node.callspec.params["said"]][store]
    assert f"AssertionError: broken promise: {promise}" in told


@pytest.mark.parametrize(
    ("said", "broken"), SIGNED.items(), ids=list(SIGNED), indirect=["said"], scope="module"
)
def test_the_honest_store_that_they_are_made_from_breaks_none(said, broken):
    assert "Honest" not in said.failed
    assert set(said.passed["Honest"]) == {test for test, _ in broken.values()}


#: As many as ``every_step`` of the contract that they sign; an author's first run is the first.
LATER = [1, *(pytest.param(turn, marks=pytest.mark.slow) for turn in range(2, 5))]


@pytest.mark.parametrize("turn", LATER)
def test_they_are_found_wherever_a_thinned_walk_begins(asked, turn, monkeypatch):
    monkeypatch.setenv("HYGGE_TEST_TURN", str(turn))
    said = asked("contracts.py", [(store, BROKEN[store][0]) for store in WALKED])
    missed = {store for store in WALKED if BROKEN[store][1] not in "".join(said.failed[store])}
    assert missed == set()


@pytest.mark.slow
@pytest.mark.shared
def test_every_message_of_a_wrong_store_names_a_promise(asked):
    verbs = "not next_start and not recovery and not asked_to_stop and not ledger"
    for store in share(sorted(BROKEN)):
        said = asked("contracts.py", [(store, "")], "-k", verbs)
        assert set(said.failed) == {store}
        texts = said.failed[store]
        assert [text for text in texts if "AssertionError: broken promise: " not in text] == []
