"""Which journal a flow has: its own, the project's, or the one beside its store or home."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from attrs import frozen

from hygge_core.config.drafts.desk import Desk
from hygge_core.config.drafts.draft import JOURNAL_KEYS, Draft, Side
from hygge_core.config.drafts.filling import ENTITY, Names
from hygge_core.config.drafts.part import Part
from hygge_core.config.settings import JournalSettings
from hygge_core.config.tree.nodes import Leaf, Node, Table

Parts: TypeAlias = Callable[[Side], Iterable[tuple[str, Part]]]


@frozen(kw_only=True)
class FlowJournal:
    """A flow's journal; ``part`` is ``None`` where a variable that it needs is not set."""

    node: Table
    part: Part | None
    settings: JournalSettings


def journal_of(desk: Desk, node: Table, flow: Draft, entities: Parts) -> FlowJournal:
    """The journal that ``node`` means for ``flow``, which has ``{entity}`` left open.

    ``entities`` gives the homes or stores of the flow's entities with it left open too.
    """
    settings = desk.settings(JournalSettings, node.only(*JOURNAL_KEYS))
    location = settings.location or ("custom" if "type" in node.entries else "store")
    names = Names(flow=flow.flow)
    if location == "custom":
        part = desk.part("journal", node, names, core=JOURNAL_KEYS)
    else:
        beside = _beside(desk, node, location, flow, entities)
        if beside is None:
            return FlowJournal(node=node, part=None, settings=settings)
        part = _joined(desk, node, beside, location, names)
    if _mentions_entity(part.values):
        problem = f"expected one journal for the whole flow, found {ENTITY} in its table"
        desk.mistakes.once(node.origin.mistake(problem))
    return FlowJournal(node=node, part=part, settings=settings)


def _beside(
    desk: Desk, node: Table, side: Side, flow: Draft, entities: Parts
) -> dict[str, Node] | None:
    """What the journal beside the flow's ``side`` is told; ``None`` after a mistake.

    Where the flow alone does not say enough, its entities must agree.
    """
    own: Part | None = getattr(flow, side)
    parts = [(flow.flow, own)] if own is not None and own.config is not None else entities(side)
    answers = [(name, part, _answer(part)) for name, part in parts if part.config is not None]
    if not answers:
        return None
    (first, part, answer), *others = answers
    for other, _, different in others:
        if different != answer:
            problem = (
                f"expected one {side} for the flow's journal to be beside, found others in {first} "
                f'and {other}; say location = "custom" with a type and a path'
            )
            desk.mistakes.once(node.origin.mistake(problem, "location"))
            return None
    if not answer:
        problem = (
            f"expected a {side} that a journal can be beside, and {first} has none; "
            'say location = "custom" with a type and a path'
        )
        desk.mistakes.once(node.origin.mistake(problem, "location"))
    known = part.secrets
    told: dict[str, Node] = {
        key: Leaf(value, node.origin.child(key), secrets=known) for key, value in answer.items()
    }
    return told or None


def _answer(part: Part) -> Mapping[str, Any]:
    """The table beside ``part``; empty where there is none."""
    beside: Mapping[str, Any] | None = part.ask("journal_beside", None)
    return beside or {}


def _joined(desk: Desk, node: Table, beside: Mapping[str, Node], side: Side, names: Names) -> Part:
    """The table beside, with what the user says about it."""
    entries = dict(beside)
    for key, inner in node.entries.items():
        if key in entries or key == "type":
            problem = f"chosen by location = {side!r}; leave it out, or say location = 'custom'"
            desk.mistakes.once(inner.origin.mistake(problem))
        else:
            entries[key] = inner
    return desk.part("journal", Table(entries, node.origin), names, core=JOURNAL_KEYS)


def _mentions_entity(values: Any) -> bool:
    if isinstance(values, Mapping):
        return any(map(_mentions_entity, values.values()))
    if isinstance(values, list):
        return any(map(_mentions_entity, values))
    return isinstance(values, str) and ENTITY in values
