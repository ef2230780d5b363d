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

class TestHome(HomeContract):
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


def signed(tmp_path, deviations, rows="rows"):
    """What pytest says of a home with these deviations whose source holds ``rows``."""
    file = tmp_path / "test_signed.py"
    file.write_text(SIGNED.format(deviations=deviations, rows=rows))
    chosen = f"{ONCE} or every_deviation"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, file]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def test_an_entry_with_a_reason_lets_the_rest_pass(tmp_path):
    told = signed(tmp_path, {ONCE: "it loses one"}, "rows[1:]")
    assert "1 passed" in told
    assert "1 xfailed" in told


def test_without_an_entry_the_lost_row_is_shown(tmp_path):
    told = signed(tmp_path, {}, "rows[1:]")
    assert "broken promise: a home yields every row, once" in told
    assert "expected 5 rows, found 4:" in told
    assert "missing: (1, 'a')" in told


@pytest.mark.parametrize(
    ("deviations", "promise"),
    [
        ({ONCE: "it does not, any more"}, "XPASS(strict)"),
        ({"test_nothing": "who knows"}, "a deviation names a test: 'test_nothing'"),
        ({"test_a_value_is_read_exactly[colour]": "none"}, "a deviation names a test"),
        ({"test_a_value_is_read_exactly[time]": " "}, "a deviation has a reason"),
    ],
)
def test_an_entry_that_is_not_needed_fails(tmp_path, deviations, promise):
    assert promise in signed(tmp_path, deviations)
