"""``PluginContract``: what every plugin promises before anything of it is opened."""

from __future__ import annotations

import json
import subprocess
import sys
from types import ModuleType
from typing import Any

import attrs
import pytest
from packaging.requirements import Requirement

from hygge_core.hookspecs import CAPABILITIES
from hygge_core.plugins import Plugins
from hygge_core.plugins.discovery import CORE, GROUP, Found, canonical, installed
from hygge_core.testing.contract import Contract
from hygge_core.testing.promises import keep, none_of

#: What costs a tenth of a second and more to import, and what no start has a use for.
HEAVY = ("polars", "pyarrow", "numpy", "pandas")

_IMPORT = "import sys, json, {0}; json.dump(sorted(sys.modules), sys.stdout)"


class PluginContract(Contract):
    """Give ``plugin``, a fixture that returns the plugin's module::

        class TestLakePlugin(PluginContract):
            @pytest.fixture
            def plugin(self) -> ModuleType:
                return acme_lake.plugin

    The distribution has to be installed: ``pip install -e .`` will do.
    """

    @pytest.fixture
    def plugin(self) -> ModuleType:
        """Yours to give."""
        raise NotImplementedError("give a fixture 'plugin' that returns the plugin's module")

    @pytest.fixture
    def plugins(self, plugin: ModuleType) -> Plugins:
        """It alone, through the door of the installed ones."""
        return Plugins.of(plugin)

    def test_it_is_taken_in(self, plugins: Plugins) -> None:
        none_of(map(str, plugins.broken), "a plugin is taken in, whole")
        keep(plugins.plugins, "a plugin is taken in")

    def test_its_import_is_light(self, plugin: ModuleType) -> None:
        command = [sys.executable, "-c", _IMPORT.format(plugin.__name__)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        keep(not done.returncode, "a plugin's module can be imported by itself", done.stderr)
        heavy = set(HEAVY) & set(json.loads(done.stdout))
        none_of(heavy, "a plugin imports no driver, no polars and no pyarrow: they wait in open()")

    def test_its_kinds_declare_only_known_capabilities(self, plugins: Plugins) -> None:
        for offer, offered in _kinds(plugins):
            unknown = offered.kind.capabilities - CAPABILITIES.get(offer, frozenset())
            none_of(unknown, f"the capabilities of the {offer} {offered.kind.name!r} are known")

    def test_its_configs_are_frozen_and_documented(self, plugins: Plugins) -> None:
        for _, offered in _kinds(plugins):
            config = offered.kind.config
            keep(_is_frozen(config), f"{config.__name__} is a frozen attrs class")
            own = config.__dict__.get("__doc__") or ""
            keep(own.strip(), f"{config.__name__} says in its docstring what its table is")

    def test_no_default_can_be_changed(self, plugins: Plugins) -> None:
        for _, offered in _kinds(plugins):
            for each in attrs.fields(offered.kind.config):
                promise = f"{offered.kind.config.__name__}.{each.name} has a default of its own"
                keep(not isinstance(each.default, list | dict | set), promise, each.default)

    def test_no_default_is_a_secret(self, plugins: Plugins) -> None:
        for _, offered in _kinds(plugins):
            for each in attrs.fields(offered.kind.config):
                secret = any(word in each.name for word in ("password", "secret", "token"))
                text = isinstance(each.default, str) and each.default
                promise = f"{offered.kind.config.__name__}.{each.name} is a Secret, never a string"
                keep(not (secret and (text or each.type in (str, "str"))), promise, each.type)

    def test_its_distribution_offers_it(self, plugin: ModuleType) -> None:
        found = _distribution(plugin)
        keep(found.misfit() is None, "it fits the hygge-core that is installed", found.misfit())

    def test_its_distribution_names_the_core_it_was_made_for(self, plugin: ModuleType) -> None:
        found = _distribution(plugin)
        if found.plugin.own:
            pytest.skip("hygge-core is the core that it was made for")
        needs = [Requirement(line) for line in found.requires]
        bounds = [need.specifier for need in needs if canonical(need.name) == CORE]
        promise = f"{found.plugin} requires {CORE}, so that a misfit is refused before its import"
        keep(bounds, promise)
        operators = {each.operator for bound in bounds for each in bound}
        named = {"<", ">="} <= operators
        keep(named, "it names the lowest core it works with and the first it may not", bounds)
        keep("==" not in operators, f"it never pins {CORE}", bounds)


def _kinds(plugins: Plugins) -> list[tuple[Any, Any]]:
    return [(offer, kind) for offer in plugins.offers for kind in plugins.kinds(offer).values()]


def _is_frozen(config: type) -> bool:
    return "frozen" in getattr(config, "__setattr__").__name__  # noqa: B009  # typed as object's


def _distribution(plugin: ModuleType) -> Found:
    """The installed entry point that names the plugin's module."""
    found = (each for each in installed() if isinstance(each, Found))
    mine = [each for each in found if each.point.module == plugin.__name__]
    entry = f"[project.entry-points.{GROUP}]"
    keep(mine, f"an installed distribution names {plugin.__name__} under {entry}")
    return mine[0]


__all__ = ["PluginContract"]
