"""The levels of one source: sections, connections, ``[defaults]``, flows and their entities.

The files are the lowest layer, the chosen ``[env.NAME]`` lies over them, ``--set`` over both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from hygge_core.config.merge import merge_flows, merge_journals, merge_options, merged
from hygge_core.config.mistakes import Mistakes
from hygge_core.config.nodes import Origin, Table
from hygge_core.nearest import did_you_mean

SECTIONS = ("project", "run", "retry", "journal")
TABLES = (*SECTIONS, "connections", "defaults", "flows")


@frozen(kw_only=True)
class Layer:
    """One source, cut at its levels. ``flows`` are without their entities."""

    sections: Mapping[str, Table]
    connections: Mapping[str, Table]
    defaults: Table | None
    flows: Mapping[str, Table]
    entities: Mapping[str, Mapping[str, Table]]

    def touches(self, flow: str) -> bool:
        """Does it say anything about ``flow``?"""
        return self.defaults is not None or flow in self.flows

    def of_flow(self, flow: str) -> Iterator[Table | None]:
        """What it says about the flow, lowest first."""
        yield self.defaults
        yield self.flows.get(flow)

    def of_entity(self, flow: str, entity: str) -> Iterator[Table | None]:
        """What it says about the entity, lowest first."""
        yield from self.of_flow(flow)
        yield self.entities.get(flow, {}).get(entity)


def cut(tree: Table, mistakes: Mistakes, *, more: Sequence[str] = ()) -> Layer:
    """``tree`` at its levels; what is no table where one must be, or unknown, is a mistake.

    ``more`` are tables that may stand here too and are somebody else's.
    """
    for key, node in tree.entries.items():
        if key not in (*TABLES, *more):
            problem = f"not a known table{did_you_mean(key[:60], (*TABLES, *more))}"
            mistakes.add(node.origin.mistake(problem))
    flows = _tables(tree, "flows", mistakes)
    whole = _only_tables(tree, (*SECTIONS, "defaults"), mistakes)
    return Layer(
        sections={key: table for key, table in whole.items() if key != "defaults"},
        connections=_tables(tree, "connections", mistakes),
        defaults=whole.get("defaults"),
        flows={flow: table.without("entities") for flow, table in flows.items()},
        entities={flow: _tables(table, "entities", mistakes) for flow, table in flows.items()},
    )


def _tables(tree: Table, key: str, mistakes: Mistakes) -> dict[str, Table]:
    """The tables in the table ``key``."""
    outer = _only_tables(tree, (key,), mistakes).get(key)
    return _only_tables(outer, tuple(outer.entries), mistakes) if outer is not None else {}


def _only_tables(tree: Table, keys: Sequence[str], mistakes: Mistakes) -> dict[str, Table]:
    tables: dict[str, Table] = {}
    for key in keys:
        node = tree.entries.get(key)
        if isinstance(node, Table):
            tables[key] = node
        elif node is not None:
            from hygge_core.config.wording import found  # only where something is wrong

            origin: Origin = node.origin
            mistakes.add(origin.mistake(f"expected a table, found {found(node.value, key)}"))
    return tables


def strays(over: Layer, below: Layer, mistakes: Mistakes) -> None:
    """An overlay changes what is there: names that are not are mistakes.

    A connection with a ``type`` of its own is a whole one, and may be new.
    """
    for name, table in over.connections.items():
        if table.scalar("type") is None:
            _known("connection", name, table, below.connections, mistakes)
    for flow, table in over.flows.items():
        if _known("flow", flow, table, below.flows, mistakes):
            for entity, inner in over.entities[flow].items():
                _known(f"entity of {flow}", entity, inner, below.entities[flow], mistakes)


def _known(
    what: str, name: str, table: Table, known: Mapping[str, Table], mistakes: Mistakes
) -> bool:
    if name not in known:
        near = did_you_mean(name[:60], known) or f"; there is {', '.join(known) or 'none'}"
        mistakes.add(table.origin.mistake(f"no such {what}{near}"))
    return name in known


@frozen
class Stack:
    """Layers, the lowest first, as one."""

    layers: tuple[Layer, ...]

    def section(self, key: str) -> Table | None:
        """A section of the project, merged."""
        merge = merge_journals if key == "journal" else merge_options
        return merged((layer.sections.get(key) for layer in self.layers), merge)

    def connection(self, name: str) -> Table | None:
        """A connection, merged."""
        return merged((layer.connections.get(name) for layer in self.layers), merge_options)

    @property
    def connections(self) -> tuple[str, ...]:
        """The names of all connections."""
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.connections))

    @property
    def defaults(self) -> Table | None:
        """``[defaults]``, merged."""
        return merged((layer.defaults for layer in self.layers), merge_flows)

    def flow(self, flow: str) -> Table | None:
        """A flow with its defaults, merged, without its entities."""
        pieces = (piece for layer in self.layers for piece in layer.of_flow(flow))
        return merged(pieces, merge_flows)

    def entity(self, flow: str, entity: str) -> Table | None:
        """An entity with all that it inherits, merged."""
        pieces = (piece for layer in self.layers for piece in layer.of_entity(flow, entity))
        return merged(pieces, merge_flows)
