"""What is said when the word after ``type =`` cannot be settled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from hygge_core.errors import PluginError
from hygge_core.nearest import nearest
from hygge_core.plugins.discovery import canonical

if TYPE_CHECKING:
    from hygge_core.plugins.loader import Plugins
    from hygge_core.plugins.offers import Offer, Offered

#: Fixed, so that nobody is ever told to install a name that was made from what they typed.
FIRST_PARTY = {
    "adls": "hygge-adls",
    "onelake": "hygge-adls",
    "open_mirroring": "hygge-openmirroring",
    "mssql": "hygge-mssql",
    "sqlite": "hygge-journal-sqlite",
}


def means(word: str, offered: Offered) -> bool:
    """Does ``word``, plain or ``distribution/word``, mean this kind?"""
    distribution, _, plain = word.rpartition("/")
    wanted = canonical(distribution) in ("", canonical(offered.plugin.distribution))
    return wanted and plain == offered.kind.name


def clash(offer: Offer, word: str, found: Sequence[Offered]) -> PluginError:
    """Two plugins offer ``word``: name both, and the lines that choose between them."""
    plugins = " and ".join(str(each.plugin) for each in found)
    lines = sorted({f'type = "{each.word}"' for each in found})
    hint = f"choose with {' or '.join(lines)}"
    if len(lines) < len(found):
        entries = " or ".join(each.plugin.entry for each in found)
        hint = f"switch one entry point off: HYGGE_DISABLE_PLUGINS={entries}"
    return PluginError(f"the {offer} {word!r} is offered by {plugins}", hint=hint)


def unknown(offer: Offer, word: str, plugins: Plugins) -> PluginError:
    """Nobody offers ``word``: say what may be missing, and what may have been meant."""
    lines = [f"no plugin offers a {offer} {word!r}{_elsewhere(word, plugins)}"]
    missing = [(each.plugin, str(each)) for each in plugins.broken]
    missing += [
        (off.plugin, f"{off.plugin} is switched off by {off.variable}")
        for off in plugins.switched_off
    ]
    ours = [line for plugin, line in missing if plugin.distribution == FIRST_PARTY.get(word)]
    lines += ours or [line for _, line in missing]  # any of them might have been a stranger's word
    return PluginError("\n".join(lines), hint=_hint(offer, word, plugins))


def _elsewhere(word: str, plugins: Plugins) -> str:
    """It may be a word of another offer: an ``adls`` is no journal."""
    offers = [other for other in plugins.offers if word in plugins.kinds(other)]
    return f"; it is a {' and a '.join(offers)}" if offers else ""


def _hint(offer: Offer, word: str, plugins: Plugins) -> str:
    known = plugins.kinds(offer)
    every = [*known, *(each.word for each in known.values())]
    if meant := nearest(word, every):
        return f"did you mean {meant!r}?"
    here = [each.plugin for each in plugins.broken]
    here += [each.plugin for each in plugins.switched_off] + list(plugins.plugins)
    missing = {
        word: distribution
        for word, distribution in FIRST_PARTY.items()
        if not any(plugin.goes_by(distribution) for plugin in here)
    }
    if meant := nearest(word, missing):
        return f"{meant!r} comes with: pip install {missing[meant]}"
    if told := [each.hint for each in plugins.broken if each.hint]:
        return "\n".join(told)
    words = ", ".join(map(repr, known))
    return f"a {offer} may be {words}" if words else f"no {offer} is installed"
