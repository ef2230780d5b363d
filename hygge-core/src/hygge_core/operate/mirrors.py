"""``hygge mirror``: what the readers of a store's files make of them, beside the source."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hygge_core.engine.failing import ENDS
from hygge_core.engine.rows.marking import Marking
from hygge_core.engine.rows.shaping import as_frame
from hygge_core.errors import ConfigError
from hygge_core.failures import failure_of
from hygge_core.markers import ROW_MARKER
from hygge_core.mirrors import Breach, Comparison, Reported, Swept
from hygge_core.polish.polish import Polish
from hygge_core.protocols import FeedsMirror
from hygge_core.records import Ask
from hygge_core.secrets import scrub

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.protocols import Mirror


@frozen
class Fed:
    """A mirror, and which entities feed which of its tables."""

    mirror: Mirror
    tables: dict[str, Entity]


@frozen(kw_only=True)
class Checked:
    """What was found at one mirror, or comparing one ``entity`` with it. Empty: all is well."""

    mirror: str
    entity: str = ""
    breaches: tuple[Breach, ...] = ()

    @property
    def ok(self) -> bool:
        return all(breach.advice for breach in self.breaches)


@contextmanager
def fed(
    entities: Iterable[Entity], world: World, *, copy: Path | None = None, named: bool = False
) -> Iterator[Sequence[Fed]]:
    """The mirrors that these entities feed, each once.

    Raises ``ConfigError`` where there is none, or where one was ``named`` and feeds none.
    """
    found: dict[str, Fed] = {}
    with ExitStack() as open_ones:
        for entity in entities:
            store = open_ones.enter_context(world.store_of(entity))
            if isinstance(store, FeedsMirror):
                mirror = open_ones.enter_context(store.mirror(copy))
                one = found.setdefault(mirror.address, Fed(mirror, {}))
                one.tables[store.shown_as] = entity
            elif named:
                raise _no_mirror(f"{entity.name} feeds no mirror: its store is {entity.store.type}")
        if not found:
            raise _no_mirror("no store of this project feeds a mirror")
        yield list(found.values())


def _no_mirror(message: str) -> ConfigError:
    return ConfigError(message, hint="such a store is `open_mirroring` of hygge-openmirroring")


def check(fed_ones: Iterable[Fed], world: World, how: Comparison | None) -> Iterator[Checked]:
    """Each mirror by its own rules, then each entity beside its source; ``None``: not that."""
    for one in fed_ones:
        breaches = map(_scrubbed, one.mirror.audit(list(one.tables)))
        yield Checked(mirror=one.mirror.address, breaches=tuple(breaches))
        for table, entity in one.tables.items() if how else ():
            differences = _compared(one.mirror, table, entity, world, how or "count")
            yield Checked(mirror=one.mirror.address, entity=entity.name, breaches=differences)


def _compared(
    mirror: Mirror, table: str, entity: Entity, world: World, how: Comparison
) -> tuple[Breach, ...]:
    """The differences, or why nobody knows them: one source that fails keeps no other from it."""
    try:
        return _differences(mirror, table, entity, world, how)
    except ENDS as exc:
        failure = failure_of(exc, world.plugins)
        what = "; ".join((failure.text, *failure.notes))
        return (Breach(rule="not-compared", where=table, what=what, fix=failure.hint or ""),)


def _differences(
    mirror: Mirror, table: str, entity: Entity, world: World, how: Comparison
) -> tuple[Breach, ...]:
    if entity.deletes is not None and entity.deletes.apply == "soft":
        what = "deleted rows stay there on purpose, so it is not compared with its source"
        return (Breach(rule="not-comparable", where=table, what=what, advice=True),)
    with closing(_source(entity, world)) as rows:
        return tuple(map(_scrubbed, mirror.compare(table, rows, how=how)))


def reports(fed_ones: Iterable[Fed]) -> Iterator[tuple[str, Reported]]:
    """(mirror, what the other side says)."""
    for one in fed_ones:
        for reported in one.mirror.reports(list(one.tables)):
            told = evolve(reported, what=scrub(reported.what), fix=scrub(reported.fix))
            yield one.mirror.address, told


def sweep(
    fed_ones: Iterable[Fed], keep: timedelta, *, dry_run: bool
) -> Iterator[tuple[str, Swept]]:
    """(mirror, a file that was removed, or would be)."""
    for one in fed_ones:
        for swept in one.mirror.sweep(list(one.tables), keep, dry_run=dry_run):
            yield one.mirror.address, swept


def _source(entity: Entity, world: World) -> Generator[pl.DataFrame, None, None]:
    """The whole source as a full load would bring it: polished, without the rows that are deleted.

    Rows with a marker of their own keep it: they are changes, and whoever compares says so.
    """
    polish = Polish.of(entity.polish, entity=entity.entity)
    marking = Marking(entity.deletes, "full_drop", applied=True)
    ask = Ask(entity=entity.entity, drift=entity.drift)
    with world.home_of(entity) as home:
        schema = home.schema(ask)
        empty = polish.apply(schema.to_frame())
        marking.rows(empty.schema)
        yield _lasting(empty, marking)
        for batch in home.read(ask):
            yield _lasting(polish.apply(as_frame(batch).select(schema.names())), marking)


def _lasting(polished: pl.DataFrame, marking: Marking) -> pl.DataFrame:
    return polished if ROW_MARKER in polished.columns else marking.split(polished)[0]


def _scrubbed(breach: Breach) -> Breach:
    return evolve(breach, what=scrub(breach.what), fix=scrub(breach.fix))
