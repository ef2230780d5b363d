"""Layers on top of each other: the files, the chosen ``[env.NAME]``, ``--set``.

Within each, ``[defaults]`` are lowest, then the flow, then the entity; all that a layer says lies
over all that the layers below it say.
"""

from __future__ import annotations

from attrs import frozen

from hygge_core.config.layers.layer import Layer
from hygge_core.config.layers.merge import merge_flows, merge_journals, merge_options, merged
from hygge_core.config.tree.nodes import Table


@frozen
class Stack:
    """Layers, the lowest first, as one. The lowest has every flow and every entity."""

    layers: tuple[Layer, ...]

    def section(self, key: str) -> Table | None:
        """A section of the project, merged."""
        merge = merge_journals if key == "journal" else merge_options
        return merged((layer.sections.get(key) for layer in self.layers), merge)

    def connection(self, name: str) -> Table | None:
        """A connection, merged."""
        return merged((layer.connections.get(name) for layer in self.layers), merge_options)

    @property
    def connections(self) -> tuple[str, ...]:
        """The names of all connections."""
        return tuple(dict.fromkeys(name for layer in self.layers for name in layer.connections))

    def flow(self, flow: str) -> Table | None:
        """A flow with its defaults, merged, without its entities."""
        pieces = (piece for layer in self.layers for piece in layer.of_flow(flow))
        return merged(pieces, merge_flows)

    def entity(self, flow: str, entity: str) -> Table | None:
        """An entity with all that it inherits, merged."""
        pieces = (piece for layer in self.layers for piece in layer.of_entity(flow, entity))
        return merged(pieces, merge_flows)
