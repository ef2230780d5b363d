"""Files on their way to the SDK: read piece by piece where they lie, and no longer than wanted."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from hygge_core.errors import Cancelled, StoreError

if TYPE_CHECKING:
    from hygge_core.protocols import GivenFile
    from hygge_core.staged import Digesting


def all_of(file: GivenFile) -> Iterator[memoryview]:
    """Its pieces; told here when they end early, for the service would only count what came."""
    read = 0
    for piece in file.pieces():
        read += len(piece)
        yield piece
    if read < file.bytes:
        raise StoreError(f"{file.name} changed while it was copied", transient=True)


class Passing(io.RawIOBase):
    """``pieces`` as a stream that can be read once; each piece is shown to ``seen``."""

    def __init__(self, pieces: Iterator[memoryview], seen: Digesting) -> None:
        self._pieces = pieces
        self._seen = seen
        self._piece = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """``size`` bytes of as many pieces as that takes (-1: of all); fewer only at the end.

        All in one: the SDK would put shorter answers together by copying what it has, each time.
        """
        gathered = io.BytesIO()
        while size < 0 or gathered.tell() < size:
            if not self._piece and not self._next():
                break
            got = len(self._piece) if size < 0 else size - gathered.tell()
            gathered.write(self._piece[:got])
            self._piece = self._piece[got:]
        return gathered.getvalue()

    def _next(self) -> bool:
        """A piece holds until the next one is asked for."""
        self._piece = next(self._pieces, memoryview(b""))
        self._seen.see(self._piece)
        return bool(self._piece)


class Wanted(io.RawIOBase):
    """A file of this host; reading it raises ``Cancelled`` as soon as nobody wants it any more."""

    def __init__(self, file: BinaryIO, unwanted: threading.Event) -> None:
        self._file = file
        self._unwanted = unwanted

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """As the file gives it: what the stream would make of ``readinto`` is copied once more."""
        if self._unwanted.is_set():
            raise Cancelled("the load was given up")
        return self._file.read(size)
