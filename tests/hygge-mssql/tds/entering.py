"""How a client comes in: prelogin, perhaps TLS, and who it says that it is."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TYPE_CHECKING

from . import login, packets, prelogin, tokens
from .errors import SqlError
from .log import Entry
from .packets import Wire
from .session import Session
from .transport import Clear, Gone, Tls

if TYPE_CHECKING:
    from .server import TdsServer

# The first byte of a TLS record of the handshake.
_TLS_HANDSHAKE = 0x16
_COLLATION = bytes.fromhex("0904d00034")


class Entering:
    """The part of a connection before its first request."""

    server: TdsServer
    spid: int
    clear: Clear
    wire: Wire

    def _greet(self) -> None:
        strict = self.clear.first() == _TLS_HANDSHAKE
        if strict:
            self._secure(self.clear.taken, self.clear.write)
        first = self.wire.packet()
        if first.kind != packets.PRELOGIN:
            raise Gone
        asked = prelogin.read(self.wire.message(first))
        offered = self.server.tls is not None
        chosen = prelogin.encryption(asked, offered=offered, required=self.server.tls_required)
        self.wire.send(prelogin.answer(asked, chosen))
        self.wire.end()
        if strict or chosen == prelogin.NOT_SUPPORTED:
            return
        self._secure(self._wrapped_read, self._wrapped_write)
        self._only_login = chosen == prelogin.OFF

    def _secure(self, receive: Callable[[], bytes], send: Callable[[bytes], None]) -> None:
        """TDS 8.0 begins with TLS; before, its handshake is carried in PRELOGIN packets."""
        if self.server.tls is None:
            raise Gone
        secure = Tls(self.clear, self.server.tls)
        secure.shake_hands(receive, send)
        self.wire.transport = secure

    _only_login = False

    def _wrapped_read(self) -> bytes:
        return self.wire.message(self.wire.packet())

    def _wrapped_write(self, records: bytes) -> None:
        size = len(records) + 8
        self.clear.write(
            struct.pack(">BBHHBB", packets.PRELOGIN, packets.LAST, size, 0, 0, 0) + records
        )

    def _log_in(self) -> Session:
        first = self.wire.packet()
        if first.kind != packets.LOGIN:
            raise Gone
        asked = login.read(self.wire.message(first))
        if self._only_login:
            self.wire.transport = self.clear
        entry = self.server.log.add(Entry(self.spid, "login", asked.user, program=asked.program))
        try:
            session = self._admitted(asked)
        except SqlError as refused:
            entry.error = refused.number
            for error in _refusal(refused, asked):
                self.wire.send(
                    tokens.message(error.number, error.state, error.severity, error.text)
                )
            self.wire.send(tokens.done(tokens.FAILED))
            self.wire.end()
            raise Gone from refused
        self._welcome(session, asked)
        return session

    def _admitted(self, asked: login.Login) -> Session:
        """Raises 18456 or 4060."""
        self.server.faults.at("login", "before", None, asked.user)
        known = self.server.logins.get(asked.user)
        if asked.integrated or known is None or known != asked.password:
            state = 5 if known is None else 8
            raise SqlError(
                18456, f"Login failed for user '{asked.user}'.", severity=14, state=state
            )
        database = self.server.databases.get((asked.database or "master").lower())
        if database is None:
            raise SqlError(
                4060,
                (
                    f'Cannot open database "{asked.database}" requested by the login. The '
                    "login failed."
                ),
                severity=11,
            )
        return Session(self.server, database, asked, self.spid)

    def _welcome(self, session: Session, asked: login.Login) -> None:
        size = min(max(asked.packet_size or 4096, 512), 32_767)
        name = session.database.name
        send = self.wire.send
        send(tokens.environment(tokens.DATABASE, name, "master"))
        send(tokens.message(5701, 2, 0, f"Changed database context to '{name}'."))
        send(tokens.environment(tokens.COLLATION, _COLLATION, b""))
        send(tokens.environment(tokens.LANGUAGE, "us_english", ""))
        send(tokens.message(5703, 1, 0, "Changed language setting to us_english."))
        send(tokens.login_ack("Microsoft SQL Server", prelogin.SERVER_VERSION[:4]))
        send(tokens.environment(tokens.PACKET_SIZE, str(size), str(size)))
        if login.UTF8_SUPPORT in asked.features:
            send(tokens.feature_ack({login.UTF8_SUPPORT: b"\x01"}))
        send(tokens.done(0))
        self.wire.end()
        self.wire.packet_size = size
        self.wire.before_write = lambda: self.server.faults.at("write", "before", session)


def _refusal(refused: SqlError, asked: login.Login) -> list[SqlError]:
    """4060 is followed by 18456, as servers do."""
    if refused.number != 4060:
        # The client is told state 1, whatever the log of the server says.
        return [
            SqlError(
                refused.number,
                refused.text,
                severity=refused.severity,
                state=1 if refused.number == 18456 else refused.state,
            )
        ]
    return [refused, SqlError(18456, f"Login failed for user '{asked.user}'.", severity=14)]
