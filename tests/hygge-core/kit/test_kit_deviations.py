"""A deviation is strict: it has a reason, names a test, and goes when the promise is kept."""

import subprocess
import sys

import pytest

SIGNED = """
from typing import ClassVar
import pytest
from hygge_core.files import plugin
from hygge_core.files.memory import tables
from hygge_core.testing import HomeContract, HomeSubject
"""
HOME = """
class Test{name}(HomeContract):
    deviations: ClassVar = {deviations}

    @pytest.fixture
    def subject(self):
        return HomeSubject(
            plugin=plugin,
            type="memory",
            table=lambda root: {{"table": root.name}},
            offer=lambda root, rows: tables.__setitem__(root.name, {rows}),
        )
"""
ONCE = "test_it_reads_every_row_once"
#: home → its deviations, and what it offers of the rows that it was given.
HOMES = {
    "Excused": ({ONCE: "it loses one"}, "rows[1:]"),
    "Unexcused": ({}, "rows[1:]"),
    "Mended": ({ONCE: "it does not, any more"}, "rows"),
    "OfNoTest": ({"test_nothing": "who knows"}, "rows"),
    "OfNoParameter": ({"test_a_value_is_read_exactly[colour]": "none"}, "rows"),
    "WithoutReason": ({"test_a_value_is_read_exactly[time]": " "}, "rows"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> str:
    """What pytest says of the homes."""
    file = tmp_path_factory.mktemp("signed") / "test_signed.py"
    homes = (HOME.format(name=n, deviations=d, rows=r) for n, (d, r) in HOMES.items())
    file.write_text("".join((SIGNED, *homes)))
    chosen = f"{ONCE} or every_deviation"
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-k", chosen]
    done = subprocess.run(command, cwd=file.parent, capture_output=True, text=True, check=False)
    return done.stdout


def of(told: str, home: str) -> str:
    """What is said of one home: the text of each of its failures, and the lines of the summary."""
    failures, _, summary = told.partition("short test summary info")
    texts = [text for text in failures.split("\n____") if f"Test{home}." in text.split("\n")[0]]
    return "\n".join([*texts, *(line for line in summary.split("\n") if f"Test{home}:" in line)])


def test_an_entry_with_a_reason_lets_the_rest_pass(told):
    said = of(told, "Excused")
    assert f"XFAIL test_signed.py::TestExcused::{ONCE} - it loses one" in said
    assert "PASSED" in said
    assert "FAILED" not in said


def test_without_an_entry_the_lost_row_is_shown(told):
    said = of(told, "Unexcused")
    assert "broken promise: a home yields every row, once" in said
    assert "expected 5 rows, found 4:" in said
    assert "missing: (1, 'a')" in said


@pytest.mark.parametrize(
    ("home", "promise"),
    [
        ("Mended", "XPASS(strict)"),
        ("OfNoTest", "a deviation names a test: 'test_nothing'"),
        ("OfNoParameter", "a deviation names a test"),
        ("WithoutReason", "a deviation has a reason"),
    ],
)
def test_an_entry_that_is_not_needed_fails(told, home, promise):
    assert promise in of(told, home)
