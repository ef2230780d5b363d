"""Looks for mistakes that merging hides: what is overridden, or not chosen, may be wrong too."""

from __future__ import annotations

from attrs import evolve

from hygge_core.config.drafts.draft import check_journal, draft
from hygge_core.config.drafts.flows import survey_flow
from hygge_core.config.drafts.reading import Reading
from hygge_core.config.drafts.settle import Names
from hygge_core.config.layers.layer import Layer
from hygge_core.config.layers.overlays import Overlays
from hygge_core.config.layers.stack import Stack
from hygge_core.config.settings import FLOW_ONLY, ProjectSettings, RetrySettings, RunSettings
from hygge_core.config.tree.nodes import Origin, Table

SECTIONS = {"project": ProjectSettings, "run": RunSettings, "retry": RetrySettings}


def survey(reading: Reading, whole: Overlays) -> None:
    """Complain about everything in ``whole`` that resolving the chosen stack does not look at."""
    for layer in whole.every():
        _survey_layer(reading, layer)
    for stack, covering in whole.partial():
        known = dict.fromkeys((*reading.connections, *stack.connections))
        _survey_stack(evolve(reading, connections=tuple(known)), stack, covering)
    _survey_sections(reading, whole.chosen)


def _survey_layer(reading: Reading, layer: Layer) -> None:
    """``[defaults]`` alone, and what an entity may not say because it is the flow's to say."""
    if layer.defaults is not None:
        check_journal(reading, layer.defaults)
        draft(reading, layer.defaults, Names(flow=""), layer.defaults.origin, partial=True)
    for entities in layer.entities.values():
        for own in entities.values():
            for key in FLOW_ONLY:
                if key in own.entries:
                    problem = f"{key!r} belongs to the flow, whose entities share it"
                    reading.mistakes.add(own.entries[key].origin.mistake(problem))


def _survey_stack(reading: Reading, stack: Stack, covering: tuple[Layer, ...]) -> None:
    """The sections and connections of ``stack``, and the flows that ``covering`` touch."""
    _survey_sections(reading, stack)
    for name in stack.connections:
        node = stack.connection(name)
        if node is not None:
            reading.part("connection", node, partial=True)
    for flow in stack.layers[0].flows:
        if any(layer.touches(flow) for layer in covering):
            survey_flow(reading, stack, flow)


def _survey_sections(reading: Reading, stack: Stack) -> None:
    for key, cls in SECTIONS.items():
        node = stack.section(key)
        if node is not None:
            reading.table(cls, node, partial=True)
    journal = stack.section("journal")
    if journal is not None:
        whole = Table({"journal": journal}, Origin("", (), journal.origin.folder))
        check_journal(reading, whole)
