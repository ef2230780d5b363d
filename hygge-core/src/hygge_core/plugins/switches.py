"""The environment's say about plugins, for production and for finding out what is wrong.

* ``HYGGE_NO_PLUGINS=1``: only what hygge-core brings itself.
* ``HYGGE_ONLY_PLUGINS=a,b``: these distributions or entry points, and hygge-core's own.
* ``HYGGE_DISABLE_PLUGINS=a,b``: all but these.
* ``HYGGE_PLUGIN_TIMEOUT=20``: how many seconds a plugin may take to import.

An empty variable says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import inf

from attrs import field, frozen

from hygge_core.nearest import did_you_mean
from hygge_core.plugins.discovery import Plugin

NO, ONLY, DISABLE = "HYGGE_NO_PLUGINS", "HYGGE_ONLY_PLUGINS", "HYGGE_DISABLE_PLUGINS"
TIMEOUT = "HYGGE_PLUGIN_TIMEOUT"
TIMEOUT_SECONDS = 20.0


@frozen
class Switches:
    """The four variables, read when they are asked for."""

    environ: Mapping[str, str] = field(factory=dict)

    def against(self, plugin: Plugin) -> str | None:
        """The variable that forbids ``plugin``, or ``None``."""
        only = self._names(ONLY)
        if not plugin.own and self._is_on(NO):
            return NO
        if not plugin.own and only and not any(map(plugin.goes_by, only)):
            return ONLY
        return DISABLE if any(map(plugin.goes_by, self._names(DISABLE))) else None

    @property
    def timeout_seconds(self) -> float:
        """How long one plugin may take."""
        return self._seconds() or TIMEOUT_SECONDS

    def mistakes(self, plugins: Iterable[Plugin]) -> Iterator[str]:
        """What is set to something that means nothing here, one line each."""
        plugins = list(plugins)
        known = {name for each in plugins for name in (each.distribution, each.entry)}
        for variable in (ONLY, DISABLE):
            for name in self._names(variable):
                if not any(plugin.goes_by(name) for plugin in plugins):
                    yield f"{variable}: no plugin {name!r} is installed{did_you_mean(name, known)}"
        if self._seconds() is None:
            yield (
                f"{TIMEOUT}: expected seconds above 0, found {self.environ[TIMEOUT]!r}; "
                f"it is {TIMEOUT_SECONDS:g} now"
            )

    def _seconds(self) -> float | None:
        """``None`` for what is no number of seconds above 0."""
        try:
            seconds = float(self.environ.get(TIMEOUT) or TIMEOUT_SECONDS)
        except ValueError:
            return None
        return seconds if 0 < seconds < inf else None

    def _is_on(self, variable: str) -> bool:
        return self.environ.get(variable, "").strip().lower() not in ("", "0", "false", "no", "off")

    def _names(self, variable: str) -> list[str]:
        return [name.strip() for name in self.environ.get(variable, "").split(",") if name.strip()]
