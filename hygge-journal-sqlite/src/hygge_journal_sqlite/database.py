"""One SQLite file that hygge writes to: WAL, ``synchronous=FULL``, short immediate transactions."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hygge_core.errors import FlowError
from hygge_journal_sqlite.border import speaking_hygge
from hygge_journal_sqlite.ground import make_folder, refuse_network, refuse_stub


class Database:
    """One connection, shared by threads: one of them at a time is in a transaction.

    ``raising`` is the class of the errors. Opening makes the file and its folders, but changes
    nothing in a file that is there. Whoever opens, closes: an open connection that a crash left
    behind would keep its locks.
    """

    def __init__(
        self, path: Path, *, raising: type[FlowError], busy_timeout_seconds: float
    ) -> None:
        self.path = path
        self.raising = raising
        self._turn = threading.Lock()
        self._patience = busy_timeout_seconds
        with speaking_hygge(raising, path):
            refuse_network(path, raising)
            make_folder(path.parent, raising)
            refuse_stub(path, raising)
            self._connection = sqlite3.connect(
                path, timeout=busy_timeout_seconds, isolation_level=None, check_same_thread=False
            )

    def keep_durably(self) -> None:
        """Switch the file to write-ahead logging, and this connection to syncing every commit."""
        with self._turn, speaking_hygge(self.raising, self.path):
            mode = self._switch_to_wal()
            self._connection.execute("PRAGMA synchronous = FULL")
        if mode not in ("wal", "memory"):
            raise self.raising(
                f"{self.path}: SQLite cannot keep a write-ahead log there (mode {mode})",
                hint="put it on a local disk of the machine that runs hygge",
            )

    def _switch_to_wal(self) -> str:
        # The busy timeout does not cover this switch: two processes that create the file at the
        # same moment would see "database is locked".
        deadline = time.monotonic() + self._patience
        while True:
            try:
                return str(self._connection.execute("PRAGMA journal_mode = WAL").fetchone()[0])
            except sqlite3.OperationalError as exc:
                busy = exc.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
                if not busy or time.monotonic() > deadline:
                    raise
                time.sleep(0.01)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view of the file."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def asking(self) -> Iterator[sqlite3.Connection]:
        """For one statement, which sees one state of the file by itself."""
        with self._turn, speaking_hygge(self.raising, self.path):
            yield self._connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction: all of the block or, whatever is raised in it, nothing."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    @contextmanager
    def noting(self) -> Iterator[sqlite3.Connection]:
        """A transaction of a journal that is on the disk with the next one of ``writing``.

        It has no sync of its own: a power cut may take it back, and whatever came after it, too.
        """
        with self._transaction("BEGIN IMMEDIATE", synced=False) as connection:
            yield connection

    @contextmanager
    def rehearsing(self) -> Iterator[sqlite3.Connection]:
        """A transaction whose block is tried and then undone."""
        with self._transaction("BEGIN IMMEDIATE", end="ROLLBACK") as connection:
            yield connection

    @contextmanager
    def _transaction(
        self, begin: str, end: str = "COMMIT", *, synced: bool = True
    ) -> Iterator[sqlite3.Connection]:
        connection = self._connection
        with self._turn, speaking_hygge(self.raising, self.path):
            if not synced:
                connection.execute("PRAGMA synchronous = NORMAL")
            try:
                connection.execute(begin)
                yield connection
                connection.execute(end)
            finally:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                if not synced:
                    connection.execute("PRAGMA synchronous = FULL")

    def close(self) -> None:
        """Give the file back; the last one to do so folds the log into it."""
        with self._turn:
            self._connection.close()
