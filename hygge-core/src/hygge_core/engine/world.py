"""What the entities of a run share in one process: plugins, connections, journals, the cancel."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve

from hygge_core.config import filled, structure
from hygge_core.engine.given import given, opening
from hygge_core.errors import ConfigError, HyggeError
from hygge_core.jsons import to_json
from hygge_core.protocols import Home, Journal, Store
from hygge_core.records import Opened, Owner, now
from hygge_core.scene import Cancel, Quotes, Scene
from hygge_core.secrets import scrub
from hygge_core.whereabouts import led_on, within

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.events import Event
    from hygge_core.plugins import Offer, Plugins
    from hygge_core.records import RunType
    from hygge_core.task import Task


def _connection(table: dict[str, Any]) -> Opened:
    """A connection as ``Opened.connections`` has it, as what opens it."""
    return Opened(type=table["type"], table={k: v for k, v in table.items() if k != "type"})


#: What the thing that is opened has to be; a connection may be anything.
_PROTOCOLS: dict[Offer, type] = {"home": Home, "store": Store, "journal": Journal}
#: So many configs are kept at a time: those of the entities under way, and some more.
_CONFIGS = 64


def quotes_of(whose: Entity | Task) -> Quotes:
    """What messages may show of an entity's values: nothing that its polish hides."""
    return Quotes(partial(_hidden, whose.polish))


def _hidden(polish: Mapping[str, Any], column: str) -> bool:
    from hygge_core.polish.polish import Polish  # polars: only where a value has to be told

    return Polish.of(polish).hides(column)


def _emit_nothing(event: Event) -> None:
    """The default where nobody listens."""


