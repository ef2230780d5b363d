"""The loader: from the installed plugins to the words that may stand after ``type =``.

Our own short loop, and not pluggy's: a plugin that does not import, hangs, raises or does not
fit is set apart and named with its version and the cause, and all the others work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen
from pluggy import PluginManager

from hygge_core import hookspecs
from hygge_core.plugins import offers, words
from hygge_core.plugins.discovery import Broken, Found, Plugin, installed, of_module
from hygge_core.plugins.observers import Observers
from hygge_core.plugins.offers import Offer, Offered
from hygge_core.plugins.switches import TIMEOUT_SECONDS, Switches
from hygge_core.plugins.watchdog import told, within

if TYPE_CHECKING:
    from hygge_core.events import Event


@frozen(kw_only=True)
class SwitchedOff:
    """A plugin that ``variable`` of the environment forbids to this process."""

    plugin: Plugin
    variable: str


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


class Plugins:
    """What works, what it offers, and what is wrong with the rest.

    ``broken`` are set apart with their causes, ``switched_off`` are forbidden by the environment,
    ``warnings`` are lines that the user should see once.
    """

    offers: tuple[Offer, ...] = tuple(offers.HOOKS)

    def __init__(self, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._timeout_seconds = timeout_seconds
        self._pluggy = PluginManager("hygge")
        self._pluggy.add_hookspecs(hookspecs)
        self._modules: dict[Plugin, Any] = {}
        self._offered: list[Offered] = []
        self._meant: dict[tuple[Offer, str], Offered] = {}
        self.broken: list[Broken] = []
        self.switched_off: list[SwitchedOff] = []
        self.warnings: list[str] = []

    @classmethod
    def of(cls, *modules: Any) -> Plugins:
        """Take in ``modules``, or any objects with hooks, through the door of the installed ones.

        For tests and conformance kits. What would set an installed plugin apart does so here.
        """
        plugins = cls()
        for number, module in enumerate(modules, start=1):
            plugins._admit(of_module(module, number), partial(_itself, module))
        return plugins

    @property
    def plugins(self) -> tuple[Plugin, ...]:
        """Those that work, in the order of their distributions' names."""
        return tuple(self._modules)

    def kind(self, offer: Offer, word: str) -> Offered:
        """What ``type = "word"`` means for a home, store, journal or connection.

        ``word`` may be qualified, ``hygge-adls/adls``. Raises ``PluginError`` when two plugins
        offer it, naming both and the lines that choose; and when nobody does, with what may have
        been meant, what to install, and which broken plugin it may have come from.
        """
        if known := self._meant.get((offer, word)):
            return known
        found = [each for each in self._of(offer) if words.means(word, each)]
        if len(found) > 1:
            raise words.clash(offer, word, found)
        if not found:
            raise words.unknown(offer, word, self)
        self._meant[offer, word] = found[0]
        return found[0]

    def kinds(self, offer: Offer) -> dict[str, Offered]:
        """All that may stand after ``type =``, sorted; clashing words only qualified."""
        names = [each.kind.name for each in self._of(offer)]
        told = {
            each.kind.name if names.count(each.kind.name) == 1 else each.word: each
            for each in self._of(offer)
        }
        return dict(sorted(told.items()))

    def whose(self, module: str) -> Plugin | None:
        """The plugin in whose package a module of this name is."""
        package = module.partition(".")[0]
        roots = (
            (p, getattr(m, "__name__", "").partition(".")[0]) for p, m in self._modules.items()
        )
        return next((plugin for plugin, root in roots if package and root == package), None)

    def observers(self, warn: Callable[[str], None] = _say) -> Callable[[Event], None]:
        """A callable that hands an event to every plugin's ``hygge_on_event``, each isolated."""
        return Observers(self._pluggy, self._modules, warn)

    def _of(self, offer: Offer) -> list[Offered]:
        return [each for each in self._offered if each.offer == offer]

    def _admit(self, plugin: Plugin, load: Callable[[], Any]) -> None:
        """Import, register and question one plugin; set it apart where any of it fails."""
        self._meant.clear()  # a word that was clear may clash now
        step = "it cannot be imported"
        try:
            module = within(self._timeout_seconds, load)
            step = "it cannot be registered"
            self._register(plugin, module)
            step = "its offers cannot be used"
            ask = partial(offers.ask, self._pluggy, module, plugin)
            offered = within(self._timeout_seconds, ask)
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001  # a Rust panic is no Exception, nor is exit()
            self.broken.append(Broken(plugin=plugin, cause=f"{step}: {told(exc)}", error=exc))
            self._forget(plugin)
        else:
            self._modules[plugin] = module
            self._offered += offered

    def _register(self, plugin: Plugin, module: Any) -> None:
        """Raises ``ValueError`` for a module that stands there already or has a misspelt hook."""
        if twin := self._pluggy.get_name(module):
            raise ValueError(f"its module is the one of {twin}")
        self._pluggy.register(module, name=_key(plugin))
        offers.check_pending(self._pluggy, module)

    def _forget(self, plugin: Plugin) -> None:
        if self._pluggy.has_plugin(_key(plugin)):
            self._pluggy.unregister(name=_key(plugin))


def _itself(module: Any) -> Any:
    return module


def _key(plugin: Plugin) -> str:
    return f"{plugin} ({plugin.entry})"


def load(environ: Mapping[str, str] = os.environ) -> Plugins:
    """Load every installed plugin that ``environ`` allows. Raises nothing for a bad plugin."""
    switches = Switches(environ)
    plugins = Plugins(timeout_seconds=switches.timeout_seconds)
    every = list(installed())
    for found in every:
        broken = found if isinstance(found, Broken) else found.misfit()
        if variable := switches.against(found.plugin):
            plugins.switched_off.append(SwitchedOff(plugin=found.plugin, variable=variable))
        elif broken is not None:
            plugins.broken.append(broken)
        elif isinstance(found, Found):
            plugins._admit(found.plugin, found.load)
    plugins.warnings += switches.mistakes(found.plugin for found in every)
    return plugins
