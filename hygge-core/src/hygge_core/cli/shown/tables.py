"""``hygge tables`` on the screen, and as TOML to paste."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hygge_core.cli import streams
from hygge_core.config import entity_name
from hygge_core.config.layers.discovered import KEYS
from hygge_core.config.structuring.settings_of import settings_of
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
    keyed = _keyed(said).get(flow)
    where = _FLOW if keyed is None else flow
    for name, keys in found:
        if said.json:
            streams.give_line({"table": name, "keys": list(keys)})
        elif toml:
            streams.give(_entity(where, name, () if keyed is False else keys, sure=bool(keyed)))
        else:
            streams.give(f"{name} ({', '.join(keys)})" if keys else name)
    if not found:
        streams.say("no table like that, or none that this login may see", "warn")


def _keyed(said: Invocation) -> dict[str, bool]:
    """Every flow, with whether its store takes ``key_columns`` (that it has not yet)."""
    kinds = {each.flow: each.store.type for each in said.project.entities}
    takes = {
        flow: KEYS in settings_of(said.plugins.kind("store", word).kind.config)
        for flow, word in kinds.items()
    }
    return takes | {each.flow: each.keyed for each in said.project.discoveries}


def _entity(flow: str, table: str, keys: Sequence[str], *, sure: bool) -> str:
    """``sure`` that the store takes keys: only where it does can they be pasted as they are."""
    header = dotted(("flows", flow, "entities", entity_name(table, whole=False)))
    lines = [f"[{header}]", f"home = {{ table = {_text(table)} }}"]
    if keys:
        line = f"store = {{ {KEYS} = [{', '.join(map(_text, keys))}] }}"
        lines.append(line if sure else f"# {line}  # where the store takes them")
    return "\n".join((*lines, ""))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
