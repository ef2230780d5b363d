"""What an author tells the kit: how their thing is opened, and how to look at it from outside.

``root`` is always a fresh, empty directory whose name is unique: a place for files, or a name for
a table, a schema or a folder on a server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from hygge_core.engine.world import World
from hygge_core.errors import HomeError
from hygge_core.plugins import Plugins
from hygge_core.records import Ask, DriftPolicy, Opened

if TYPE_CHECKING:
    import polars as pl

#: What is there is only looked at: parts that differ are no reason to find nothing.
_ANY = DriftPolicy(new_columns="add", removed_columns="null", type_changes="widen")
Table = Callable[[Path], Mapping[str, Any]]


def _no_connections(root: Path) -> Mapping[str, dict[str, Any]]:
    return {}


@frozen(kw_only=True)
class Subject:
    """What is common to all: ``plugin`` is its module, ``type`` the word, ``table(root)`` the TOML.

    ``connections(root)`` gives the ``[connections.NAME]`` tables that ``table`` names, each with
    its ``type``. ``beside`` are modules of other plugins that it needs.
    """

    plugin: Any
    type: str
    table: Table
    connections: Callable[[Path], Mapping[str, dict[str, Any]]] = _no_connections
    beside: tuple[Any, ...] = ()

    def opened(self, root: Path) -> Opened:
        """As a flow would name it."""
        return Opened(
            type=self.type,
            table=dict(self.table(root)),
            connections={name: dict(t) for name, t in self.connections(root).items()},
        )

    def plugins(self) -> Plugins:
        """The plugin, beside what the kit itself needs, through the door of installed ones."""
        return self._plugins

    @cached_property  # they are asked once, as they are once in a process
    def _plugins(self) -> Plugins:
        from hygge_core.files import plugin as files
        from hygge_core.testing import memory_journal

        modules = (files, memory_journal, self.plugin, *self.beside)
        return Plugins.of(*dict.fromkeys(modules))


@frozen(kw_only=True)
class StoreSubject(Subject):
    """A store.

    * ``visible(root, schema)`` what a reader finds at the destination, ``None`` where there is
      none. Where the place cannot say a column's type, ``schema`` does. Look without the store's
      own code: with the driver, or through a home (``through_home``).
    * ``leftovers(root)`` names of what lies around beside the destination: staging, old content.
      Lock files and an empty ledger are none.
    * ``twin(root, other)`` puts what is at ``root`` at ``other``, too; give it where a load takes
      long, and walks begin with twins of one load.
    * ``publishing(root)`` the table of a store that ``PublishesJournal``, where ``table`` is of one
      that does not; ``shown_runs(root)`` the run ids that its copy of the journal tells of.
    * ``copied(root, folder)`` puts a copy of its files into ``folder``, as ``mirror(copy)`` wants
      them; give it where it ``FeedsMirror``.
    * ``says(root, well)`` lets the other side of a mirror say of the table that all is well, or
      that it stopped; give it where that side says anything (``Mirror.reports``).
    """

    visible: Callable[[Path, pl.Schema], pl.DataFrame | None]
    leftovers: Callable[[Path], Iterable[str]]
    twin: Callable[[Path, Path], None] | None = field(default=None)
    publishing: Table | None = field(default=None)
    shown_runs: Callable[[Path], Iterable[str]] | None = field(default=None)
    copied: Callable[[Path, Path], None] | None = field(default=None)
    says: Callable[[Path, bool], None] | None = field(default=None)


@frozen(kw_only=True)
class HomeSubject(Subject):
    """A home.

    * ``offer(root, rows)`` makes the source hold exactly ``rows``; it raises
      ``NotImplementedError`` for types that such a source does not have.
    * ``parts(root, frames)`` makes it hold these parts (files, say), in this order, each with
      columns of its own; give it where a source can have such parts.
    * ``change(root, rows, gone)`` lets ``rows`` be there, in the place of those with their ``id``,
      and takes out the rows with the ``id`` of ``gone``, as any user of the source would; give it
      where the kind ``follows``.
    """

    offer: Callable[[Path, pl.DataFrame], None]
    change: Callable[[Path, pl.DataFrame, pl.DataFrame], None] | None = field(default=None)
    parts: Callable[[Path, Sequence[pl.DataFrame]], None] | None = field(default=None)


@frozen(kw_only=True)
class JournalSubject(Subject):
    """A journal. ``short_leases(root)`` is a table whose leases live two seconds at most."""

    short_leases: Table | None = field(default=None)


def through_home(
    plugin: Any, type_: str, table: Table, **more: Any
) -> Callable[[Path, pl.Schema], pl.DataFrame | None]:
    """A ``visible`` that reads the destination with a home; ``None`` where that finds nothing."""
    return partial(_read, Subject(plugin=plugin, type=type_, table=table, **more))


def _read(subject: Subject, root: Path, schema: pl.Schema) -> pl.DataFrame | None:
    import polars as pl

    opened = subject.opened(root)
    with World(subject.plugins(), root=root) as world:
        ask = Ask(entity="walk", settled=schema, drift=_ANY)
        with world.home(opened, flow="walk", entity="walk") as home:
            try:
                seen = home.schema(ask)
            except HomeError:
                return None
            return pl.concat([seen.to_frame(), *(pl.DataFrame(b) for b in home.read(ask))])


def files_below(*folders: Path, but: Iterable[str] = ()) -> list[str]:
    """Every file below ``folders``, hidden ones too; ``but`` are names of folders to leave out."""
    left_out = set(but)
    return [
        str(path)
        for folder in folders
        for path in folder.rglob("*")
        if (path.is_file() or path.is_symlink()) and not left_out & set(path.parts)
    ]


__all__ = [
    "HomeSubject",
    "JournalSubject",
    "StoreSubject",
    "Subject",
    "files_below",
    "through_home",
]
