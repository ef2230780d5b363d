"""The home ``sqlite``: a table, a view or a query of a database file, read and never written."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

import polars as pl
from attrs import evolve, frozen

from hygge_core.errors import HomeError
from hygge_core.records import Ask, Mark
from hygge_core.scene import Scene
from hygge_core.types import parse_overrides, spell
from hygge_core.watermark import compare, highest, in_range, sifted
from hygge_journal_sqlite import catalogue
from hygge_journal_sqlite.border import speaking_hygge
from hygge_journal_sqlite.home.pages import Unfit, frames, told
from hygge_journal_sqlite.home.ranges import ordered, sieve, sortable
from hygge_journal_sqlite.home.source import (
    Selected,
    Source,
    query_source,
    selected,
    settle,
    table_source,
)
from hygge_journal_sqlite.names import quoted
from hygge_journal_sqlite.settings import SqliteHomeConfig

#: SQLite asks so often (in steps of its machine) whether anybody wants to stop.
_STEPS = 100_000


@contextmanager
def open_home(config: SqliteHomeConfig, scene: Scene) -> Iterator[SqliteHome]:
    """Open nothing yet: each verb has a connection of its own. Raises ``ConfigError``."""
    table = scene.filled(config.table)
    yield SqliteHome(evolve(config, table=table) if config.query is None else config, scene)


@frozen
class _View:
    """A connection in the middle of one consistent view of the database."""

    connection: sqlite3.Connection
    source: Source
    selected: tuple[Selected, ...]


class SqliteHome:
    """See :class:`hygge_core.protocols.Home`; also ``Bounds``, ``Estimates``, ``Discovers`` and
    ``Checks``."""

    def __init__(self, config: SqliteHomeConfig, scene: Scene) -> None:
        self._config = config
        self._scene = scene
        self._overrides = parse_overrides(config.schema_overrides)
        self._looked: dict[str, pl.DataType] = {}

    def schema(self, ask: Ask) -> pl.Schema:
        with self._viewing(ask) as view:
            return pl.Schema({each.name: each.dtype for each in view.selected})

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        with self._viewing(ask) as view:
            condition, parameters, wanted = self._wanted(ask, view)
            names = ", ".join(each.sql for each in view.selected)
            cursor = view.connection.execute(
                f"SELECT {names} FROM {view.source.sql}{condition}", parameters
            )
            yield from sifted(self._frames(view, cursor, ask), wanted, ask.limit)

    def upper(self, ask: Ask) -> Mark | None:
        assert ask.range is not None
        with self._viewing(evolve(ask, columns=(ask.range.column,))) as view:
            chosen = _chosen(view, ask.range.column)
            name = quoted(chosen.name, HomeError)
            if not sortable(view.connection, chosen):
                cursor = view.connection.execute(f"SELECT {name} FROM {view.source.sql}")
                return _top(highest(batch.to_series()) for batch in self._frames(view, cursor, ask))
            finite = f" WHERE {name} < 9e999" if chosen.dtype.is_float() else ""
            cursor = view.connection.execute(
                f"SELECT max({ordered(chosen)}) FROM {view.source.sql}{finite}"
            )
            return highest(next(self._frames(view, cursor, ask)).to_series())

    def estimated_rows(self, ask: Ask) -> int | None:
        if self._config.query is not None or (ask.range and ask.range.low):
            return ask.limit  # a query's rows, or how many of a table's are new, nobody knows
        with self._connected() as connection:
            name = quoted(self._config.table, HomeError)
            number = catalogue.rowid(catalogue.columns(connection, self._config.table) or ())
            if number is None:
                return None
            try:
                found = connection.execute(f"SELECT max({number}) FROM {name}").fetchone()
            except sqlite3.OperationalError:  # a view, or a table without rowid
                return None
            rows = int(found[0] or 0)
            return rows if ask.limit is None else min(rows, ask.limit)

    def tables(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        with self._connected() as connection:
            for name, stored in catalogue.tables(connection):
                # Others have no key, and one that is broken does not even tell its columns.
                found = catalogue.columns(connection, name) if stored else None
                yield name, catalogue.primary_key(found or ())

    def check(self) -> Iterable[tuple[str, str, str]]:
        ask = Ask(entity=self._scene.entity)
        with self._viewing(ask) as view:
            types = ", ".join(f"{each.name} {spell(each.dtype)}" for each in view.selected)
        yield f"{view.source.name} can be read ({types})", "ok", ""

    @contextmanager
    def _viewing(self, ask: Ask) -> Iterator[_View]:
        config = self._config
        with self._connected() as connection:
            if config.query is not None:
                source = query_source(connection, config.path, config.query)
            else:
                source = table_source(connection, config.path, config.table)
            given = selected(connection, source, ask.columns, self._overrides, self._looked)
            yield _View(connection, source, settle(given, ask.settled))

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        path = self._config.path.resolve()
        with speaking_hygge(HomeError, path):
            if not path.is_file():
                what = "is a folder" if path.is_dir() else "is not there"
                raise HomeError(f"the database {path} {what}", hint="look at home.path")
        with (
            speaking_hygge(HomeError, path),
            closing(
                sqlite3.connect(
                    f"{path.as_uri()}?mode=ro",
                    uri=True,
                    timeout=self._config.busy_timeout_seconds,
                    isolation_level=None,
                    check_same_thread=False,
                )
            ) as connection,
        ):
            connection.set_progress_handler(lambda: self._scene.cancel.requested, _STEPS)
            try:
                connection.execute("BEGIN")
                yield connection
            except sqlite3.OperationalError:
                self._scene.cancel.check()
                raise

    def _wanted(self, ask: Ask, view: _View) -> tuple[str, list[object], pl.Expr | None]:
        """The WHERE with its parameters, and the exact filter of what comes through it."""
        if ask.range is None:
            return "", [], None
        chosen = _chosen(view, ask.range.column)
        condition, parameters = sieve(view.connection, ask.range, chosen)
        where = f" WHERE {condition}" if condition else ""
        return where, parameters, in_range(ask.range, chosen.dtype)

    def _frames(self, view: _View, cursor: sqlite3.Cursor, ask: Ask) -> Iterator[pl.DataFrame]:
        rows = ask.batch_rows or self._config.batch_rows
        # Of a range, nobody knows how many rows the exact filter lets through.
        rows = rows if ask.limit is None or ask.range is not None else min(rows, ask.limit or 1)
        try:
            for batch in frames(cursor, view.selected, rows):
                self._scene.cancel.check()
                yield batch
        except Unfit as unfit:
            raise told(view.connection, view.source, unfit, self._scene.quoted) from unfit


def _chosen(view: _View, column: str) -> Selected:
    for each in view.selected:
        if each.name == column:
            return each
    names = ", ".join(each.name for each in view.source.columns)
    raise HomeError(
        f"{view.source.name} has no watermark column {column!r}", hint=f"its columns are {names}"
    )


def _top(marks: Iterable[Mark | None]) -> Mark | None:
    """The highest of the marks."""
    top: Mark | None = None
    for mark in marks:
        if top is None or (mark is not None and compare(mark, top) > 0):
            top = mark
    return top
