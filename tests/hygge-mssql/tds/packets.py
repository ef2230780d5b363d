"""Packets: eight bytes of header and a payload; several make a message ([MS-TDS] 2.2.3).

``Wire`` is one connection: messages in, messages out, cut at the agreed packet size. While it sends
it looks whether the client has changed its mind (an attention, 2.2.1.7) or has gone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from attrs import frozen

from .transport import Transport

BATCH, RPC, REPLY, ATTENTION, BULK, TRANSACTION, LOGIN, PRELOGIN = 1, 3, 4, 6, 7, 14, 16, 18
LAST, IGNORE, RESET, RESET_KEEPING = 0x01, 0x02, 0x08, 0x10

_HEADER = struct.Struct(">BBHHBB")
# Enough payload to be worth a write to the socket.
_FLUSH_BYTES = 1 << 18


class Cancelled(Exception):
    """The client sent an attention: it no longer wants this answer."""


@frozen
class Packet:
    kind: int
    status: int
    payload: bytes

    @property
    def last(self) -> bool:
        return bool(self.status & LAST)


class Wire:
    """One connection's packets. ``before_write`` is called before each write, for slow reads."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.packet_size = 4096
        self.spid = 0
        self._pending = bytearray()
        self.before_write = lambda: None

    def packet(self) -> Packet:
        """The next packet. Raises ``Gone`` at the end of the connection."""
        kind, status, length, *_ = _HEADER.unpack(self.transport.read(_HEADER.size))
        return Packet(kind, status, self.transport.read(length - _HEADER.size))

    def rest(self, first: Packet) -> Iterator[Packet]:
        """``first`` and what follows it in its message."""
        packet = first
        yield packet
        while not packet.last:
            packet = self.packet()
            yield packet

    def message(self, first: Packet) -> bytes:
        return b"".join(packet.payload for packet in self.rest(first))

    def send(self, payload: bytes) -> None:
        """Add to the answer; full packets leave once there are enough of them."""
        self._pending += payload
        if len(self._pending) >= _FLUSH_BYTES:
            room = self.packet_size - _HEADER.size
            # At least one byte stays for the packet that says that it is the last.
            whole = (len(self._pending) - 1) // room * room
            self._write(bytes(self._pending[:whole]), last=False)
            del self._pending[:whole]
            self.notice()

    def end(self) -> None:
        """Send what is left; this message is complete."""
        payload, self._pending = bytes(self._pending), bytearray()
        self._write(payload, last=True)

    def forget(self) -> None:
        """Drop what was not sent yet."""
        self._pending.clear()

    def notice(self) -> None:
        """Raise ``Cancelled`` when an attention waits to be read, ``Gone`` at the end."""
        if self.transport.readable() and self.packet().kind == ATTENTION:
            raise Cancelled

    def _write(self, payload: bytes, *, last: bool) -> None:
        room = self.packet_size - _HEADER.size
        cuts = range(0, max(len(payload), 1), room)
        out = bytearray()
        for number, start in enumerate(cuts, 1):
            piece = payload[start : start + room]
            status = LAST if last and start == cuts[-1] else 0
            size = len(piece) + _HEADER.size
            out += _HEADER.pack(REPLY, status, size, self.spid, number & 0xFF, 0)
            out += piece
        self.before_write()
        self.transport.write(bytes(out))
