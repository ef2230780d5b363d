"""What hangs in a stranger's code when all else is over: nobody waits for it, to the very end."""

import os
import subprocess
import sys

import pytest
from household import STRANGERS

_IMPATIENT = """
import atexit, sys, threading
import hygge_core.engine.extraction as extraction
from hygge_core.cli import main
extraction._READER_GRACE_SECONDS = 0.2
atexit.register(threading.Event().wait, {end})  # as a driver's, which closes what it has open
code = main({argv})
print("still here")
raise SystemExit(code)
"""


def impatient(household, *, end, argv=""):
    """`hygge run` as a process of its own, at whose orderly end somebody takes ``end`` seconds."""
    command = [sys.executable, "-c", _IMPATIENT.format(end=end, argv=argv)]
    return subprocess.run(
        [*command, "run"],
        cwd=household.root,
        env={**os.environ, "PYTHONPATH": str(STRANGERS)},
        timeout=50,  # what hangs does so for longer
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_abandoned_read_does_not_keep_the_process_alive(household, stranger, one):
    """D19; also where the driver that hangs would be waited for at the end of the process."""
    one("stubborn", run='timeout = "300ms"', home=", seconds = 60.0")
    done = impatient(household, end=60)
    assert done.returncode == 1
    assert "longer than its timeout" in done.stderr
    assert "still busy with a read that nobody waits for" in done.stderr
    assert "next: " in done.stderr


@pytest.mark.parametrize(
    ("home", "argv", "code"), [("ten", "", 0), ("stubborn", "['run']", 1)], ids=["fine", "embedded"]
)
def test_a_process_that_is_not_the_commands_or_left_nothing_behind_ends_in_good_order(
    household, stranger, one, home, argv, code
):
    hangs = {"run": 'timeout = "300ms"', "home": ", seconds = 60.0"} if code else {}
    one(home, **hangs)
    done = impatient(household, end=0.01, argv=argv)
    assert (done.returncode, done.stdout) == (code, "still here\n")
