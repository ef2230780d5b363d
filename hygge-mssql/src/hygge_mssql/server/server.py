"""An opened ``[connections.NAME]``: sessions, kept while they are good, replaced when they died."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from attrs import evolve

from hygge_core import faults
from hygge_core.errors import FlowError, HomeError
from hygge_core.scene import Cancel, Scene
from hygge_mssql import catalogue
from hygge_mssql.server import border, diagnosis
from hygge_mssql.server.driver import arguments, driver
from hygge_mssql.server.session import Session
from hygge_mssql.settings.connections import MssqlConnectionConfig
from hygge_mssql.statements import session as say

#: A connection that waited so long is asked whether it lives before it is used.
_DOUBTFUL_SECONDS = 2.0


@contextmanager
def open_connection(config: MssqlConnectionConfig, scene: Scene) -> Iterator[Server]:
    """Load the driver, and connect to nothing yet. Raises ``PluginError``."""
    driver()
    server = Server(config)
    try:
        yield server
    finally:
        server.close()


class Server:
    """Sessions of one database. Also a ``Discovers`` and a ``Checks``.

    How many there may be is ruled by the slots of the run: an entity takes all that it needs at
    once, or waits, so that its reader and its writer never wait for each other here.
    """

    def __init__(self, config: MssqlConnectionConfig) -> None:
        self.config = config
        port = f":{config.port}" if config.port else ""
        self.place = f"{config.server}{port}/{config.database}"
        self._idle: list[tuple[float, Session]] = []
        self._turn = threading.Lock()

    @contextmanager
    def session(self, raising: type[FlowError], cancel: Cancel | None = None) -> Iterator[Session]:
        """A session for the block; it is given back, or closed where it broke.

        ``cancel``: who asks it to stop ends the statement that runs.
        """
        session = self.take(raising)
        try:
            with session.heeding(cancel or Cancel()):
                yield session
        finally:
            self.give(session)

    def take(self, raising: type[FlowError]) -> Session:
        """A session that lives, for ``give``. Raises ``raising`` or ``AuthError``."""
        while (found := self._waiting()) is not None:
            since, session = found
            session.raising = raising
            if time.monotonic() - since < _DOUBTFUL_SECONDS or _lives(session):
                return session
            session.close()
        return self._connected(raising)

    def give(self, session: Session) -> None:
        """Keep the session for others, where it is good and there is room."""
        if session.broken:
            session.close()
            return
        with self._turn:
            room = len(self._idle) < self.config.max_connections
            if room:
                self._idle.append((time.monotonic(), session))
        if not room:
            session.close()

    def tables(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        with self.session(HomeError) as session:
            yield from catalogue.tables(session)

    def check(self) -> Iterable[tuple[str, str, str]]:
        yield from diagnosis.examined(self)

    def elsewhere(self, database: str) -> Server:
        """The same server and login, for another database."""
        return Server(evolve(self.config, database=database))

    def close(self) -> None:
        """Close what waits; what is in use is closed by whoever uses it."""
        while (found := self._waiting()) is not None:
            found[1].close()

    def _waiting(self) -> tuple[float, Session] | None:
        with self._turn:
            return self._idle.pop() if self._idle else None

    def _connected(self, raising: type[FlowError]) -> Session:
        with faults.around("mssql.connect", self.place), border.speaking(raising, self.place):
            connection: Any = driver().connect(**arguments(self.config))
        if self.config.query_seconds:
            connection.timeout = self.config.query_seconds
        session = Session(connection, self.place, self.config.lock_seconds)
        session.raising = raising
        try:
            session.execute(_set_up(self.config))
        except BaseException:
            session.close()
            raise
        return session


def _lives(session: Session) -> bool:
    try:
        session.value(say.ALIVE.sql)
    except Exception:  # noqa: BLE001  # whatever it says, another one is opened
        return False
    return True


def _set_up(config: MssqlConnectionConfig) -> str:
    milliseconds = round(config.lock_seconds * 1000)
    name = config.application_name.encode("utf-16-le")[:128]
    return say.SET_UP.with_(milliseconds=str(milliseconds), application=f"0x{name.hex()}")
