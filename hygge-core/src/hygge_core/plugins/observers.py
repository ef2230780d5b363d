"""Handing the events of a run to the plugins that want to see them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from pluggy import PluginManager

from hygge_core.plugins.discovery import Plugin
from hygge_core.plugins.watchdog import told

if TYPE_CHECKING:
    from hygge_core.events import Event

_HOOK = "hygge_on_event"


class Observers:
    """Call it with an event: every observer sees it, in order, one at a time, from any thread.

    An observer that raises is told of once through ``warn`` and not called again.
    """

    def __init__(
        self, pluggy: PluginManager, modules: Mapping[Plugin, Any], warn: Callable[[str], None]
    ) -> None:
        self._warn = warn
        # Reentrant: what ``warn`` says may be an event itself.
        self._lock = threading.RLock()
        self._listening: dict[Plugin, Callable[..., Any]] = {}
        for plugin, module in modules.items():
            if any(caller.name == _HOOK for caller in pluggy.get_hookcallers(module) or ()):
                others = [other for other in modules.values() if other is not module]
                self._listening[plugin] = pluggy.subset_hook_caller(_HOOK, others)

    def __call__(self, event: Event) -> None:
        """Hand ``event`` on. Raises nothing but ``KeyboardInterrupt``."""
        with self._lock:
            for plugin, listen in tuple(self._listening.items()):
                if plugin in self._listening:
                    self._tell(plugin, listen, event)

    def _tell(self, plugin: Plugin, listen: Callable[..., Any], event: Event) -> None:
        try:
            listen(event=event)
        except KeyboardInterrupt:
            raise
        except BaseException as exc:  # noqa: BLE001  # not even sys.exit() may change the run
            del self._listening[plugin]
            self._warn(f"the observer of {plugin} failed and is not called again: {told(exc)}")
