"""One connection at work: statements, rows, Arrow batches, transactions, bulk loads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from hygge_core.errors import FlowError
from hygge_core.scene import Cancel
from hygge_mssql.server import border
from hygge_mssql.statements import session as say

if TYPE_CHECKING:
    import pyarrow as pa

Row = tuple[Any, ...]


class Session:
    """One connection, used by one thread at a time, in whose words it speaks (``raising``).

    A session that was ``broken`` is closed when it is given back, and another one opened.
    """

    def __init__(self, connection: Any, place: str, lock_seconds: float) -> None:
        self._connection = connection
        self.place = place
        self.lock_seconds = lock_seconds
        self.raising: type[FlowError] = FlowError
        self.broken = False
        self._running: Any = None
        self._turn = threading.Lock()

    @contextmanager
    def heeding(self, cancel: Cancel) -> Iterator[None]:
        """Inside, whoever asks to stop ends the statement that runs, at the server too."""
        inside = True

        def end() -> None:
            with self._turn:
                if inside and self._running is not None:
                    _cancel(self._running)

        def stop() -> None:  # the driver waits for the server's word, and nobody may wait for that
            threading.Thread(target=end, name="cancel", daemon=True).start()

        cancel.watch(stop)
        try:
            yield
        finally:
            with self._turn:
                inside = False

    def execute(self, sql: str, *values: Any) -> int:
        """Run a statement; the number of rows that it changed, -1 where it does not say.

        A trigger's results come before the statement's own, which is the last; an error may come
        behind any of them.
        """
        with self._cursor(sql, values) as cursor, self._speaking():
            changed = int(cursor.rowcount)
            while cursor.nextset():
                changed = _changed(cursor)
            return changed

    def rows(self, sql: str, *values: Any) -> list[Row]:
        """All rows of a small answer."""
        with self._cursor(sql, values) as cursor, self._speaking():
            while cursor.description is None and cursor.nextset():
                pass
            found = [tuple(row) for row in cursor.fetchall()]
            while cursor.nextset():  # an error may come behind them
                pass
            return found

    def one(self, sql: str, *values: Any) -> Row | None:
        """The first row of a small answer."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def value(self, sql: str, *values: Any) -> Any:
        """The first value of a small answer; ``None`` where there is none."""
        found = self.one(sql, *values)
        return found[0] if found else None

    @contextmanager
    def batches(
        self, sql: str, values: Sequence[Any], rows: int
    ) -> Iterator[Iterator[pa.RecordBatch]]:
        """The answer as Arrow batches of so many rows, fetched as they are asked for."""
        with self._cursor(sql, values) as cursor:
            with self._speaking():
                reader = cursor.arrow_reader(rows)
            try:
                yield self._spoken(reader)
            finally:
                with suppress(Exception):
                    reader.close()

    def _spoken(self, reader: Any) -> Iterator[pa.RecordBatch]:
        """The reader's batches, its errors in hygge's words."""
        while True:
            with self._speaking():
                batch = next(reader, None)
            if batch is None:
                return
            yield batch

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of the block or, whatever is raised in it, nothing."""
        self.execute(say.BEGIN.sql)
        try:
            yield
        except BaseException:
            self.undo()
            raise
        self.execute(say.COMMIT.sql)

    def undo(self) -> None:
        """Roll back what is under way; a session that cannot is broken."""
        self._restore(say.ROLLBACK.sql)

    def read_committed(self) -> None:
        """Be isolated as at first again; a session that cannot is broken."""
        self._restore(say.READ_COMMITTED.sql)

    def _restore(self, sql: str) -> None:
        if self.broken:
            return
        try:
            self.execute(sql)
        except Exception:  # noqa: BLE001  # closing it does the same; a stop may end any statement
            self.broken = True

    def bulk(self, table: str, source: Any, **options: Any) -> int:
        """Load Arrow in bulk over a connection of its own; safe from any thread.

        Returns the number of rows that the server took. They stay whatever happens next.
        """
        with border.speaking(self.raising, self.place):
            cursor = self._connection.cursor()
            try:
                done = cursor.bulkcopy_arrow(table, source, **options)
            finally:
                cursor.close()
        return int(done["rows_copied"])

    def close(self) -> None:
        """Give the connection back to the server, whatever state it is in."""
        with suppress(Exception):
            self._connection.close()

    @contextmanager
    def _cursor(self, sql: str, values: Sequence[Any]) -> Iterator[Any]:
        with self._speaking():
            cursor = self._connection.cursor()
        self._run(cursor)
        try:
            with self._speaking():
                cursor.execute(sql, *((tuple(values),) if values else ()))
            yield cursor
        finally:
            self._run(None)
            with suppress(Exception):
                cursor.close()

    def _run(self, cursor: Any) -> None:
        """What ``heeding`` may stop: nobody else touches a cursor that is being closed."""
        with self._turn:
            self._running = cursor

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except border.foreign() as exc:
            self.broken = self.broken or border.lost(exc)
            raise border.told(exc, self.raising, self.place) from exc


def _changed(cursor: Any) -> int:
    """How many rows the result is about that ``nextset`` led to.

    The driver asks for that only when it executes: its ``rowcount`` stays that of the first result.
    """
    from mssql_python import ddbc_bindings

    bindings: Any = ddbc_bindings
    return int(bindings.DDBCSQLRowCount(cursor.hstmt))


def _cancel(cursor: Any) -> None:
    """End what ``cursor`` executes or fetches in another thread; nothing where it is idle.

    The driver does so itself for its Arrow reader (SQLCancel, which is made for that), and offers
    it for nothing else.
    """
    with suppress(Exception):  # a driver without it: the statement ends when it ends
        cursor.hstmt._cancel()
