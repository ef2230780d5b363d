"""The whole contract between the host and its plugins: five hooks and one class.

A plugin is a module named by an entry point of the group ``hygge``::

    [project.entry-points.hygge]
    mystore = "my_distribution.plugin"

It is imported when hygge starts a command that needs kinds, so it imports no driver, no polars
and no pyarrow at module level: those wait inside ``Kind.open``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy
from attrs import field, frozen

if TYPE_CHECKING:
    from hygge_core.events import Event
    from hygge_core.records import RunType
    from hygge_core.scene import Scene

hookspec = pluggy.HookspecMarker("hygge")
hookimpl = pluggy.HookimplMarker("hygge")

#: The level of this contract. It rises when a hook, a protocol or a record changes so that an
#: older plugin could misread it; see the author's guide for what counts as major and minor.
API_LEVEL = 1

#: offer → the words that its kinds may declare. A word that this core does not know means nothing
#: to it: a plugin may declare what a newer one will use.
CAPABILITIES: Mapping[str, frozenset[str]] = {
    "home": frozenset({"range", "discover", "nested"}),
    "store": frozenset(
        {"append", "full_drop", "atomic", "upsert", "markers", "nested", "decimal", "binary", "nan"}
    ),
    "journal": frozenset(),
    "connection": frozenset({"discover"}),
}


def _no_journal(config: Any) -> None:
    return None


def _address(config: Any) -> str:
    return str(getattr(config, "path", ""))


def _exists(config: Any) -> bool:
    path = getattr(config, "path", None)
    try:
        return not (isinstance(path, Path) and path.is_absolute()) or path.exists()
    except OSError:  # who may not even look is told so when it is opened
        return True


def _one_connection(config: Any) -> int:
    return 1


def _as_asked(config: Any, run_type: RunType) -> RunType:
    return run_type


def _nothing(config: Any) -> tuple[str, ...]:
    return ()


def _empty(config: Any) -> str:
    return ""


def _words(words: Iterable[str]) -> frozenset[str]:
    if isinstance(words, str):  # its letters would be taken for words
        raise TypeError(f"capabilities are a set of words, and not the text {words!r}")
    return frozenset(words)


@frozen(kw_only=True)
class Kind:
    """One word after ``type =``, and how it becomes a living home, store, journal or connection.

    * ``name`` the word, e.g. ``"parquet"``.
    * ``config`` a frozen attrs class; its fields are the table's keys. Its module has no driver.
    * ``open`` called as ``open(config, scene)``; returns a context manager whose value implements
      the protocol of the offer (``Home``, ``Store``, ``Journal``, or anything for a connection).
      It is left when the entity is over; a home when the attempt to read is, and the next attempt
      opens another one; a connection or a journal when the run is. Raises ``HomeError``,
      ``StoreError``, ``JournalError`` or ``AuthError``.
    * ``capabilities`` what it promises beyond the protocol; the conformance kit holds it to each
      word. Homes: ``range`` (honours ``Ask.range``, so it can be moved incrementally),
      ``discover`` (it, or its connection, implements ``Discovers``), ``nested`` (lists and
      structs). Stores: ``append``, ``full_drop``, ``atomic`` (all of a load
      becomes visible at once), ``upsert`` (an appended row replaces the one with its key, so that
      a lookback doubles nothing), ``markers`` (applies the column ``__rowMarker__``, see
      :mod:`hygge_core.markers`), ``nested``, ``decimal``, ``binary``, ``nan``.
    * ``address`` where it is, as one line for a person (``hygge plan``), and for hygge, which
      compares them: a store and a home at the same place tell the same, ``/`` goes a level down,
      and ``NAME:`` in front is the connection that leads there. Touches nothing.
    * ``journal_beside`` for ``journal = { location = "store" }`` (or ``"home"``): the journal table
      that belongs beside this home or store (``{"type": "sqlite", "path": ...}``), or ``None``
      when there is none. The config that it gets still has ``{entity}`` in its paths.
    * ``exists`` of a journal: whether it is there already. Asked before one is opened only to look
      back, which would make it. Connects to nothing: where that would be needed, it is there. By
      default it is where its ``path`` is, if it has one.
    * ``connections`` how many slots of its named connection one opened home or store occupies.
    * ``run_type`` a store's last word on ``full_drop`` or ``incremental``, for stores whose config
      can override the run's.
    * ``keys`` a store's key columns, in source names; ``Load.keys`` gets the final ones.
    * ``follows`` the words that ``watermark = { kind = "..." }`` may be with such a home, which
      then implements ``Follows``.
    * ``inserts`` of a store that can ``upsert``: why, with this config, an appended row does not
      replace the one with its key; empty where it does.
    * ``journal_shown`` where a store shows a copy of the journal (``PublishesJournal``), one line
      for a person; empty: nowhere. A journal counts for one copy of itself.
    """

    name: str
    config: type
    open: Callable[[Any, Scene], AbstractContextManager[Any]]
    capabilities: frozenset[str] = field(default=frozenset(), converter=_words)
    address: Callable[[Any], str] = _address
    journal_beside: Callable[[Any], Mapping[str, Any] | None] = _no_journal
    exists: Callable[[Any], bool] = _exists
    connections: Callable[[Any], int] = _one_connection
    keys: Callable[[Any], tuple[str, ...]] = _nothing
    run_type: Callable[[Any, RunType], RunType] = _as_asked
    follows: Callable[[Any], tuple[str, ...]] = _nothing
    inserts: Callable[[Any], str] = _empty
    journal_shown: Callable[[Any], str] = _empty


def late(opener: str) -> Callable[[Any, Scene], AbstractContextManager[Any]]:
    """A ``Kind.open`` whose ``"package.module:function"`` is imported when something is opened.

    So a plugin's module stays free of drivers, polars and pyarrow.
    """
    module, _, name = opener.partition(":")

    def opened(config: Any, scene: Scene) -> AbstractContextManager[Any]:
        return getattr(import_module(module), name)(config, scene)  # type: ignore[no-any-return]  # by name, to be late

    return opened


@hookspec
def hygge_homes() -> Iterable[Kind]:  # type: ignore[empty-body]  # pluggy specs have no body
    """Offer kinds of home: places where rows are read.

    Called once per process, before configuration is read: import no driver here, open nothing.
    A word offered twice raises ``PluginError`` naming both plugins; an exception raised here sets
    this plugin apart, named with its distribution, and every other plugin keeps working.
    """


@hookspec
def hygge_stores() -> Iterable[Kind]:  # type: ignore[empty-body]
    """Offer kinds of store: places where rows settle. Called like ``hygge_homes``."""


@hookspec
def hygge_journals() -> Iterable[Kind]:  # type: ignore[empty-body]
    """Offer kinds of journal: what remembers runs and watermarks. Called like ``hygge_homes``."""


@hookspec
def hygge_connections() -> Iterable[Kind]:  # type: ignore[empty-body]
    """Offer kinds of ``[connections.NAME]``: named, shared by all flows, capped.

    Called like ``hygge_homes``. A connection is opened when the first home or store asks
    ``scene.connection(name)`` for it, once per process and from any thread, and is left when the
    run is over; nobody opens one that is not used. What ``open`` yields is shared by threads. A
    config field ``max_connections`` caps the entities in flight on it.
    """


@hookspec
def hygge_on_event(event: Event) -> None:
    """Observe one event of a run: a renderer, a webhook, a tracer.

    Called once per event, in the order in which they happened, from one thread at a time. It may
    not change the run: what it raises is reported once, and then it is not called again. Return
    quickly; a slow observer delays the reports of a run, never its data.
    """


__all__ = [
    "API_LEVEL",
    "CAPABILITIES",
    "Kind",
    "hookimpl",
    "hookspec",
    "hygge_connections",
    "hygge_homes",
    "hygge_journals",
    "hygge_on_event",
    "hygge_stores",
    "late",
]
