"""The rows of a home on their way: one connection, or several that read ranges at once."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial

import polars as pl

from hygge_core.errors import FlowError, HomeError
from hygge_core.scene import Scene
from hygge_mssql.home import parts, together
from hygge_mssql.home.isolation import isolated, snapshot
from hygge_mssql.home.ranges import Condition
from hygge_mssql.home.selected import Selected, framed
from hygge_mssql.home.source import Query, Source, Table
from hygge_mssql.names import quoted
from hygge_mssql.server.server import Server
from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlHomeConfig, PartitionRead
from hygge_mssql.statements import reading as ask
from hygge_mssql.statements import session as say


class Reader:
    """One reading of ``columns`` of a source. Raises ``HomeError``, or ``Cancelled``."""

    def __init__(
        self,
        server: Server,
        scene: Scene,
        source: Source,
        columns: Sequence[Selected],
        config: MssqlHomeConfig,
    ) -> None:
        self._server = server
        self._scene = scene
        self._source = source
        self._columns = columns
        self._config = config

    def batches(self, condition: Condition, rows: int, top: int | None) -> Iterator[pl.DataFrame]:
        """The rows within ``condition``, so many to a batch, ``top`` at most."""
        parted = self._config.partition_read
        if parted is None or top is not None or self._source.alone:
            return self._one(condition, rows, top)
        return self._several(parted, condition, rows)

    def _one(self, condition: Condition, rows: int, top: int | None) -> Iterator[pl.DataFrame]:
        query = self._source.select(listed(self._columns), condition, top=top)
        with self._session() as session, isolated(session, self._config):
            yield from self._frames(session, query, rows)

    def changed(
        self, query: Query, rows: int, demand: Callable[[Session], object]
    ) -> Iterator[pl.DataFrame]:
        """The rows of ``query``, while ``demand`` holds before the first of them, and behind the
        last where no snapshot keeps what they were read from."""
        with self._session() as session, isolated(session, self._config):
            demand(session)
            yield from self._frames(session, query, rows)
            if not snapshot(session, self._config):
                demand(session)

    def _session(self) -> AbstractContextManager[Session]:
        return self._server.session(HomeError, self._scene.cancel)

    def _several(
        self, parted: PartitionRead, condition: Condition, rows: int
    ) -> Iterator[pl.DataFrame]:
        with ExitStack() as stack:
            holding = stack.enter_context(self._session())
            conditions = self._parts(holding, parted, condition)
            queries = [self._source.select(listed(self._columns), each) for each in conditions]
            with self._held(holding):
                sessions = [stack.enter_context(self._opened()) for _ in queries]
            pairs = zip(sessions, queries, strict=True)
            reads = [partial(self._frames, session, query, rows) for session, query in pairs]
            yield from together.merged(reads, self._scene.cancel)

    def _parts(
        self, session: Session, parted: PartitionRead, condition: Condition
    ) -> list[Condition]:
        column = next(
            (each for each in self._source.columns(session) if each.name == parted.column), None
        )
        if column is None:
            raise HomeError(f"partition_read: {self._source} has no column {parted.column!r}")
        parts.demand(column)
        name = quoted(column.name)
        query = self._source.select(f"MIN({name}), MAX({name})", condition)
        low, high = session.one(query.sql, *query.values) or (None, None)
        return [condition.joined(each) for each in parts.parts(column, low, high, parted.parts)]

    @contextmanager
    def _held(self, session: Session) -> Iterator[None]:
        """Keep writers out for the moment in which all snapshots are opened."""
        if not isinstance(self._source, Table) or not snapshot(session, self._config):
            self._scene.warn(
                f"{self._source} is read in parts without a snapshot: rows that change meanwhile"
                " may be read twice or not at all"
            )
            yield
            return
        session.execute(say.BEGIN.sql)
        try:
            self._keep_out(session, self._source)
            yield
        finally:
            session.undo()  # nothing was changed; who could not hold has no transaction any more

    def _keep_out(self, session: Session, source: Table) -> None:
        try:
            session.value(ask.HOLD_TABLE.with_(source=source.name.sql))
        except FlowError as exc:
            if not exc.transient:
                raise
            self._scene.warn(
                f"writers could not be kept out while opening snapshots: rows of {source} that"
                f" changed just then may be read twice or not at all ({exc})"
            )

    @contextmanager
    def _opened(self) -> Iterator[Session]:
        with self._session() as session, isolated(session, self._config):
            if isinstance(self._source, Table):
                session.value(ask.TOUCH.with_(source=self._source.name.sql))
            yield session

    def _frames(
        self, session: Session, query: Query, rows: int
    ) -> Generator[pl.DataFrame, None, None]:
        cancel = self._scene.cancel
        cancel.check()  # what was asked to stop before it began is ended by nobody
        try:
            with session.batches(query.sql, query.values, rows) as batches:
                for batch in batches:
                    cancel.check()
                    yield framed(pl.DataFrame(batch), self._columns, self._scene.quoted)
        except FlowError:
            cancel.check()  # a fetch that was stopped complains of that
            raise


def listed(columns: Iterable[Selected]) -> str:
    """What stands between SELECT and FROM."""
    return ", ".join(text for at, each in enumerate(columns) for text in each.expressions(at))
