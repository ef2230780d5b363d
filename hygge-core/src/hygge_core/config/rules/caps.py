"""How much of a named connection there is, and how much of it an entity needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hygge_core.config.drafts.draft import Draft
from hygge_core.config.drafts.part import Part
from hygge_core.config.saying.mistakes import Mistakes
from hygge_core.config.tree.nodes import locate


def slots(draft: Draft) -> dict[str, int]:
    """How many slots of each named connection ``draft`` occupies while it is moved."""
    needs: dict[str, int] = {}
    for part in (draft.home, draft.store):
        if part is not None and part.connections:
            count = part.ask("connections", 0)
            for name in part.connections:
                needs[name] = needs.get(name, 0) + count
    return needs


def caps(
    drafts: Iterable[Draft], connections: Mapping[str, Part], mistakes: Mistakes
) -> dict[str, int]:
    """``max_connections`` of each connection that has it; at least what one entity needs."""
    found = {
        name: cap
        for name, part in connections.items()
        if isinstance(cap := getattr(part.config, "max_connections", None), int)
    }
    for draft in drafts:
        for name, need in slots(draft).items():
            if need > found.get(name, need):
                problem = f"expected at least {need} for {draft.name} alone, found {found[name]}"
                spot = locate(connections[name].node, ("max_connections",))
                mistakes.once(spot.mistake(problem))
    return found
