"""One reading of a configuration: what every step of it looks things up in and complains to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

from attrs import define, field

from hygge_core.config.findings import Finding
from hygge_core.config.mistakes import Mistakes
from hygge_core.config.nodes import Leaf, Table, locate, plain
from hygge_core.config.part import Part
from hygge_core.config.settings_of import settings_of
from hygge_core.config.settle import Names, Settling
from hygge_core.config.structure import examine
from hygge_core.config.wording import found
from hygge_core.errors import PluginError
from hygge_core.nearest import did_you_mean

if TYPE_CHECKING:
    from hygge_core.plugins import Offer, Offered, Plugins


@define
class Reading:
    """The plugins, the names of the project's connections, and the mistakes so far."""

    plugins: Plugins
    connections: Collection[str] = ()
    mistakes: Mistakes = field(factory=Mistakes)
    _kinds: dict[tuple[str, str], Offered | PluginError] = field(factory=dict)

    def quiet(self) -> Reading:
        """The same, for looking without complaining."""
        return Reading(self.plugins, self.connections, Mistakes(), self._kinds)

    def table(
        self, cls: type, node: Table, names: Names | None = None, *, partial: bool = False
    ) -> tuple[Any, Settling, dict[str, Any]]:
        """``node`` as a ``cls`` (``None`` after a mistake), how it was settled, and its values.

        ``partial`` says that lower levels may still add to it.
        """
        settling = Settling(names)
        values = settling.table(cls, node)
        made, findings = examine(cls, values)
        self._report(_visible(findings, node, partial=partial), node)
        return made, settling, values

    def part(
        self, offer: Offer, node: Table, names: Names | None = None, *,
        partial: bool = False, core: Collection[str] = (),
    ) -> Part:
        """Resolve ``node``, whose ``type`` says what it is; the keys in ``core`` are hygge's own.

        One of those is the kind's as well where its config has it.
        """
        word = node.entries.get("type")
        if isinstance(word, Leaf) and isinstance(word.value, str):
            offered = self._kind(offer, word)
            if offered is None:
                rest = node.without("type", *core)
                return Part(word=word.value, node=rest, values=plain(rest))
            own = settings_of(offered.kind.config)
            rest = node.without("type", *(key for key in core if key not in own))
            return self._typed(offered, word.value, rest, names, partial=partial)
        if word is not None:
            value = word.value if isinstance(word, Leaf) else {}
            problem = f"expected the kind of {offer} as a string, found {found(value)}"
            self.mistakes.once(word.origin.mistake(problem))
        elif partial:
            self._untyped(offer, node.without(*core))
        else:
            known = ", ".join(self.plugins.kinds(offer)) or "nothing, no plugin offers any"
            problem = f"expected the kind of {offer}, found nothing; known here: {known}"
            self.mistakes.once(node.origin.mistake(problem, "type"))
        return Part(word="", node=node, values=plain(node.without("type")))

    def _kind(self, offer: Offer, word: Leaf) -> Offered | None:
        if word.lacking:
            return None
        if (offer, word.value) not in self._kinds:
            try:
                self._kinds[offer, word.value] = self.plugins.kind(offer, word.value)
            except PluginError as exc:
                self._kinds[offer, word.value] = exc
        kind = self._kinds[offer, word.value]
        if isinstance(kind, PluginError):
            text = f"{kind}; {kind.hint}" if kind.hint else str(kind)
            self.mistakes.once(word.origin.mistake(text))
            return None
        return kind

    def _typed(
        self, offered: Offered, word: str, node: Table, names: Names | None, *, partial: bool
    ) -> Part:
        config, settling, values = self.table(offered.kind.config, node, names, partial=partial)
        for name, path in settling.connections:
            spot = locate(node, path)
            if name not in self.connections and not _lacks(spot.node):
                near = did_you_mean(name[:60], self.connections)
                there = f"; there is {', '.join(self.connections) or 'none'}"
                self.mistakes.once(spot.mistake(f"no such connection: {name!r}{near or there}"))
        used = tuple(dict.fromkeys(name for name, _ in settling.connections))
        return Part(
            word=word, node=node, values=plain(values), offered=offered, config=config,
            connections=used,
        )

    def _untyped(self, offer: Offer, node: Table) -> None:
        """A part whose kind is not known yet must at least fit one."""
        fewest: list[Finding] | None = None
        for offered in self.plugins.kinds(offer).values():
            cls = offered.kind.config
            findings = _visible(examine(cls, Settling().table(cls, node))[1], node, partial=True)
            if fewest is None or len(findings) < len(fewest):
                fewest = findings
        self._report(fewest or (), node)

    def _report(self, findings: Iterable[Finding], node: Table) -> None:
        for each in findings:
            self.mistakes.once(locate(node, each.path).mistake(each.text()))


def _visible(findings: Iterable[Finding], node: Table, *, partial: bool) -> list[Finding]:
    """Those that are about what was written: not about what may follow, nor unset variables."""
    return [
        each
        for each in findings
        if not (partial and each.missing) and not _lacks(locate(node, each.path).node)
    ]


def _lacks(node: object) -> bool:
    return isinstance(node, Leaf) and bool(node.lacking)
