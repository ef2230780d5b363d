"""``TdsServer``: an SQL Server that a test owns, in a thread of its process."""

from __future__ import annotations

import itertools
import socket
import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import frozen

from .applocks import AppLocks
from .connection import Connection
from .database import Database
from .errors import SqlError
from .faults import Fault, Faults
from .log import Log
from .query import Answers

USER, PASSWORD = "hygge", "p@ss;word} 1"


@frozen
class Referring:
    """A foreign key of the table ``by``; ``seen``: whether the login may know of it."""

    by: str
    cascade: bool = False
    seen: bool = True


class TdsServer:
    """``with TdsServer() as server:`` and the driver at ``server.host``, ``server.port``.

    ``folder``: where databases are kept as files, so that they survive; None keeps them in memory
    (as long as this object lives: ``stop`` and ``start`` are a restart). ``log``, ``faults`` and
    ``denied`` may be read and turned from any thread while it runs.
    """

    def __init__(
        self,
        *,
        databases: Iterable[str] = ("hygge",),
        folder: Path | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        tls_required: bool = False,
    ) -> None:
        self.host = "127.0.0.1"
        self.port = port
        self.user, self.password = USER, PASSWORD
        self.tls = tls
        self.tls_required = tls_required
        self.logins = {USER: PASSWORD}
        names = ("master", *databases)
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.databases = {
            name.lower(): Database(name, folder and folder / f"{name}.duckdb") for name in names
        }
        self.database = next(iter(databases))
        self.applocks = AppLocks()
        self.faults = Faults()
        self.log = Log()
        self.denied: set[tuple[str, str]] = set()  # (PERMISSION, "schema.table" or "*")
        #: "schema.table" → the foreign key to it.
        self.referred: dict[str, Referring] = {}
        #: "schema.table" → what it is besides: temporal, history, cdc, published, indexed view, in
        #: memory; or that it is a view.
        self.besides: dict[str, str] = {}
        self.user_options: dict[str, str] = {}  # what every session begins with: NOCOUNT → ON
        self.clock_shift_seconds = 0.0
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()
        self._spids = itertools.count(51)
        self._listener: socket.socket | None = None
        self._threads: list[threading.Thread] = []

    # --------------------------------------------------------------------------- lifetime

    def start(self) -> TdsServer:
        listener = socket.create_server((self.host, self.port), backlog=64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        thread = threading.Thread(
            target=self._accept, args=(listener,), daemon=True, name="tds-accept"
        )
        thread.start()
        self._threads = [thread]
        return self

    def stop(self) -> None:
        """Refuse new connections and cut those that are; what was committed stays."""
        listener, self._listener = self._listener, None
        if listener is not None:
            with suppress(OSError):  # not every system has a way to wake accept so
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.faults.clear()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def close(self) -> None:
        self.stop()
        for database in self.databases.values():
            database.close()

    def __enter__(self) -> TdsServer:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            connection = Connection(self, sock, next(self._spids))
            with self._lock:
                self._connections.add(connection)
            thread = threading.Thread(
                target=self._serve, args=(connection,), daemon=True, name=f"tds-{connection.spid}"
            )
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: Connection) -> None:
        try:
            connection.serve()
        finally:
            with self._lock:
                self._connections.discard(connection)

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        with self._lock:
            return len(self._connections)

    def cut(self) -> None:
        """Cut every connection, as an idle firewall or a failover does."""
        with self._lock:
            open_now = list(self._connections)
        for connection in open_now:
            connection.cut()

    # -------------------------------------------------------------------- what tests ask

    def numbered(self) -> Iterator[tuple[int, Database]]:
        """database_id and database."""
        return iter(enumerate(self.databases.values(), 1))

    def fail(self, point: str, /, **fields: Any) -> Fault:
        """Plan a fault: ``fail("commit", moment="after", drop=True)``; see ``Fault``."""
        return self.faults.add(point, **fields)

    def connection_string(self, database: str | None = None) -> str:
        """For ``mssql_python.connect``."""
        password = self.password.replace("}", "}}")
        return (
            f"Server={self.host},{self.port};Database={database or self.database};UID={self.user};"
            f"PWD={{{password}}};Encrypt=no;TrustServerCertificate=yes"
        )

    def execute(self, sql: str, database: str | None = None) -> pa.Table:
        """Run T-SQL without a client; the last result. Raises ``SqlError``."""
        return Answers(self, self.databases[(database or self.database).lower()]).run(sql)

    def rows(self, table: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """The rows of a table or a query as Python has them; moments are texts, with all digits."""
        sql = table if " " in table.strip() else f"SELECT * FROM {table}"
        return Answers(self, self.databases[(database or self.database).lower()]).rows(sql)


__all__ = ["SqlError", "TdsServer"]
