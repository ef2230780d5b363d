"""The first rows of an entity, polished and marked as its store would get them; nothing is written.

The store is not opened, so columns that it has and the rows have not are not shown.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import polars as pl
from attrs import frozen

from hygge_core.engine.failing import ENDS
from hygge_core.engine.rows.marking import Marking, with_marker
from hygge_core.engine.rows.names import refuse_patterns
from hygge_core.engine.rows.shaping import as_frame
from hygge_core.failures import failure_of
from hygge_core.polish.polish import Polish
from hygge_core.records import Ask

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.records import Mode
    from hygge_core.task import Failure


@frozen(kw_only=True)
class Previewed:
    """The first rows of the entity ``name``, or why there are none: as raised, and as told."""

    name: str
    rows: pl.DataFrame | None = None
    error: BaseException | None = None
    failure: Failure | None = None


def previews(entities: Iterable[Entity], world: World, rows: int) -> Iterator[Previewed]:
    """The first rows of each entity in turn; what stands in the way of one stops no other."""
    for entity in entities:
        try:
            found = preview(entity, world, rows)
        except ENDS as exc:
            failure = failure_of(exc, world.plugins)
            yield Previewed(name=entity.name, error=exc, failure=failure)
        else:
            yield Previewed(name=entity.name, rows=found)


def preview(entity: Entity, world: World, rows: int) -> pl.DataFrame:
    """What becomes of the first ``rows`` rows, whatever the watermark; fewer where some of them are
    deleted. Raises what the home raises, and ``ConfigError`` as the run would."""
    polish = Polish.of(entity.polish, entity=entity.entity)
    ask = Ask(entity=entity.entity, limit=rows, batch_rows=rows, drift=entity.drift)
    with world.home_of(entity) as home:
        schema = home.schema(ask)
        refuse_patterns(schema)
        with closing(_read(home.read(ask))) as batches:
            first = _first(batches, schema, rows)
    marking = _marking(entity, world)
    marking.rows(polish.schema(schema))
    return with_marker(*marking.split(polish.apply(first)))


def _marking(entity: Entity, world: World) -> Marking:
    run_type = world.run_type(entity.store, entity.run_type)
    mode: Mode = "append" if run_type == "incremental" else "full_drop"
    return Marking(entity.deletes, mode, applied=world.applies_markers(entity.store))


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
