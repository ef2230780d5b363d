"""A file that goes by: read piece by piece where it lies, seen on its way, and read by the SDK."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from hygge_core.staged import Digesting


class Passing(io.RawIOBase):
    """``pieces`` as a stream that can be read once; each piece is shown to ``seen``."""

    def __init__(self, pieces: Iterator[memoryview], seen: Digesting) -> None:
        self._pieces = pieces
        self._seen = seen
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        """Some bytes of the current piece; a piece holds until the next one is asked for."""
        if not self._piece:
            self._piece = next(self._pieces, memoryview(b""))
            self._seen.see(self._piece)
        view = memoryview(buffer).cast("B")
        got = min(len(view), len(self._piece))
        view[:got] = self._piece[:got]
        self._piece = self._piece[got:]
        return got