class World:
    """Opens what tasks name, once where it is shared, and closes it all at the end.

    ``emit`` takes the events; ``cancel`` stops every entity; ``project`` and ``root`` name whose
    run this is; ``owing`` are tasks, by their journal, whose mirrored journal waits for another
    attempt. Used as a context manager; its verbs may be called from any thread.
    """

    def __init__(
        self,
        plugins: Plugins,
        *,
        root: Path,
        project: str = "hygge",
        emit: Callable[[Event], None] = _emit_nothing,
        cancel: Cancel | None = None,
    ) -> None:
        self.plugins = plugins
        self.root = root
        self.emit = emit
        self.cancel = cancel or Cancel()
        self.owner = Owner(
            host=socket.gethostname(),
            pid=os.getpid(),
            started=now().isoformat(timespec="seconds"),
            name=project,
        )
        self.owing: dict[str, Task] = {}
        self._closing = ExitStack()
        self._shared: dict[tuple[str, str, str], Any] = {}
        self._opening: dict[tuple[str, str, str], threading.Lock] = {}
        self._lock = threading.Lock()
        self._configs: dict[int, tuple[Opened, Any]] = {}

    def __enter__(self) -> World:
        return self

    def __exit__(self, *exc: object) -> None:
        self._shared.clear()
        self._closing.close()

    def scene(self, opened: Opened, **told: Any) -> Scene:
        """A scene whose ``connection`` knows the connections recorded with ``opened``."""

        def connection(name: str) -> Any:
            if name not in opened.connections:
                raise ConfigError(f"no [connections.{name}] is known here")
            return self._connection(name, opened.connections[name])

        return Scene(root=self.root, connection=connection, **{"cancel": self.cancel, **told})

    def home_of(self, whose: Entity | Task, **told: Any) -> AbstractContextManager[Home]:
        """Open the home of an entity: its messages hide what the entity's polish hides."""
        told = {"flow": whose.flow, "entity": whose.entity, "quoted": quotes_of(whose), **told}
        return self.home(whose.home, **told)

    def store_of(self, whose: Entity | Task, **told: Any) -> AbstractContextManager[Store]:
        """Open the store of an entity."""
        return self.store(whose.store, **{"flow": whose.flow, "entity": whose.entity, **told})

    @contextmanager
    def home(self, opened: Opened, **told: Any) -> Iterator[Home]:
        """Open a home by its record; ``told`` is what its scene is told."""
        with self._open("home", opened, self.scene(opened, **told)) as home:
            yield home

    @contextmanager
    def store(self, opened: Opened, **told: Any) -> Iterator[Store]:
        """Open a store by its record; ``told`` is what its scene is told."""
        with self._open("store", opened, self.scene(opened, **told)) as store:
            yield store

    def journal(self, opened: Opened) -> Journal:
        """The journal, opened once and shared by everybody who names the same one."""
        key = ("journal", opened.type, to_json(opened.table))
        journal: Journal = self._once(
            key, lambda: self._open("journal", opened, self.scene(opened))
        )
        return journal

    def exists(self, journal: Opened) -> bool:
        """Whether it is there already, as far as can be told without opening it."""
        offered = self.plugins.kind("journal", journal.type)
        found = offered.kind.exists(self.config_of("journal", journal))
        return given(found, bool, evolve(journal, plugin=str(offered.plugin)), "exists")

    def _connection(self, name: str, table: dict[str, Any]) -> Any:
        opened = _connection(table)
        key = ("connection", name, to_json(table))
        return self._once(key, lambda: self._open("connection", opened, Scene(root=self.root)))

    def address(self, offer: Offer, opened: Opened) -> str:
        """Where a home or store is, as one line without secrets; its type where none is known."""
        try:
            kind = self.plugins.kind(offer, opened.type).kind
            return scrub(kind.address(self.config_of(offer, opened))) or opened.type
        except HyggeError:
            return opened.type

    def place(self, offer: Offer, opened: Opened) -> str:
        """The address as it can be compared, with that of another run: from the project's root,
        and with where a connection leads instead of its name."""
        connections = {
            name: self.address("connection", _connection(table))
            for name, table in opened.connections.items()
        }
        return within(led_on(self.address(offer, opened), connections), self.root)

    def run_type(self, store: Opened, asked: RunType) -> RunType:
        """What a run of ``asked`` is there: a store may have the last word on it."""
        kind = self.plugins.kind("store", store.type).kind
        return kind.run_type(self.config_of("store", store), asked)

    def keys(self, store: Opened) -> tuple[str, ...]:
        """The store's key columns, in source names."""
        offered = self.plugins.kind("store", store.type)
        keys: Any = offered.kind.keys(self.config_of("store", store))
        wanted = tuple if isinstance(keys, str) else Collection  # its letters are no keys
        return tuple(given(keys, wanted, evolve(store, plugin=str(offered.plugin)), "keys"))

    def applies_markers(self, store: Opened) -> bool:
        """Whether rows go there with the column ``__rowMarker__``."""
        return "markers" in self.plugins.kind("store", store.type).kind.capabilities

    def config_of(self, offer: Offer, opened: Opened) -> Any:
        """The kind's config class, made of the recorded table and today's secrets.

        An entity asks for it at many of its steps: made once.
        """
        known = self._configs.get(id(opened))
        if known is not None and known[0] is opened:
            return known[1]
        kind = self.plugins.kind(offer, opened.type).kind
        table = filled(opened.table, os.environ)
        config: Any = structure(kind.config, table, place=f"{offer} {opened.type}")
        if len(self._configs) >= _CONFIGS:
            self._configs.clear()
        self._configs[id(opened)] = opened, config
        return config

    @contextmanager
    def _open(self, offer: Offer, opened: Opened, scene: Scene) -> Iterator[Any]:
        offered = self.plugins.kind(offer, opened.type)
        config = self.config_of(offer, opened)
        whose = evolve(opened, plugin=str(offered.plugin))
        with ExitStack() as closing:
            with opening(whose):
                made = offered.kind.open(config, scene)
                manager = given(made, AbstractContextManager, whose, "open")
                found = closing.enter_context(manager)
            yield given(found, _PROTOCOLS.get(offer, object), whose, "open")

    def _once(
        self, key: tuple[str, str, str], opening: Callable[[], AbstractContextManager[Any]]
    ) -> Any:
        with self._lock:
            turn = self._opening.setdefault(key, threading.Lock())
        with turn:
            if key not in self._shared:
                made = opening()
                self._shared[key] = made.__enter__()
                with self._lock:
                    self._closing.push(made)
            return self._shared[key]
