"""The home ``mssql``: a table, a view or a query, read as Arrow and never written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from types import MappingProxyType

import polars as pl

from hygge_core.errors import ConfigError, HomeError
from hygge_core.records import Ask, Mark, Range
from hygge_core.scene import Scene
from hygge_core.types import parse_overrides, spell
from hygge_core.watermark import in_range, sifted
from hygge_mssql import catalogue
from hygge_mssql.catalogue import Column
from hygge_mssql.home import changes
from hygge_mssql.home.bounds import is_sieve
from hygge_mssql.home.isolation import isolated
from hygge_mssql.home.ranges import EVERYTHING, Condition, watermark_column, within
from hygge_mssql.home.reader import Reader, listed
from hygge_mssql.home.selected import Selected, selected, settle
from hygge_mssql.home.source import Asked, Source, Table
from hygge_mssql.home.uppers import demand_kept, upper
from hygge_mssql.names import Name, named
from hygge_mssql.server.server import Server
from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlHomeConfig


@contextmanager
def open_home(config: MssqlHomeConfig, scene: Scene) -> Iterator[MssqlHome]:
    """Open nothing yet: each verb borrows a session. Raises ``ConfigError``."""
    yield MssqlHome(config, scene, scene.connection(config.connection))


class MssqlHome:
    """See :class:`hygge_core.protocols.Home`; also ``Bounds``, ``Follows``, ``Estimates``,
    ``Discovers`` and ``Checks``."""

    def __init__(self, config: MssqlHomeConfig, scene: Scene, server: Server) -> None:
        self._config = config
        self._scene = scene
        self._server = server
        self._overrides = parse_overrides(config.schema_overrides)
        self._source = _source(config, scene)

    def schema(self, ask: Ask) -> pl.Schema:
        with self._session() as session:
            return pl.Schema({each.name: each.dtype for each in self._selected(session, ask)})

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        with self._session() as session:
            columns = self._selected(session, ask)
            condition, wanted = self._wanted(session, ask)
            keys = self._keys(session, ask)
        reader = Reader(self._server, self._scene, self._source, columns, self._config)
        if ask.changes is not None and ask.changes.since is not None:
            query = changes.since(self._table, ask.changes, keys, listed(columns))
            demand = partial(changes.reach, table=self._table, asked=ask.changes)
            yield from reader.changed(query, ask.batch_rows or self._config.batch_rows, demand)
            return
        # What Python filters once more, the server cannot count.
        top = ask.limit if wanted is None else None
        batches = reader.batches(condition, ask.batch_rows or self._config.batch_rows, top)
        yield from sifted(batches, wanted, ask.limit)

    def upper(self, ask: Ask) -> Mark | None:
        assert ask.range is not None
        self._source.demand_range()
        with self._session() as session:
            condition, chosen = self._within(session, ask.range)
            if self._source.alone:
                return None
            with isolated(session, self._config):
                return upper(session, self._source, chosen, condition, ask.range.low)

    def reach(self, ask: Ask) -> Mark:
        assert ask.changes is not None
        with self._session() as session:
            return changes.reach(session, self._table, ask.changes)

    def estimated_rows(self, ask: Ask) -> int | None:
        partly = ask.range is not None or (ask.changes and ask.changes.since)
        if not isinstance(self._source, Table) or partly:
            return ask.limit
        with self._session() as session:
            rows = catalogue.rows(session, self._source.name)
        return rows if ask.limit is None or rows is None else min(rows, ask.limit)

    def tables(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        return self._server.tables()

    def check(self) -> Iterable[tuple[str, str, str]]:
        ask = Ask(entity=self._scene.entity)
        with self._session() as session:
            columns = self._selected(session, ask)
            query = self._source.select(listed(columns), EVERYTHING, top=1)
            session.rows(query.sql, *query.values)
        types = ", ".join(f"{each.name} {spell(each.dtype)}" for each in columns)
        yield f"{self._source} can be read ({types})", "ok", ""

    def _session(self) -> AbstractContextManager[Session]:
        return self._server.session(HomeError, self._scene.cancel)

    @property
    def _table(self) -> Name:
        """Of a home that follows changes; the configuration saw to it that there is one."""
        assert isinstance(self._source, Table)
        return self._source.name

    def _keys(self, session: Session, ask: Ask) -> tuple[str, ...]:
        """By what the rows of a followed table are known."""
        return () if ask.changes is None else catalogue.primary_key(session, self._table)

    def _selected(self, session: Session, ask: Ask) -> tuple[Selected, ...]:
        columns = self._source.columns(session)
        if ask.changes is None:
            return self._asked_of(self._chosen(columns), ask)
        keys = self._keys(session, ask)
        origins = changes.origins(ask.changes, columns, keys)
        found = self._asked_of(self._chosen(columns, origins), ask)
        return (*found, changes.marker(ask.changes, keys))

    def _asked_of(self, every: tuple[Selected, ...], ask: Ask) -> tuple[Selected, ...]:
        wanted = [each for each in every if ask.columns is None or each.name in ask.columns]
        given = tuple(wanted or every)
        if self._source.alone:
            given = every
            _refuse_expressions(given)
        return settle(given, ask.settled)

    def _chosen(
        self, columns: tuple[Column, ...], origins: Mapping[str, str] = MappingProxyType({})
    ) -> tuple[Selected, ...]:
        names = {each.name for each in columns}
        config = self._config
        return selected(
            columns,
            overrides={n: t for n, t in self._overrides.items() if n in names or len(names) > 1},
            keep_seventh=config.seventh_digit == "keep",
            trim=config.padding == "trim",
            origins=origins,
        )

    def _wanted(self, session: Session, ask: Ask) -> tuple[Condition, pl.Expr | None]:
        """The condition, and the exact filter of what comes through it where that is needed."""
        if ask.range is None:
            return EVERYTHING, None
        self._source.demand_range()
        condition, chosen = self._within(session, ask.range)
        wanted = in_range(ask.range, chosen.dtype) if is_sieve(chosen.column) else None
        return condition, wanted

    def _within(self, session: Session, asked: Range) -> tuple[Condition, Selected]:
        """The condition of a range, and the column that it is asked of, as it is read."""
        columns = self._source.columns(session)
        column = watermark_column(columns, asked, lambda: f"{session.place}: {self._source}")
        (chosen,) = self._chosen((column,))
        demand_kept(chosen, asked)
        expression = self._source.expression(column.name)
        return within(asked, column, expression, cut=chosen.cut), chosen


def _source(config: MssqlHomeConfig, scene: Scene) -> Source:
    if config.query_file is not None:
        try:
            text = config.query_file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as exc:
            raise ConfigError(f"query_file: {config.query_file} cannot be read: {exc}") from exc
        return Asked(text=text, parameters=config.parameters)
    if config.query is not None:
        return Asked(text=config.query, parameters=config.parameters)
    return Table(name=named(scene.filled(config.table)))


def _refuse_expressions(columns: tuple[Selected, ...]) -> None:
    """A query that can only be sent as it is has to select what the driver can bring."""
    for each in columns:
        if each.fine or not each.sql.startswith("["):
            raise HomeError(
                f"the query's column {each.name!r} is of a type that has to be converted, and a"
                " query with WITH, ORDER BY or OPTION cannot be put into another one",
                hint="CAST it in the query (datetime2(6), nvarchar(max)), or make it a view",
            )
