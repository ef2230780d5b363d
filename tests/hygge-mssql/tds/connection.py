"""One client from the first packet to the last: prelogin, login, then request after request."""

from __future__ import annotations

import socket
import struct
import time
from typing import TYPE_CHECKING

from . import bulk, packets, tokens
from .log import Entry
from .packets import Cancelled, Wire
from .prepared import Prepared
from .requests import Requests
from .session import Session
from .transport import Clear, Gone

if TYPE_CHECKING:
    from .server import TdsServer


class Connection(Requests):
    def __init__(self, server: TdsServer, sock: socket.socket, spid: int) -> None:
        self.server = server
        self.spid = spid
        self.clear = Clear(sock)
        self.wire = Wire(self.clear)
        self.wire.spid = spid
        self.session: Session | None = None
        self._plan: bulk.Plan | None = None
        self._descriptor = 0

    def serve(self) -> None:
        """Until the client goes, or a fault cuts it off."""
        try:
            self.server.faults.at("connect", "before", None, "")
            self._greet()
            session = self._log_in()
            self._hear(session)
            self._prepared = Prepared()
            self.session = session
            while True:
                self._request(session)
        except (Gone, ConnectionError):
            pass
        finally:
            self.close()

    def close(self) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.close()
        self.wire.transport.close()

    def cut(self) -> None:
        """From another thread: the client sees the connection go."""
        self.clear.cut()

    def _hear(self, session: Session) -> None:
        """What the session tells its client of transactions (ENVCHANGE 8, 9, 10)."""

        def began() -> None:
            self._descriptor += 1
            self._descriptor_bytes = struct.pack("<Q", self._descriptor << 32 | self.spid)
            self.wire.send(tokens.environment(tokens.BEGIN, self._descriptor_bytes, b""))

        def ended(how: str) -> None:
            kind = tokens.COMMIT if how == "COMMIT" else tokens.ROLLBACK
            self.wire.send(tokens.environment(kind, b"", self._descriptor_bytes))

        session.notice = self.wire.notice
        session.began, session.ended = began, ended

    # --------------------------------------------------------------------------- requests

    def _request(self, session: Session) -> None:
        first = self.wire.packet()
        if first.kind == packets.ATTENTION:
            self._acknowledge()
            return
        if first.status & (packets.RESET | packets.RESET_KEEPING):
            self._reset(session)
        began = time.monotonic()
        kept = len(self.server.log.entries)
        try:
            self._serve(first, session)
        except Cancelled:
            self.server.log.add(Entry(self.spid, "attention", session.now_running))
            self.wire.forget()
            if session.on("XACT_ABORT"):
                session.undo()
                self.wire.forget()
            self._acknowledge()
        for entry in self.server.log.entries[kept:]:
            if entry.spid == self.spid and not entry.seconds:
                entry.seconds = time.monotonic() - began

    def _acknowledge(self) -> None:
        self.wire.send(tokens.done(tokens.ATTENTION_SEEN))
        self.wire.end()

    def _reset(self, session: Session) -> None:
        ended, session.ended = session.ended, lambda how: None
        session.reset()
        session.ended = ended
        self._hear(session)
        self._prepared = Prepared()
        self.wire.send(tokens.environment(tokens.RESET_DONE, "", ""))
