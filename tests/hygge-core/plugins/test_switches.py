"""The environment decides which plugins a process may use."""

from __future__ import annotations

from importlib.metadata import distributions
from typing import Any

import pytest

from hygge_core import PluginError
from hygge_core.plugins import Plugins, load

BESIDE = frozenset(distribution.name for distribution in distributions())


@pytest.fixture(autouse=True)
def three(site: Any) -> None:
    for name in ("Acme_S3", "beryl", "cobalt"):
        site.install(name, site.offering(name.lower()), entries=(f"e-{name[0].lower()}",))


def strangers(plugins: Plugins) -> set[str]:
    """The loaded plugins of the site, whatever else is installed where these tests run."""
    return {plugin.distribution for plugin in plugins.plugins} - BESIDE


def own(plugins: Plugins) -> bool:
    """Did hygge-core's own plugin stay?"""
    return "files" in [plugin.entry for plugin in plugins.plugins]


@pytest.mark.parametrize("text", ["1", "true", "yes"])
def test_no_plugins_leaves_what_core_brings(text: str) -> None:
    plugins = load({"HYGGE_NO_PLUGINS": text})
    assert {plugin.distribution for plugin in plugins.plugins} == {"hygge-core"}
    assert own(plugins)


@pytest.mark.parametrize("text", ["", "0", "false", "no", "off"])
def test_a_switch_that_says_no_switches_nothing(text: str) -> None:
    assert len(strangers(load({"HYGGE_NO_PLUGINS": text}))) == 3


def test_a_switched_off_plugin_is_not_even_imported(site: Any) -> None:
    site.install("danger", "raise AssertionError('it was imported')")
    plugins = load({"HYGGE_NO_PLUGINS": "1"})
    assert not [each for each in plugins.broken if each.plugin.distribution == "danger"]


@pytest.mark.parametrize("text", ["acme-s3, beryl", "ACME.S3,e-b", "e-a,beryl,", "e_a,E_B"])
def test_only_allows_by_distribution_or_entry_point_and_core_stays(text: str) -> None:
    plugins = load({"HYGGE_ONLY_PLUGINS": text})
    assert strangers(plugins) == {"Acme_S3", "beryl"}
    assert own(plugins)
    assert not plugins.warnings


@pytest.mark.parametrize("text", ["cobalt", "e-c", " COBALT ,"])
def test_disable_takes_away_by_distribution_or_entry_point(text: str) -> None:
    plugins = load({"HYGGE_DISABLE_PLUGINS": text})
    assert strangers(plugins) == {"Acme_S3", "beryl"}
    assert own(plugins)


def test_disable_wins_over_only() -> None:
    plugins = load({"HYGGE_ONLY_PLUGINS": "beryl,cobalt", "HYGGE_DISABLE_PLUGINS": "cobalt"})
    assert strangers(plugins) == {"beryl"}


def test_an_empty_allow_list_is_one_that_was_not_given() -> None:
    assert len(strangers(load({"HYGGE_ONLY_PLUGINS": " , "}))) == 3


@pytest.mark.parametrize("variable", ["HYGGE_ONLY_PLUGINS", "HYGGE_DISABLE_PLUGINS"])
def test_an_unknown_name_in_a_switch_is_warned_about(variable: str) -> None:
    assert load({variable: "berly, cobalt"}).warnings == [
        f"{variable}: no plugin 'berly' is installed; did you mean 'beryl'?"
    ]


def test_a_word_of_a_switched_off_plugin_is_answered_with_the_switch() -> None:
    with pytest.raises(PluginError) as raised:
        load({"HYGGE_DISABLE_PLUGINS": "beryl"}).kind("store", "beryl")
    assert "beryl 1.0 is switched off by HYGGE_DISABLE_PLUGINS" in str(raised.value)


def test_a_word_that_is_known_to_be_ours_is_answered_with_ours_alone(site: Any) -> None:
    site.install("hygge-adls", site.offering("adls"), version="9.0")
    plugins = load({"HYGGE_NO_PLUGINS": "1"})
    with pytest.raises(PluginError) as raised:
        plugins.kind("store", "adls")
    assert "hygge-adls" in str(raised.value)
    assert "beryl" not in str(raised.value)


@pytest.mark.parametrize("text", ["soon", "0", "-1", "inf", "nan"])
def test_a_timeout_that_is_none_is_warned_about(text: str) -> None:
    plugins = load({"HYGGE_PLUGIN_TIMEOUT": text})
    (warning,) = plugins.warnings
    assert warning.startswith(f"HYGGE_PLUGIN_TIMEOUT: expected seconds above 0, found {text!r}")
    assert len(strangers(plugins)) == 3


def test_the_process_environment_is_what_counts_when_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HYGGE_ONLY_PLUGINS", "beryl")
    assert strangers(load()) == {"beryl"}
