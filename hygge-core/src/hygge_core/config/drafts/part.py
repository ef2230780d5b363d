"""A home, store, journal or connection, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from hygge_core.config.tree.nodes import Leaf, Table, leaves
from hygge_core.config.tree.references import recorded
from hygge_core.errors import Mistake, PluginError
from hygge_core.plugins.watchdog import told
from hygge_core.records import Opened

if TYPE_CHECKING:
    from hygge_core.plugins import Offered

T = TypeVar("T")


@frozen(kw_only=True)
class Part:
    """One table with a ``type``, as far as it could be resolved.

    ``node`` is the whole table as it was written; ``values`` is it settled, plain as JSON, without
    ``type`` and what else is hygge's own. ``offered`` is ``None`` where the word means nothing,
    ``config`` where anything is wrong or not set. ``connections`` are the names that it uses.
    """

    word: str
    node: Table
    values: dict[str, Any]
    offered: Offered | None = None
    config: Any = None
    connections: tuple[str, ...] = ()

    @property
    def recorded(self) -> dict[str, Any]:
        """``values`` as they may be written down: secrets in strings are references again."""
        table: dict[str, Any] = recorded(self.values, self.node)
        return table

    @property
    def secrets(self) -> Mapping[str, str]:
        """The secrets that were filled into any of its strings, by name."""
        return {name: text for leaf in leaves(self.node) for name, text in leaf.secrets.items()}

    def opened(self, connections: Mapping[str, Part]) -> Opened:
        """The record that opens it in any process; ``connections`` are the project's."""
        return Opened(
            type=self.word,
            table=self.recorded,
            plugin=str(self.offered.plugin) if self.offered else "",
            connections={
                name: {"type": connections[name].word, **connections[name].recorded}
                for name in self.connections
                if name in connections
            },
        )

    def ask(self, question: str, otherwise: T, *more: Any) -> T:
        """What the kind's ``question`` answers about the config; ``otherwise`` where there is none.

        Raises ``PluginError`` naming place, plugin and question when it raises anything.
        """
        if self.offered is None or self.config is None:
            return otherwise
        try:
            answer: T = getattr(self.offered.kind, question)(self.config, *more)
        except Exception as exc:
            failed = f"{self.offered.plugin} failed over {self.word!r}, asked for its {question}"
            raise PluginError(f"{self.node.origin}: {failed}: {told(exc)}") from exc
        return answer


def lacking(node: Leaf | Table) -> list[Mistake]:
    """A mistake for each variable below ``node`` that is not set."""
    return [
        leaf.origin.mistake(f"the variable {name} is not set")
        for leaf in leaves(node)
        for name in dict.fromkeys(leaf.lacking)
    ]
