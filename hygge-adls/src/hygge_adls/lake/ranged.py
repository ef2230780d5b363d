"""A lake's file read by ranges: as a stream with read-ahead, or as a sparse copy on this host."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hygge_adls.lake.lake import BLOCK_BYTES, Lake
from hygge_core.shelf import Entry

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_FIRST_BYTES = 256 << 10
_TAIL_BYTES = 64 << 10
_FOOTERS_BYTES = 64 << 20
_MAGIC_BYTES = 8  # a footer's length, and the word PAR1


class Ranged(io.RawIOBase):
    """The bytes of one file, always of the same version: a replaced file is a transient error.

    What is read in order is read ahead, in pieces that grow to ``BLOCK_BYTES``; memory holds one.
    """

    def __init__(self, lake: Lake, file: Entry) -> None:
        self._lake = lake
        self._file = file
        self._at = 0
        self._piece = b""
        self._start = 0
        self._ahead = _FIRST_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._file.bytes}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        view = memoryview(buffer).cast("B")
        if not self._start <= self._at < self._start + len(self._piece):
            self._fetch(len(view))
        got = self._piece[self._at - self._start :][: len(view)]
        view[: len(got)] = got
        self._at += len(got)
        return len(got)

    def _fetch(self, wanted: int) -> None:
        in_order = self._at == self._start + len(self._piece)
        self._ahead = min(self._ahead * 2, BLOCK_BYTES) if in_order else _FIRST_BYTES
        self._start = self._at
        length = min(max(wanted, self._ahead), self._file.bytes - self._at)
        self._piece = (
            self._lake.read(self._file.name, self._at, length, etag=self._file.etag)
            if length > 0
            else b""
        )


def opened(lake: Lake, file: Entry) -> io.BufferedReader:
    """A file to read; the caller closes."""
    return io.BufferedReader(Ranged(lake, file), _FIRST_BYTES)


class SparseCopy:
    """A file of this host as large as the lake's, of which only some ranges are there.

    Readers of Parquet jump to the footer and then to the columns that they want; whoever knows
    which these are fetches just those.
    """

    def __init__(self, lake: Lake, file: Entry, path: Path) -> None:
        self.path = path
        self._lake = lake
        self._file = file
        with path.open("wb") as made:
            made.truncate(file.bytes)

    def fetch(self, start: int, stop: int) -> None:
        """Bring the bytes from ``start`` to before ``stop``, with little of them in memory."""
        while start < stop:
            length = min(BLOCK_BYTES, stop - start)
            self.put(start, self._lake.read(self._file.name, start, length, etag=self._file.etag))
            start += length

    def put(self, start: int, content: bytes) -> None:
        """Put bytes in their place that somebody has fetched."""
        with self.path.open("r+b") as local:
            local.seek(start)
            local.write(content)


class Footers:
    """The footers of Parquet files, each fetched once: planning asks for them several times.

    Keeps ``limit`` bytes of them at most; beyond that they are fetched each time.
    """

    def __init__(self, lake: Lake, limit: int = _FOOTERS_BYTES) -> None:
        self._lake = lake
        self._left = limit
        self._known: dict[tuple[str, str], bytes] = {}

    @contextmanager
    def copy(self, file: Entry) -> Iterator[SparseCopy]:
        """A sparse copy with the footer in it, for the length of the block."""
        footer = self._of(file)
        with tempfile.TemporaryDirectory(prefix="hygge-") as folder:
            copy = SparseCopy(self._lake, file, Path(folder) / "part.parquet")
            copy.put(file.bytes - len(footer), footer)
            yield copy

    def _of(self, file: Entry) -> bytes:
        key = file.name, file.etag
        known = self._known.get(key)
        if known is None:
            known = self._fetched(file)
            if len(known) <= self._left:
                self._left -= len(known)
                self._known[key] = known
        return known

    def _fetched(self, file: Entry) -> bytes:
        """The footer of a Parquet file; of any other file, its end."""
        tail = self._end(file, _TAIL_BYTES)
        length = int.from_bytes(tail[-_MAGIC_BYTES:-4], "little") + _MAGIC_BYTES
        if not tail.endswith(b"PAR1") or length > file.bytes:
            return tail
        return tail[-length:] if length <= len(tail) else self._end(file, length)

    def _end(self, file: Entry, length: int) -> bytes:
        start = max(0, file.bytes - length)
        if start == file.bytes:
            return b""
        return self._lake.read(file.name, start, file.bytes - start, etag=file.etag)
