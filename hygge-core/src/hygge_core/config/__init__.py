"""The configuration: TOML files in, a :class:`Project` of resolved entities out."""

from hygge_core.config.discovered import Found, entity_name
from hygge_core.config.load import load
from hygge_core.config.project import Discovery, Entity, Project
from hygge_core.config.references import filled
from hygge_core.config.settings import RunSettings
from hygge_core.config.structure import structure

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
