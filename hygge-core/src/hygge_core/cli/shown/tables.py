"""``hygge tables`` on the screen, and as TOML to paste."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hygge_core.cli import streams
from hygge_core.config import entity_name
from hygge_core.config.tree.nodes import dotted

if TYPE_CHECKING:
    from hygge_core.cli.invocation import Invocation

_FLOW = "NAME"


def give_tables(
    said: Invocation,
    tables: Iterable[tuple[str, tuple[str, ...]]],
    *,
    flow: str,
    toml: bool,
) -> None:
    """One line for each table, or its entity in TOML, or with ``--json`` one object each."""
    found = list(tables)
    flows = {each.flow for each in said.project.entities} | {
        each.flow for each in said.project.discoveries
    }
    where = flow if flow in flows else _FLOW
    for name, keys in found:
        if said.json:
            streams.give_line({"table": name, "keys": list(keys)})
        elif toml:
            streams.give(_entity(where, name, keys))
        else:
            streams.give(f"{name} ({', '.join(keys)})" if keys else name)
    if not found:
        streams.say("no table like that, or none that this login may see", "warn")


def _entity(flow: str, table: str, keys: Sequence[str]) -> str:
    header = dotted(("flows", flow, "entities", entity_name(table, whole=False)))
    lines = [f"[{header}]", f"home = {{ table = {_text(table)} }}"]
    if keys:
        lines.append(f"store = {{ key_columns = [{', '.join(map(_text, keys))}] }}")
    return "\n".join((*lines, ""))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
