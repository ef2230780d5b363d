"""What every step of reading a configuration works at: looks things up in, complains to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define, field

from hygge_core.config.drafts.filling import Filling, Names
from hygge_core.config.drafts.part import Part
from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.saying.wording import found
from hygge_core.config.structuring.findings import Finding
from hygge_core.config.structuring.settings_of import settings_of
from hygge_core.config.structuring.structure import examine
from hygge_core.config.tree.nodes import Leaf, Table, leaves, locate, plain
from hygge_core.errors import PluginError
from hygge_core.nearest import did_you_mean

if TYPE_CHECKING:
    from hygge_core.plugins import Offer, Offered, Plugins

T = TypeVar("T")


@define
class Desk:
    """The plugins, the project's directory, its connections' names, and the mistakes so far."""

    plugins: Plugins
    root: Path
    connections: Collection[str] = ()
    mistakes: Mistakes = field(factory=Mistakes)
    _kinds: dict[tuple[str, str], Offered | PluginError] = field(factory=dict)

    def quiet(self) -> Desk:
        """The same, for looking without complaining."""
        return Desk(self.plugins, self.root, self.connections, Mistakes(), self._kinds)

    def table(
        self, cls: type[T], node: Table, names: Names | None = None, *, partial: bool = False
    ) -> tuple[T | None, Filling, dict[str, Any]]:
        """``node`` as a ``cls`` (``None`` after a mistake), how it was filled in, and its values.

        ``partial`` says that lower levels may still add to it.
        """
        filling = Filling(self.root, names)
        values = filling.table(cls, node)
        made, findings = examine(cls, values)
        if findings:  # perhaps over a default that the class wants as it is, or not at all
            filling = Filling(self.root, names, defaults=False)
            values = filling.table(cls, node)
            made, findings = examine(cls, values)
        self._report(_visible(findings, node, partial=partial), node)
        return made, filling, values

    def settings(self, cls: type[T], node: Table, *, partial: bool = False) -> T:
        """``node`` as one of hygge's own classes, whose keys all have defaults.

        What is wrong, or not known while a variable is not set, is as if it were not there.
        """
        made, _, _ = self.table(cls, node, partial=partial)
        if made is None:
            known = {
                key: inner
                for key, inner in node.entries.items()
                if not any(leaf.lacking for leaf in leaves(inner))
            }
            made, _ = examine(cls, plain(Table(known, node.origin)))
        return cls() if made is None else made

    def part(
        self,
        offer: Offer,
        node: Table,
        names: Names | None = None,
        *,
        partial: bool = False,
        core: Collection[str] = (),
    ) -> Part:
        """Resolve ``node``, whose ``type`` says what it is; the keys in ``core`` are hygge's own.

        One of those is the kind's as well where its config has it.
        """
        word = node.entries.get("type")
        if isinstance(word, Leaf) and isinstance(word.value, str):
            return self._typed(offer, word, node, names, partial=partial, core=core)
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
        return Part(word="", node=node, values=plain(node.without("type", *core)))

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
            lines = (*str(kind).splitlines(), *(kind.hint or "").splitlines())
            self.mistakes.once(word.origin.mistake("; ".join(lines)))
            return None
        return kind

    def _typed(
        self,
        offer: Offer,
        word: Leaf,
        node: Table,
        names: Names | None,
        *,
        partial: bool,
        core: Collection[str],
    ) -> Part:
        offered = self._kind(offer, word)
        if offered is None:
            return Part(word=word.value, node=node, values=plain(node.without("type", *core)))
        cls = offered.kind.config
        rest = node.without("type", *(key for key in core if key not in settings_of(cls)))
        config, filling, values = self.table(cls, rest, names, partial=partial)
        self._check_connections(filling, node)
        return Part(
            word=word.value,
            node=node,
            values=plain(values),
            offered=offered,
            config=config,
            connections=tuple(dict.fromkeys(name for name, _ in filling.connections)),
        )

    def _check_connections(self, filling: Filling, node: Table) -> None:
        for name, path in filling.connections:
            spot = locate(node, path)
            if name not in self.connections and not _lacks(spot.node):
                near = did_you_mean(name[:60], self.connections)
                there = f"; there is {', '.join(self.connections) or 'none'}"
                self.mistakes.once(spot.mistake(f"no such connection: {name!r}{near or there}"))

    def _untyped(self, offer: Offer, node: Table) -> None:
        """A part whose kind is not known yet must at least fit one."""
        fewest: list[Finding] | None = None
        for offered in self.plugins.kinds(offer).values():
            cls = offered.kind.config
            values = Filling(self.root, defaults=False).table(cls, node)
            findings = _visible(examine(cls, values)[1], node, partial=True)
            if fewest is None or len(findings) < len(fewest):
                fewest = findings
        self._report(fewest or (), node)

    def _report(self, findings: Iterable[Finding], node: Table) -> None:
        for each in findings:
            self.mistakes.once(locate(node, each.path).mistake(each.text()))


def _visible(findings: Iterable[Finding], node: Table, *, partial: bool) -> list[Finding]:
    """Those that neither more keys nor setting a variable would put right."""
    if not findings:
        return []
    waiting = any(leaf.lacking for leaf in leaves(node))
    return [
        each
        for each in findings
        if not (partial and each.may_pass)
        and not (waiting and each.foreign)
        and not (each.may_change and _lacks(locate(node, each.path).node))
    ]


def _lacks(node: object) -> bool:
    return isinstance(node, Leaf) and bool(node.lacking)
