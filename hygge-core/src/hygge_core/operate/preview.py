"""The first rows of an entity as its store would get them; nothing is written."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import polars as pl

from hygge_core.engine.rows.names import refuse_patterns
from hygge_core.engine.rows.shaping import as_frame
from hygge_core.polish import Polish
from hygge_core.records import Ask

if TYPE_CHECKING:
    from collections.abc import Generator

    from hygge_core.config import Entity
    from hygge_core.engine.world import World


def preview(entity: Entity, world: World, rows: int) -> pl.DataFrame:
    """At most ``rows`` rows after polish, whatever the watermark. Raises what the home raises."""
    polish = Polish.of(entity.polish, entity=entity.entity)
    ask = Ask(entity=entity.entity, limit=rows, batch_rows=rows, drift=entity.drift)
    with world.home_of(entity) as home:
        schema = home.schema(ask)
        refuse_patterns(schema)
        with closing(_read(home.read(ask))) as batches:
            first = _first(batches, schema, rows)
    return polish.apply(first)


def _read(batches: object) -> Generator[pl.DataFrame, None, None]:
    for batch in batches:  # type: ignore[attr-defined]
        yield as_frame(batch)


def _first(
    batches: Generator[pl.DataFrame, None, None], schema: pl.Schema, rows: int
) -> pl.DataFrame:
    taken = [pl.DataFrame(schema=schema)]
    left = rows
    for batch in batches:
        taken.append(batch.head(left).select(schema.names()))
        left -= taken[-1].height
        if left <= 0:
            break
    return pl.concat(taken)
