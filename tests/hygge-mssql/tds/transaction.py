"""A transaction, or the one statement that is its own: what DuckDB does between begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from .bind.macros import failing
from .catalogue import Catalogue
from .errors import SqlError

if TYPE_CHECKING:
    from .session import Session

READ_COMMITTED, SNAPSHOT = "READ COMMITTED", "SNAPSHOT"
_ROWS_A_BATCH = 8192


class Transaction:
    """``explicit``: begun by the client. It reads without a lock and writes with the writer's.

    READ COMMITTED sees, in each statement, what was committed when the statement began; SNAPSHOT
    (and what is stronger) what was when the transaction first looked.
    """

    def __init__(self, session: Session, *, explicit: bool) -> None:
        self.session = session
        self.database = session.database
        self.explicit = explicit
        self.isolation = session.isolation
        self.catalogue: Catalogue = self.database.catalogue
        self.writing = False
        self.doomed = False
        self.changed = False
        self.tracked = False  # whether a tracked table changed
        self.written: set[int] = set()  # tables that have rows of it
        self._defined = False
        self._begun = False

    # ------------------------------------------------------------------------------ views

    def look(self) -> None:
        """See what is committed now; or, within a snapshot or a writing transaction, what was."""
        if not self._begun:
            with self.database.moment:
                self.session.cursor.begin()
                if not self.writing:
                    # The first touch, and not BEGIN, fixes what DuckDB shows. Whoever may write
                    # need not hurry: nobody else changes the catalogue meanwhile.
                    self.session.cursor.execute("SELECT 1 FROM hygge_double LIMIT 0").fetchall()
                if not self._defined:
                    self.catalogue = self.database.catalogue
            self._begun = True

    def known(self) -> Catalogue:
        """The catalogue that a statement will see, if nothing is defined meanwhile."""
        if not (self._begun or self._defined):
            self.catalogue = self.database.catalogue
        return self.catalogue

    def write(self) -> None:
        """Be the one who may write. Raises 1222 or 1205."""
        self.refuse_doomed()
        if self.writing:
            return
        self.database.writer.take(self.session)
        if self._begun and self.isolation == READ_COMMITTED:
            self.session.cursor.rollback()
            self._begun = False
        self.writing = True
        self.look()

    def refuse_doomed(self) -> None:
        """Raises 3930 where nothing but a rollback is left."""
        if self.doomed:
            raise SqlError(
                3930,
                "The current transaction cannot be committed and cannot support operations that "
                "write to the log file. Roll back the transaction.",
            )

    def blink(self) -> None:
        """The end of a statement: READ COMMITTED looks anew with the next."""
        if self._begun and not self.writing and self.isolation == READ_COMMITTED:
            self.session.cursor.rollback()
            self._begun = False

    def define(self, catalogue: Catalogue) -> None:
        """The catalogue as this transaction has changed it."""
        self.catalogue = catalogue
        self._defined = self.changed = True

    # -------------------------------------------------------------------------------- ends

    def commit(self) -> None:
        if self._begun:
            with self.database.moment:
                if self.changed:
                    if self.tracked:
                        self.database.change_version += 1
                    self.database.save(self.session.cursor, self.catalogue)
                self.session.cursor.commit()
                if self._defined:
                    self.database.catalogue = self.catalogue
        self._over()

    def rollback(self) -> None:
        if self._begun:
            self.session.cursor.rollback()
        self._over()

    def _over(self) -> None:
        self._begun = self.writing = False
        self.database.active.pop(self.session.spid, None)
        self.database.writer.give(self.session)

    # -------------------------------------------------------------------------- statements

    def run(self, sql: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """A small answer, or the count of a change as its only value."""
        try:
            return self.session.cursor.execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            raise self._broken(error) from error

    def count(self, sql: str) -> int:
        """Run a change; how many rows it changed."""
        self.changed = True
        rows = self.run(sql)
        return int(rows[0][0]) if rows and rows[0] else 0

    def stream(self, sql: str) -> Iterator[pa.RecordBatch]:
        """A large answer, in batches; DuckDB works on as they are taken."""
        try:
            yield from self.session.cursor.sql(sql).to_arrow_reader(_ROWS_A_BATCH)
        except duckdb.Error as error:
            raise self._broken(error) from error

    def put(self, sql: str, rows: pa.Table) -> int:
        """Run a change that reads ``rows`` as a table named ``incoming``."""
        self.changed = True
        cursor = self.session.cursor
        cursor.register("incoming", rows)
        try:
            return int(cursor.execute(sql).fetchall()[0][0])
        except duckdb.Error as error:
            raise self._broken(error) from error
        finally:
            cursor.unregister("incoming")

    def _broken(self, error: duckdb.Error) -> Exception:
        """DuckDB gives a transaction up at its first error: nothing of it can be kept."""
        if self._begun:
            self.session.cursor.rollback()
            self._begun = False
        self.doomed = self.doomed or self.writing
        return failing(error)
