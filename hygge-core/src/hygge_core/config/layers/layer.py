"""The levels of one source: sections, connections, ``[defaults]``, flows and their entities."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.saying.wording import found
from hygge_core.config.tree.nodes import Table
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
            near = did_you_mean(key[:60], (*TABLES, *more))
            mistakes.add(node.origin.mistake(f"not a known table{near}"))
    whole = only_tables(tree, (*SECTIONS, "defaults"), mistakes)
    flows = tables_in(tree, "flows", mistakes)
    return Layer(
        sections={key: table for key, table in whole.items() if key != "defaults"},
        connections=tables_in(tree, "connections", mistakes),
        defaults=whole.get("defaults"),
        flows={flow: table.without("entities") for flow, table in flows.items()},
        entities={flow: tables_in(table, "entities", mistakes) for flow, table in flows.items()},
    )


def tables_in(tree: Table, key: str, mistakes: Mistakes) -> dict[str, Table]:
    """The tables in the table ``key``; empty where there is none."""
    outer = only_tables(tree, (key,), mistakes).get(key)
    return only_tables(outer, tuple(outer.entries), mistakes) if outer is not None else {}


def only_tables(tree: Table, keys: Sequence[str], mistakes: Mistakes) -> dict[str, Table]:
    """Those of ``keys`` that are there; one that is no table is a mistake."""
    tables: dict[str, Table] = {}
    for key in keys:
        node = tree.entries.get(key)
        if isinstance(node, Table):
            tables[key] = node
        elif node is not None:
            problem = f"expected a table, found {found(node.value, key)}"
            mistakes.add(node.origin.mistake(problem))
    return tables
