"""The configuration: TOML files in, a :class:`Project` of resolved entities out."""

from hygge_core.config.layers.discovered import Found, entity_name
from hygge_core.config.load import load
from hygge_core.config.project import Discovery, Entity, Project
from hygge_core.config.settings import RunSettings
from hygge_core.config.structuring.structure import structure
from hygge_core.config.tree.references import filled

__all__ = [
    "Discovery",
    "Entity",
    "Found",
    "Project",
    "RunSettings",
    "entity_name",
    "filled",
    "load",
    "structure",
]
