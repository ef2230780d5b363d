"""``[project] requires`` is looked at before anything else."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from hygge_core.errors import PluginError

HERE = version("hygge-core")


@pytest.mark.parametrize(
    "line",
    ["hygge-core", "Hygge_Core>=0", f"hygge-core=={HERE}", "nobody-has-this; python_version < '3'"],
)
def test_what_is_here_is_no_mistake(desk, line):
    desk.load(f'[project]\nrequires = ["{line}"]')


def test_all_that_is_missing_or_too_old_is_named_with_the_line_that_installs_it(desk):
    text = '[project]\nrequires = ["hygge-core>=999", "nobody-has-this>=1", "attrs"]\n[flows.x]\n'
    with pytest.raises(PluginError) as caught:
        desk.load(text)
    assert f"hygge-core>=999, and {HERE} is installed" in str(caught.value)
    assert "nobody-has-this>=1, and it is not installed" in str(caught.value)
    assert caught.value.hint == "pip install 'hygge-core>=999' 'nobody-has-this>=1'"
    assert caught.value.exit_code == 3


def test_what_is_no_requirement_is_a_mistake(desk):
    [mistake] = desk.mistakes('[project]\nrequires = ["attrs", "a b c"]')
    assert mistake.path == "project.requires[1]"
    assert "expected a requirement such as" in mistake.problem
