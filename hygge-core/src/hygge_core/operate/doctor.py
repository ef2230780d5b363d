"""``hygge check``: what works, what does not, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from attrs import frozen

from hygge_core.engine.world import World
from hygge_core.errors import ConfigError, HyggeError
from hygge_core.failures import ends
from hygge_core.jsons import to_json
from hygge_core.operate.selection import choose
from hygge_core.protocols import Checks
from hygge_core.records import Ask
from hygge_core.secrets import scrub

if TYPE_CHECKING:
    from hygge_core.config import Entity, Project
    from hygge_core.plugins import Plugins
    from hygge_core.protocols import Home, Journal
    from hygge_core.records import Opened

OK = "ok"


@frozen(kw_only=True)
class Finding:
    """One thing that was tried: ``result`` is ``"ok"`` or what is wrong, ``fix`` what to do."""

    what: str
    result: str = OK
    fix: str = ""

    @property
    def ok(self) -> bool:
        return self.result == OK


def examine_plugins(plugins: Plugins) -> Iterator[Finding]:
    """A finding for each installed plugin."""
    for plugin in plugins.plugins:
        yield Finding(what=f"plugin {plugin}")
    for broken in plugins.broken:
        fix = broken.hint or f"pip install --upgrade {broken.plugin.distribution}"
        yield _finding(f"plugin {broken.plugin}", broken.cause, fix)


def examine_all(
    plugins: Plugins, load: Callable[[], Project], select: Sequence[str] = ()
) -> Iterator[Finding]:
    """Plugins, the configuration, and then all that the selected entities need."""
    yield from examine_plugins(plugins)
    try:
        project = load()
        chosen = choose(project.entities, select)
        project.require(chosen)
    except HyggeError as exc:
        yield from _mistaken(exc)
        return
    yield Finding(what=f"configuration {project.file}")
    with World(plugins, root=project.root, project=project.name) as world:
        yield from examine(chosen, world)


def _mistaken(exc: HyggeError) -> Iterator[Finding]:
    mistakes = exc.mistakes if isinstance(exc, ConfigError) and exc.mistakes else (exc,)
    for mistake in mistakes:
        yield _finding("configuration", str(mistake), exc.hint or "edit the line that it names")


def examine(entities: Iterable[Entity], world: World) -> Iterator[Finding]:
    """Everything that these entities need: connections and journals once, then homes and stores."""
    entities = tuple(entities)
    used = {
        name: opened
        for entity in entities
        for opened in (entity.home, entity.store)
        for name in opened.connections
    }
    for name, opened in sorted(used.items()):
        yield from _tried(f"connection {name}", "", partial(_connection, world, name, opened))
    journals = {to_json(each.journal): each.journal for each in entities if each.journal}
    for journal in journals.values():
        address = world.address("journal", journal)
        yield from _tried("journal", address, partial(_journal, world, journal), _recalls)
    for entity in entities:
        home, store = partial(world.home_of, entity), partial(world.store_of, entity)
        reads = partial(_reads, entity, world)
        yield from _tried(f"{entity.name}: home", entity.source, home, reads)
        yield from _tried(f"{entity.name}: store", entity.destination, store)


def _tried(
    what: str,
    where: str,
    opening: Callable[[], AbstractContextManager[Any]],
    probe: Callable[[Any], object] | None = None,
) -> list[Finding]:
    """Open it, let it examine itself where it can, and probe it."""
    findings: list[Finding] = []
    try:
        with opening() as opened:
            if isinstance(opened, Checks):
                findings += [
                    _finding(f"{what}: {tried}", *found) for tried, *found in opened.check()
                ]
            if probe and all(finding.ok for finding in findings):
                probe(opened)
    except ends() as exc:  # a doctor names what is broken and goes on
        text = str(exc) if isinstance(exc, HyggeError) else f"{type(exc).__name__}: {exc}"
        fix = getattr(exc, "hint", None) or ""
        return [*findings, _finding(f"{what} {where}".rstrip(), text, fix)]
    return findings or [Finding(what=f"{what} {where}".rstrip())]


def _finding(what: str, result: str, fix: str) -> Finding:
    return Finding(what=what, result=scrub(result), fix=scrub("" if result == OK else fix))


@contextmanager
def _connection(world: World, name: str, opened: Opened) -> Iterator[Any]:
    yield world.scene(opened).connection(name)


@contextmanager
def _journal(world: World, opened: Opened) -> Iterator[Journal]:
    yield world.journal(opened)


def _recalls(journal: Journal) -> None:
    journal.watermarks()


def _reads(entity: Entity, world: World, home: Home) -> None:
    # polars: only where a home is opened
    from hygge_core.engine.rows.names import refuse_patterns
    from hygge_core.operate.fitting import demand_columns

    schema = home.schema(Ask(entity=entity.entity, drift=entity.drift))
    refuse_patterns(schema)
    demand_columns(entity, world, schema)
