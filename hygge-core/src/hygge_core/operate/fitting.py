"""Whether a source has the columns that its entity names: what a run would say before any row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from hygge_core.polish.polish import Polish
from hygge_core.watermark import Tracker

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.records import Watermark


def demand_columns(
    entity: Entity, world: World, columns: pl.Schema, stored: Watermark | None = None
) -> None:
    """Raise what a run would, where the watermark, the polish or the keys do not fit ``columns``.

    A salt is asked for, too: it is what the first row would need. ``stored`` is the watermark that
    a run goes on from.
    """
    setting = entity.watermark
    if setting is not None and not setting.kind:
        Tracker(setting, stored).check(columns)
    polish = Polish.of(entity.polish, entity=entity.entity)
    needed = polish.needed(tuple(columns))
    raw = {name: dtype for name, dtype in columns.items() if needed is None or name in needed}
    polish.apply(pl.DataFrame(schema=raw))
    polish.final(world.keys(entity.store))
