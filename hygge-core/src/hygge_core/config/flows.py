"""From the merged tables of a flow to the drafts of its entities."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from hygge_core.config.draft import Draft, check_journal, check_own, draft, part_table
from hygge_core.config.journals import FlowJournal, Side, journal_of
from hygge_core.config.layers import Layer, Stack
from hygge_core.config.merge import merge_journals
from hygge_core.config.nodes import Table
from hygge_core.config.part import Part
from hygge_core.config.reading import Reading
from hygge_core.config.settle import Names


@frozen(kw_only=True)
class Flow:
    """A flow's drafts: its own, with ``{entity}`` left open, and one for each of its entities."""

    own: Draft
    entities: tuple[Draft, ...]
    journal: FlowJournal | None


def resolve(reading: Reading, stack: Stack, name: str) -> Flow:
    """The flow with all that it inherits.

    A flow without entities is one entity named like the flow, unless it discovers its entities.
    """
    entities = tuple(stack.layers[0].entities[name])
    own = _own(reading, stack, name)
    if entities:
        drafts = tuple(
            _of_entity(reading, stack, own, Names(flow=name, entity=entity, many=True), entity)
            for entity in entities
        )
    elif own.settings.discover is not None:
        drafts = ()
    else:
        drafts = (draft(reading, own.node, Names(flow=name, entity=name), own.origin),)
    return Flow(own=own, entities=drafts, journal=_journal(reading, stack, own, entities))


def survey(reading: Reading, stack: Stack, name: str) -> None:
    """Complain about a flow and its entities as if still other layers were to come."""
    own = _own(reading, stack, name)
    for entity in stack.layers[0].entities[name]:
        names = Names(flow=name, entity=entity, many=True)
        _of_entity(reading, stack, own, names, entity, partial=True)


def survey_layer(reading: Reading, layer: Layer) -> None:
    """Complain about what no merging shows: ``[defaults]`` alone, and keys of the flow's."""
    if layer.defaults is not None:
        names = Names(flow="")
        whole = draft(reading, layer.defaults, names, layer.defaults.origin, partial=True)
        _check_journal(reading, whole.node)
    for entities in layer.entities.values():
        for own in entities.values():
            check_own(reading, own)


def _own(reading: Reading, stack: Stack, name: str) -> Draft:
    node = stack.flow(name)
    assert node is not None  # the lowest layer has every flow
    many = bool(stack.layers[0].entities[name]) or "discover" in node.entries
    origin = stack.layers[0].flows[name].origin
    _check_journal(reading, node)
    return draft(reading, node, Names(flow=name, many=many), origin, partial=True)


def _of_entity(
    reading: Reading, stack: Stack, own: Draft, names: Names, entity: str, *, partial: bool = False
) -> Draft:
    node = stack.entity(own.flow, entity)
    assert node is not None  # the lowest layer has every entity
    return draft(reading, node, names, own.origin, partial=partial)


def _check_journal(reading: Reading, node: Table) -> None:
    table = part_table(reading, node, "journal")
    if table is not None:
        check_journal(reading, table)


def _journal(
    reading: Reading, stack: Stack, own: Draft, entities: tuple[str, ...]
) -> FlowJournal | None:
    project, flows = stack.section("journal"), own.node.table("journal")
    if project is None and flows is None:
        return None
    if project is None or flows is None:
        node = project or flows
    else:
        node = merge_journals(project, flows)
    assert node is not None  # one of the two is there
    quiet = reading.quiet()  # what is wrong with the entities is said elsewhere
    names = Names(flow=own.flow, many=True)

    def parts(side: Side) -> Iterator[tuple[str, Part]]:
        for entity in entities:
            table = (stack.entity(own.flow, entity) or own.node).table(side)
            if table is not None:
                yield f"{own.flow}.{entity}", quiet.part(side, table, names)

    return journal_of(reading, node, own, parts)
