"""Looks for mistakes that merging hides: what is overridden, or not chosen, may be wrong too."""

from __future__ import annotations

from attrs import evolve

from hygge_core.config.drafts.desk import Desk
from hygge_core.config.drafts.draft import check_journal, draft
from hygge_core.config.drafts.filling import Names
from hygge_core.config.drafts.flows import survey_flow
from hygge_core.config.layers.layer import Layer
from hygge_core.config.layers.overlays import Overlays
from hygge_core.config.layers.stack import Stack
from hygge_core.config.settings import FLOW_ONLY, ProjectSettings, RetrySettings, RunSettings
from hygge_core.config.tree.nodes import Origin, Table

SECTIONS = {"project": ProjectSettings, "run": RunSettings, "retry": RetrySettings}


def survey(desk: Desk, whole: Overlays) -> None:
    """Complain about everything in ``whole`` that resolving the chosen stack does not look at."""
    for layer in whole.every():
        _survey_layer(desk, layer)
    for stack, covering in whole.partial():
        known = dict.fromkeys((*desk.connections, *stack.connections))
        _survey_stack(evolve(desk, connections=tuple(known)), stack, covering)
    _survey_sections(desk, whole.chosen)


def _survey_layer(desk: Desk, layer: Layer) -> None:
    """``[defaults]`` alone, and what an entity may not say because it is the flow's to say."""
    if layer.defaults is not None:
        check_journal(desk, layer.defaults)
        draft(desk, layer.defaults, Names(flow=""), layer.defaults.origin, partial=True)
    for entities in layer.entities.values():
        for own in entities.values():
            for key in FLOW_ONLY:
                if key in own.entries:
                    problem = f"{key!r} belongs to the flow, whose entities share it"
                    desk.mistakes.add(own.entries[key].origin.mistake(problem))


def _survey_stack(desk: Desk, stack: Stack, covering: tuple[Layer, ...]) -> None:
    """The sections and connections of ``stack``, and the flows that ``covering`` touch."""
    _survey_sections(desk, stack)
    for name in stack.connections:
        node = stack.connection(name)
        if node is not None:
            desk.part("connection", node, partial=True)
    for flow in stack.layers[0].flows:
        if any(layer.touches(flow) for layer in covering):
            survey_flow(desk, stack, flow)


def _survey_sections(desk: Desk, stack: Stack) -> None:
    for key, cls in SECTIONS.items():
        node = stack.section(key)
        if node is not None:
            desk.table(cls, node, partial=True)
    journal = stack.section("journal")
    if journal is not None:
        whole = Table({"journal": journal}, Origin("", (), journal.origin.folder))
        check_journal(desk, whole)
