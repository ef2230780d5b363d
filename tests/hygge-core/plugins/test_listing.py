"""``hygge plugins`` tells of every installed plugin: what it offers, and what is wrong with it."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

import pytest

from hygge_core import API_LEVEL
from hygge_core.cli import main


@pytest.fixture
def told(site: Any, monkeypatch: Any, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What is said of a site with one plugin of each fate, by distribution."""
    site.install("hale", site.offering("well"), version="1.4", requires=("hygge-core<9,>=0.1",))
    site.install("left", site.offering("lake"))
    site.install("right", site.offering("lake"))
    site.install("broken-import", "import not_there_at_all")
    site.install("quitter", "import sys; sys.exit('no licence')")
    site.install("sleeper", "import time\nwhile True: time.sleep(0.01)")
    site.install("too-new", "raise AssertionError", requires=("hygge-core>=99",))
    site.install("too-old", "raise AssertionError", requires=("hygge-core<0.0.1",))
    site.install("silenced", "raise AssertionError")
    monkeypatch.setenv("HYGGE_PLUGIN_TIMEOUT", "0.3")
    monkeypatch.setenv("HYGGE_DISABLE_PLUGINS", "silenced")
    assert main(["plugins", "--json"]) == 0
    whole = json.loads(capsys.readouterr().out)
    assert (whole["api_level"], whole["core"]) == (API_LEVEL, version("hygge-core"))
    return {each["distribution"]: each for each in whole["plugins"]}


def test_each_is_told_with_its_health(told: dict[str, Any]) -> None:
    here = version("hygge-core")
    for name, health, fix in (
        ("hale", "ok", ""),
        ("broken-import", "broken: it cannot be imported: ModuleNotFoundError: No module", ""),
        ("quitter", "broken: it cannot be imported: SystemExit: no licence", ""),
        ("sleeper", "broken: it cannot be imported: TimeoutError: still at it after 0.3 s", ""),
        (
            "too-new",
            f"broken: it needs hygge-core >=99, and {here} is installed",
            "pip install --upgrade hygge-core too-new",
        ),
        (
            "too-old",
            f"broken: it needs hygge-core <0.0.1, and {here} is installed",
            "pip install --upgrade hygge-core too-old",
        ),
        (
            "silenced",
            "switched off by HYGGE_DISABLE_PLUGINS",
            "unset HYGGE_DISABLE_PLUGINS",
        ),
    ):
        assert told[name]["health"].startswith(health), name
        assert told[name]["try"] == fix, name


def test_what_works_is_told_with_version_kinds_capabilities_and_the_core_it_is_made_for(
    told: dict[str, Any],
) -> None:
    assert told["hale"] == {
        "distribution": "hale",
        "version": "1.4",
        "entry": "main",
        "made_for": "<9,>=0.1",
        "health": "ok",
        "try": "",
        "kinds": {"store": {"well": []}},
    }
    assert told["hygge-core"]["made_for"] == ""
    assert "atomic" not in told["hygge-core"]["kinds"]["store"]["csv"]
    assert "append" in told["hygge-core"]["kinds"]["store"]["csv"]


def test_what_clashes_is_listed_with_the_word_that_chooses(told: dict[str, Any]) -> None:
    assert list(told["left"]["kinds"]["store"]) == ["left/lake"]
    assert list(told["right"]["kinds"]["store"]) == ["right/lake"]
