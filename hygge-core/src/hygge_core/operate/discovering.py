"""Which tables a source has, and which of them a flow with ``discover`` moves."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hygge_core.config import Found, entity_name
from hygge_core.errors import ConfigError, HomeError
from hygge_core.nearest import did_you_mean
from hygge_core.protocols import Discovers
from hygge_core.records import Opened

if TYPE_CHECKING:
    from hygge_core.config import Discovery, Project
    from hygge_core.engine.world import World

_GLOB = frozenset("*?[")


@frozen(kw_only=True)
class Discovered:
    """The tables to move, by flow, and what the user should know in sentences."""

    tables: Mapping[str, Sequence[Found]]
    notes: tuple[str, ...] = ()


def asked_for(discoveries: Iterable[Discovery], select: Sequence[str]) -> list[Discovery]:
    """The flows whose tables a selection may be about: nobody connects to the others."""
    words = [word.strip() for text in select for word in text.split(",")]
    return [each for each in discoveries if not words or any(_about(w, each) for w in words)]


def _about(word: str, discovery: Discovery) -> bool:
    if word == "status:failed":
        return True
    if word.startswith("tag:"):
        return bool(discovery.tags) or not _GLOB.isdisjoint(word)
    flow, _, _ = word.partition(".")
    return flow == discovery.flow or not _GLOB.isdisjoint(word)


def discover(discoveries: Iterable[Discovery], world: World) -> Discovered:
    """Look into the home of each flow.

    Raises ``HomeError`` for fewer tables than the flow expects, and ``ConfigError`` for two that
    would be one entity, or for a new one that may not be.
    """
    found: dict[str, Sequence[Found]] = {}
    notes: list[str] = []
    for each in discoveries:
        tables = _wanted(each, listed(each.home, world, flow=each.flow))
        found[each.flow], told = _known(each, world, tables)
        notes += told
    return Discovered(tables=found, notes=tuple(notes))


def listed(opened: Opened, world: World, *, flow: str = "") -> list[tuple[str, tuple[str, ...]]]:
    """The tables of a home, or of its connection, with their keys. Raises ``HomeError``."""
    scene = world.scene(opened)
    for name in opened.connections:
        connection = scene.connection(name)
        if isinstance(connection, Discovers):
            return [*connection.tables()]
    with world.home(opened, flow=flow, entity=flow) as home:
        return [*tables_of(home, f"a home of type {opened.type!r}")]


def of_name(
    project: Project, world: World, name: str, glob: str = "*"
) -> Iterable[tuple[str, tuple[str, ...]]]:
    """The tables of a connection, or of the home of a flow, that are like ``glob``.

    Raises ``ConfigError`` for a name that is neither, ``HomeError`` where it cannot list them.
    """
    homes = {each.flow: each.home for each in project.entities}
    homes |= {each.flow: each.home for each in project.discoveries}
    if name in project.connections:
        connection = world.scene(_using(name, project.connections[name])).connection(name)
        found = [*tables_of(connection, f"the connection {name}")]
    elif name in homes:
        found = listed(homes[name], world, flow=name)
    else:
        there = ", ".join((*project.connections, *homes)) or "neither yet"
        raise ConfigError(
            f"there is no connection and no flow {name!r}{did_you_mean(name, homes)}",
            hint=f"there is {there}",
        )
    wanted = matching([table for table, _ in found], (glob,))
    return [each for each in found if each[0] in wanted]


def _using(name: str, connection: Opened) -> Opened:
    """A record that knows nothing but its connection."""
    return Opened(
        type=connection.type,
        table={},
        connections={name: {"type": connection.type, **connection.table}},
    )


def tables_of(opened: Any, what: str) -> Iterable[tuple[str, tuple[str, ...]]]:
    """What it lists. Raises ``HomeError`` where it cannot."""
    if not isinstance(opened, Discovers):
        raise HomeError(f"{what} cannot list its tables", hint="name the entities instead")
    return opened.tables()


def matching(names: Iterable[str], globs: Collection[str]) -> set[str]:
    """The names that any of the globs means."""
    return {name for name in names if any(fnmatchcase(name, glob) for glob in globs)}


def _wanted(discovery: Discovery, tables: Sequence[tuple[str, tuple[str, ...]]]) -> list[Found]:
    settings = discovery.settings
    names = [name for name, _ in tables]
    wanted = matching(names, settings.include) - matching(names, settings.exclude)
    if len(wanted) < settings.min_tables:
        raise HomeError(
            f"{discovery.flow}: {len(wanted)} tables were found where min_tables expects"
            f" {settings.min_tables} at least",
            hint="may this login still see them? look at include and exclude, or lower min_tables",
        )
    keyed = discovery.keyed and settings.keys == "primary_key"
    found = [
        Found(
            entity=entity_name(name, whole=settings.names == "whole"),
            table=name,
            keys=keys if keyed else (),
        )
        for name, keys in tables
        if name in wanted
    ]
    _refuse_twins(discovery, found)
    return found


def _refuse_twins(discovery: Discovery, found: Sequence[Found]) -> None:
    seen: dict[str, Found] = {}
    for each in found:
        other = seen.setdefault(each.entity.casefold(), each)
        if other is not each:
            raise ConfigError(
                f"{discovery.flow}: the tables {other.table} and {each.table} would both be the"
                f" entity {each.entity}",
                hint='set discover.names = "whole", or leave one out with discover.exclude',
            )


def _known(discovery: Discovery, world: World, found: list[Found]) -> tuple[list[Found], list[str]]:
    """What ``on_new_table`` makes of the tables that were never moved, beside others that were."""
    policy = discovery.settings.on_new_table
    if policy == "add" or discovery.journal is None:
        return found, []
    journal = world.journal(discovery.journal)
    moved = {each for each in found if journal.get_last_run(discovery.flow, each.entity)}
    new = [each for each in found if each not in moved]
    if not moved or not new:
        return found, []
    names = ", ".join(each.table for each in new)
    if policy == "fail":
        raise ConfigError(
            f"{discovery.flow}: there are new tables: {names}",
            hint='set discover.on_new_table = "add", or name them in discover.exclude',
        )
    return [each for each in found if each in moved], [f"{discovery.flow}: new, left out: {names}"]


__all__ = ["Discovered", "asked_for", "discover", "listed", "matching", "of_name", "tables_of"]
