"""From the merged tables of a flow to the drafts of its entities."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from hygge_core.config.drafts.desk import Desk
from hygge_core.config.drafts.draft import Draft, Side, check_journal, draft
from hygge_core.config.drafts.filling import Names
from hygge_core.config.drafts.journals import FlowJournal, journal_of
from hygge_core.config.drafts.part import Part
from hygge_core.config.layers.merge import merge_journals, merged
from hygge_core.config.layers.stack import Stack


@frozen(kw_only=True)
class Flow:
    """A flow's drafts: its own, with ``{entity}`` left open, and one for each of its entities."""

    own: Draft
    entities: tuple[Draft, ...]
    journal: FlowJournal | None


def resolve(desk: Desk, stack: Stack, name: str) -> Flow:
    """The flow with all that it inherits.

    A flow without entities is one entity named like the flow, unless it discovers its entities.
    """
    entities = tuple(stack.layers[0].entities[name])
    own = _own(desk, stack, name)
    if entities:
        drafts = tuple(
            _of_entity(desk, stack, own, Names(flow=name, entity=entity, many=True), entity)
            for entity in entities
        )
    elif own.settings.discover is not None:
        drafts = ()
    else:
        drafts = (draft(desk, own.node, Names(flow=name, entity=name), own.origin),)
    return Flow(own=own, entities=drafts, journal=_journal(desk, stack, own, entities))


def survey_flow(desk: Desk, stack: Stack, name: str) -> None:
    """Complain about a flow and its entities as if still other layers were to come."""
    own = _own(desk, stack, name)
    for entity in stack.layers[0].entities[name]:
        names = Names(flow=name, entity=entity, many=True)
        _of_entity(desk, stack, own, names, entity, partial=True)


def _own(desk: Desk, stack: Stack, name: str) -> Draft:
    node = stack.flow(name)
    assert node is not None  # the lowest layer has every flow
    many = bool(stack.layers[0].entities[name]) or "discover" in node.entries
    origin = stack.layers[0].flows[name].origin
    check_journal(desk, node)
    return draft(desk, node, Names(flow=name, many=many), origin, partial=True)


def _of_entity(
    desk: Desk, stack: Stack, own: Draft, names: Names, entity: str, *, partial: bool = False
) -> Draft:
    node = stack.entity(own.flow, entity)
    assert node is not None  # the lowest layer has every entity
    return draft(desk, node, names, own.origin, partial=partial)


def _journal(desk: Desk, stack: Stack, own: Draft, entities: tuple[str, ...]) -> FlowJournal | None:
    node = merged((stack.section("journal"), own.node.table("journal")), merge_journals)
    if node is None:
        return None
    quiet = desk.quiet()  # what is wrong with the entities is said elsewhere
    names = Names(flow=own.flow, many=True)

    def parts(side: Side) -> Iterator[tuple[str, Part]]:
        for entity in entities:
            table = (stack.entity(own.flow, entity) or own.node).table(side)
            if table is not None:
                yield f"{own.flow}.{entity}", quiet.part(side, table, names)

    return journal_of(desk, node, own, parts)
