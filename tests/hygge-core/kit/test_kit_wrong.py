"""A store that is wrong on purpose goes red, and the message says which promise it broke."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytestmark = pytest.mark.timeout(700)  # all of them are walked in the first test's fixture

CONTRACTS = Path(__file__).parent / "wrong" / "contracts.py"
#: wrong store → the promise that its message names
BROKEN = {
    "OverwritesInPlace": "write() stages: no reader sees it before the commit",
    "CommitsBeforeDeciding": "seal() publishes nothing: only the commit decides",
    "ForgetsRowsOnRetry": "a commit called again completes the load",
    "OneByOneButAtomic": "atomic: a reader sees all of a load or nothing of it",
    "SwallowsTheCrash": "the end of a process is nobody's to catch: swallow no BaseException",
    "DoublesOnRetry": "after the commit the status is 'done'",
    "LeavesItsStaging": "a rollback removes everything that was staged",
    "CleansUpForOthers": "cleanup, rollback and begin touch only their own load",
    "TurnsNanIntoNull": "a value is kept exactly, or refused: never changed",
    "LosesTheRace": "a commit refuses when somebody else was faster: their data stays",
    "WritesItsSecretDown": "a secret is shown nowhere",
    "ToldWrong": "the receipt counts this load's rows",
}


@pytest.fixture(scope="module")
def messages(tmp_path_factory) -> dict[str, list[str]]:
    """wrong store → what its failing tests said."""
    report = tmp_path_factory.mktemp("wrong") / "report.xml"
    # The walks of whole runs say the same at length; single verbs are enough here.
    chosen = "staged or manifest or a_commit or a_rollback_leaves or cleanup or faster or nan"
    chosen += " or (secret and (Honest or WritesItsSecretDown))"
    command = [sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider"]
    command += ["-k", chosen, f"--junitxml={report}", "-n2", str(CONTRACTS)]
    # Thinned walks begin with the first step, as for everybody who sets nothing: what a wrong store
    # does wrong has to be among what an author's first run finds.
    ambient = {name: text for name, text in os.environ.items() if name != "HYGGE_TEST_TURN"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=600, check=False, env=ambient
    )
    assert done.returncode == 1, done.stdout + done.stderr
    told: dict[str, list[str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        store = case.get("classname", "").rpartition(".Test")[2]
        failed = [str(each.get("message")) for each in case.iter("failure")]
        told.setdefault(store, []).extend(failed)
    return told


@pytest.mark.parametrize("store", list(BROKEN))
def test_a_wrong_store_is_told_which_promise_it_broke(messages, store):
    said = messages[store]
    assert any(f"broken promise: {BROKEN[store]}" in text for text in said), said


def test_every_message_names_a_promise(messages):
    said = [text for texts in messages.values() for text in texts]
    assert said
    assert [text for text in said if "broken promise: " not in text] == []


def test_the_honest_store_that_they_are_made_from_breaks_none(messages):
    assert messages["Honest"] == []
