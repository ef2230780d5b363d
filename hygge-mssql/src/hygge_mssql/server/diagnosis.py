"""``hygge check``: what is wrong between here and the database, in plain words."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hygge_core.errors import AuthError, HomeError, HyggeError
from hygge_mssql.statements import session as say

if TYPE_CHECKING:
    from hygge_mssql.server.server import Server
    from hygge_mssql.server.session import Session

Finding = tuple[str, str, str]

_PORT = 1433
#: The database that every server has, and every login may enter.
_SERVERS_OWN = "master"
_REACH = "look at server and port, DNS, the firewall, and whether the server listens on TCP"


def examined(server: Server) -> Iterator[Finding]:
    """Network, sign-in, database, permissions: what fails first is all that is told."""
    reached = _reached(server)
    if reached is not None:
        yield reached
        if reached[1] != "ok":
            return
    try:
        with server.session(HomeError) as session:
            yield from _inside(session)
    except HyggeError as exc:
        yield from _not_inside(server, exc)


def _not_inside(server: Server, exc: HyggeError) -> Iterator[Finding]:
    """The driver tells of a missing database as of a failed login: the server itself knows."""
    config, tried = server.config, f"{server.config.auth} signs in to {server.place}"
    if isinstance(exc, AuthError) and _lets_in(server.elsewhere(_SERVERS_OWN)):
        yield (
            tried,
            f"{exc}; but the server lets this login in, so it is the database {config.database!r}"
            " that is not there, or not for it",
            "look at the name of the database, and at its users: CREATE USER ... FOR LOGIN ...",
        )
        return
    yield tried, str(exc), exc.hint or ""


def _lets_in(server: Server) -> bool:
    try:
        with server.session(HomeError):
            return True
    except HyggeError:
        return False
    finally:
        server.close()


def _reached(server: Server) -> Finding | None:
    """An instance's port is only known to its browser service: then the sign-in has to tell."""
    host, _, instance = server.config.server.removeprefix("tcp:").partition("\\")
    if instance and server.config.port is None:
        return None
    where = (host, server.config.port or _PORT)
    try:
        socket.create_connection(where, timeout=server.config.connect_seconds).close()
    except OSError as exc:
        return f"{host} can be reached", f"{host}:{where[1]}: {exc}", _REACH
    return f"{host} can be reached", "ok", ""


def _inside(session: Session) -> Iterator[Finding]:
    version, _, database, login = session.one(say.WHO.sql) or ("?", 0, "?", "?")
    yield f"{login} signs in to {database} (SQL Server {version})", "ok", ""
