"""What one plugin offers: its hooks found, asked one by one, and their answers examined."""

from __future__ import annotations

import re
from typing import Any, Literal, get_args

import attrs
from attrs import frozen
from pluggy import PluginManager

from hygge_core.hookspecs import Kind
from hygge_core.nearest import did_you_mean
from hygge_core.plugins.discovery import Plugin

Offer = Literal["home", "store", "journal", "connection"]

_WORD = re.compile(r"[\w.-]+")

HOOKS: dict[Offer, str] = {offer: f"hygge_{offer}s" for offer in get_args(Offer)}


@frozen(kw_only=True)
class Offered:
    """A kind, and the plugin that offers it."""

    offer: Offer
    kind: Kind
    plugin: Plugin

    @property
    def word(self) -> str:
        """``hygge-adls/adls``: means this kind whatever else is installed."""
        return f"{self.plugin.distribution}/{self.kind.name}"


def check_pending(pluggy: PluginManager, module: Any) -> None:
    """Raise ``ValueError`` for a module that implements no hook, or one that does not exist."""
    callers = pluggy.get_hookcallers(module) or []
    if not callers:
        raise ValueError("it implements no hook: are its functions marked with @hookimpl?")
    for caller in callers:
        mine = [impl for impl in caller.get_hookimpls() if impl.plugin is module]
        if not caller.has_spec() and not all(impl.optionalhook for impl in mine):
            known = [*HOOKS.values(), "hygge_on_event"]
            raise ValueError(f"there is no hook {caller.name!r}{did_you_mean(caller.name, known)}")


def ask(pluggy: PluginManager, module: Any, plugin: Plugin) -> list[Offered]:
    """Everything that ``module``, already registered, offers. Raises what its hooks raise."""
    others = [each for each in pluggy.get_plugins() if each is not module]
    offered: list[Offered] = []
    for offer, hook in HOOKS.items():
        kinds = _answered(pluggy, module, hook, others)
        for kind in kinds:
            _examine(kind, hook)
            offered.append(Offered(offer=offer, kind=kind, plugin=plugin))
        _refuse_twins([kind.name for kind in kinds], hook)
    return offered


def _answered(pluggy: PluginManager, module: Any, hook: str, others: list[Any]) -> list[Any]:
    """What the plugin's hook gave. Raises ``TypeError`` for ``None``, which pluggy leaves out."""
    answers = pluggy.subset_hook_caller(hook, others)()
    if not answers and _implements(pluggy, module, hook):
        raise TypeError(f"{hook} gave None, and no kinds: does it return what it makes?")
    return [kind for answer in answers for kind in answer]


def _implements(pluggy: PluginManager, module: Any, hook: str) -> bool:
    callers = pluggy.get_hookcallers(module) or []
    return any(caller.name == hook for caller in callers)


def _examine(kind: object, hook: str) -> None:
    """Raise ``TypeError`` for what the host could not use; no type checker saw a plugin."""
    if not isinstance(kind, Kind):
        raise TypeError(f"{hook} offered {kind!r}, which is not a Kind")
    name, config, opened = (getattr(kind, part) for part in ("name", "config", "open"))
    if not isinstance(name, str) or not _WORD.fullmatch(name):
        raise TypeError(f"{hook} offered the name {name!r}, which is not a word")
    if not (isinstance(config, type) and attrs.has(config)):
        raise TypeError(f"{hook} offered {name!r} whose config {config!r} is not an attrs class")
    try:
        attrs.resolve_types(config)
    except (NameError, TypeError, AttributeError) as exc:
        hint = "what its annotations name must be imported outside of TYPE_CHECKING"
        problem = f"whose config {config.__qualname__} has types that cannot be told: {exc}"
        raise TypeError(f"{hook} offered {name!r} {problem}; {hint}") from exc
    if not callable(opened):
        raise TypeError(f"{hook} offered {name!r} whose open {opened!r} cannot be called")


def _refuse_twins(names: list[str], hook: str) -> None:
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise ValueError(f"{hook} offered {', '.join(map(repr, twins))} twice")
