"""Homes that know by themselves what changed: how they are asked, and what must not be hidden."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core.engine.given import given
from hygge_core.errors import ConfigError, HomeError
from hygge_core.markers import ROW_MARKER
from hygge_core.protocols import Follows
from hygge_core.records import Mark

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.protocols import Home
    from hygge_core.records import Ask, Opened
    from hygge_core.watermark import Follower


def followed(home: Home, ask: Ask, follower: Follower, opened: Opened) -> Ask:
    """``ask``, with the changes up to where the home says that they go.

    Raises what ``Follows.reach`` raises; ``HomeError`` for a home that cannot tell.
    """
    if not isinstance(home, Follows):
        raise HomeError(
            f"{type(home).__name__} cannot tell what changed, though its kind says so",
            hint="this is a defect of the home's plugin: it does not implement Follows",
        )
    reached = home.reach(evolve(ask, changes=follower.changes()))
    reached = given(reached, Mark, opened, "reach")
    return evolve(ask, changes=follower.changes(reached))


def demand_marker(polished: pl.Schema) -> None:
    """Raise ``ConfigError`` where rows that are gone would look like rows that are there."""
    if ROW_MARKER not in polished:
        raise ConfigError(
            f"the home tells by {ROW_MARKER} which rows are gone, and the polish leaves it out"
        )
