"""Bytes over a socket: in clear, or through TLS once the client has asked for it.

TLS before TDS 8.0 shakes hands inside PRELOGIN packets ([MS-TDS] 2.2.6.5, 3.2.5.2), so the TLS
engine works on memory and this module carries its records.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

_CHUNK = 1 << 16


class Gone(Exception):
    """The client has closed, or the plan of faults has cut the connection."""


class Transport(Protocol):
    def read(self, size: int) -> bytes: ...
    def write(self, payload: bytes) -> None: ...
    def readable(self) -> bool: ...
    def close(self) -> None: ...


class Clear:
    """A socket with a buffer in front of it."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock = sock
        self._buffer = bytearray()

    def read(self, size: int) -> bytes:
        """Exactly ``size`` bytes. Raises ``Gone`` when there will never be so many."""
        while len(self._buffer) < size:
            self._buffer += self.some()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def first(self) -> int:
        """The next byte, left where it is."""
        while not self._buffer:
            self._buffer += self.some()
        return self._buffer[0]

    def taken(self) -> bytes:
        """What was read already and nobody has had."""
        waiting, self._buffer = bytes(self._buffer), bytearray()
        return waiting or self.some()

    def some(self) -> bytes:
        try:
            got = self.sock.recv(_CHUNK)
        except OSError as gone:
            raise Gone from gone
        if not got:
            raise Gone
        return got

    def write(self, payload: bytes) -> None:
        try:
            self.sock.sendall(payload)
        except OSError as gone:
            raise Gone from gone

    def readable(self) -> bool:
        """Whether a read would find something, be it the end."""
        if self._buffer:
            return True
        try:
            return bool(select.select([self.sock], [], [], 0)[0])
        except (OSError, ValueError) as gone:
            raise Gone from gone

    def cut(self) -> None:
        """Shut it, so that whoever reads or writes it notices; from any thread."""
        with suppress(OSError):  # it was cut before
            self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        self.sock.close()


class Tls:
    """TLS over a clear transport; ``wrap`` and ``unwrap`` dress its records while it begins."""

    def __init__(self, clear: Clear, context: ssl.SSLContext) -> None:
        self.clear = clear
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._in, self._out, server_side=True)
        self._buffer = bytearray()

    def shake_hands(self, receive: Callable[[], bytes], send: Callable[[bytes], None]) -> None:
        """``receive() -> bytes`` and ``send(bytes)`` carry the records of the handshake."""
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                if self._out.pending:
                    send(self._out.read())
                self._in.write(receive())
                continue
            except ssl.SSLError as refused:
                raise Gone from refused
            if self._out.pending:
                send(self._out.read())
            return

    def read(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._buffer += self._some()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _some(self) -> bytes:
        while True:
            try:
                got = self._tls.read(_CHUNK)
            except ssl.SSLWantReadError:
                self._in.write(self.clear.some())
                continue
            except ssl.SSLError as broken:
                raise Gone from broken
            if not got:
                raise Gone
            return got

    def write(self, payload: bytes) -> None:
        self._tls.write(payload)
        self.clear.write(self._out.read())

    def readable(self) -> bool:
        return bool(self._buffer) or self._tls.pending() > 0 or self.clear.readable()

    def close(self) -> None:
        self.clear.close()
