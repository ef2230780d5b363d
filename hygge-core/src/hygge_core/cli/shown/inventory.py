"""``hygge plugins`` on the screen."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any, get_args

from hygge_core.cli import streams
from hygge_core.hookspecs import API_LEVEL
from hygge_core.plugins import Offer
from hygge_core.plugins.discovery import CORE, made_for

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation
    from hygge_core.plugins import Plugin, Plugins


def give_plugins(said: Invocation, plugins: Plugins) -> None:
    """Print every installed plugin: what works, what is set apart and why, what is switched off."""
    told = list(_told(plugins))
    if said.json:
        streams.give_json({"api_level": API_LEVEL, "core": version(CORE), "plugins": told})
        return
    for plugin in told:
        streams.give(
            f"{plugin['distribution']} {plugin['version']} ({plugin['entry']}): {plugin['health']}"
        )
        for offer, kinds in plugin["kinds"].items():
            for kind, capabilities in kinds.items():
                promises = f" ({', '.join(capabilities)})" if capabilities else ""
                streams.give(f"  {offer} {kind}{promises}")
        if plugin["try"]:
            streams.give(f"  try: {plugin['try']}")


def _told(plugins: Plugins) -> list[dict[str, Any]]:
    told = [_plugin(plugin, "ok", kinds=_kinds(plugins, plugin)) for plugin in plugins.plugins]
    told += [
        _plugin(each.plugin, f"broken: {each.cause}", fix=each.hint) for each in plugins.broken
    ]
    told += [
        _plugin(each.plugin, f"switched off by {each.variable}", fix=f"unset {each.variable}")
        for each in plugins.switched_off
    ]
    return told


def _plugin(
    plugin: Plugin, health: str, *, kinds: dict[str, Any] | None = None, fix: str | None = None
) -> dict[str, Any]:
    return {
        "distribution": plugin.distribution,
        "version": plugin.version,
        "entry": plugin.entry,
        "made_for": made_for(plugin),
        "health": health,
        "try": fix or "",
        "kinds": kinds or {},
    }


def _kinds(plugins: Plugins, plugin: Plugin) -> dict[str, dict[str, list[str]]]:
    """offer → word → capabilities, of what this plugin offers."""
    found: dict[str, dict[str, list[str]]] = {}
    for offer in get_args(Offer):
        for word, offered in plugins.kinds(offer).items():
            if offered.plugin == plugin:
                found.setdefault(offer, {})[word] = sorted(offered.kind.capabilities)
    return found
