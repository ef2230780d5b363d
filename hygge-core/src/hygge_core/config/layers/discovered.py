"""Tables that were found in a source, as entities: below all that anybody wrote about them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from attrs import evolve, frozen

from hygge_core.config.layers.layer import Layer
from hygge_core.config.layers.merge import merge_flows, merged
from hygge_core.config.tree.nodes import Leaf, Node, Origin, Table

#: The setting of a store that a table's primary key becomes.
KEYS = "key_columns"

_ODD = re.compile(r"[^\w\-. ]|\.\.|^\.|\s+$|^\s+")


@frozen(kw_only=True)
class Found:
    """One table of a flow's home.

    * ``entity`` what its entity is called.
    * ``table`` its name, as ``home.table`` takes it.
    * ``keys`` what becomes the store's ``key_columns``; empty: nothing.
    """

    entity: str
    table: str
    keys: tuple[str, ...] = ()


def entity_name(table: str, *, whole: bool) -> str:
    """``Orders`` for ``dbo.Orders`` or ``[dbo].[Orders]``; ``whole``: ``dbo_Orders``.

    What no entity may be called becomes ``_``.
    """
    parts = re.findall(r"\[((?:[^\]]|\]\])*)\]|([^.\[\]]+)", table)
    plain = [quoted.replace("]]", "]") or bare for quoted, bare in parts] or [table]
    name = "_".join(plain) if whole else plain[-1]
    return _ODD.sub("_", name) or "_"


def with_found(files: Layer, found: Mapping[str, Sequence[Found]]) -> Layer:
    """``files`` with an entity for each table of each flow.

    An entity that somebody wrote stays as it is, and says only what it left open: one of the same
    name, or one that names the table.
    """
    entities = {flow: dict(tables) for flow, tables in files.entities.items()}
    for flow, tables in found.items():
        own = entities.setdefault(flow, {})
        for each in tables:
            name = _written(own, each) or each.entity
            made = _table(each, files.flows[flow].origin.child("entities").child(name))
            own[name] = merged((made, own.get(name)), merge_flows) or made
    return evolve(files, entities=entities)


def _written(own: Mapping[str, Table], found: Found) -> str | None:
    """The entity that somebody wrote for this table."""
    if found.entity in own:
        return found.entity
    for name, table in own.items():
        home = table.table("home")
        if home is not None and home.scalar("table") == found.table:
            return name
    return None


def _table(found: Found, origin: Origin) -> Table:
    entries: dict[str, Node] = {"home": _one("table", found.table, origin.child("home"))}
    if found.keys:
        entries["store"] = _one(KEYS, list(found.keys), origin.child("store"))
    return Table(entries, origin)


def _one(key: str, value: object, origin: Origin) -> Table:
    return Table({key: Leaf(value, origin.child(key), raw=value)}, origin)
