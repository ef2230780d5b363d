"""The configuration: TOML files in, a :class:`Project` of resolved entities out."""

from hygge_core.config.structure import structure

__all__ = ["structure"]
