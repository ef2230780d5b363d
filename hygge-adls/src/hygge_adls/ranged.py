"""A lake's file read by ranges: as a stream with read-ahead, or as a sparse copy on this host."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hygge_adls.lake import BLOCK_BYTES, Lake
from hygge_core.shelf import Entry

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_FIRST_BYTES = 256 << 10
_TAIL_BYTES = 64 << 10
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
        with self.path.open("r+b") as local:
            local.seek(start)
            while start < stop:
                length = min(BLOCK_BYTES, stop - start)
                local.write(self._lake.read(self._file.name, start, length, etag=self._file.etag))
                start += length

    def fetch_footer(self) -> None:
        """Bring the end of the file, as far as the footer of a Parquet file reaches."""
        size = self._file.bytes
        start = max(0, size - _TAIL_BYTES)
        self.fetch(start, size)
        with self.path.open("rb") as local:
            local.seek(max(0, size - _MAGIC_BYTES))
            length = int.from_bytes(local.read(4), "little")
            local.seek(0)
        wanted = max(0, size - length - _MAGIC_BYTES)
        if wanted < start and self._is_parquet():
            self.fetch(wanted, start)

    def _is_parquet(self) -> bool:
        with self.path.open("rb") as local:
            local.seek(-4, io.SEEK_END)
            return local.read() == b"PAR1"


@contextmanager
def sparse_copy(lake: Lake, file: Entry) -> Iterator[SparseCopy]:
    """A copy with the footer, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="hygge-") as folder:
        copy = SparseCopy(lake, file, Path(folder) / "part.parquet")
        copy.fetch_footer()
        yield copy


@contextmanager
def footer_copy(lake: Lake, file: Entry) -> Iterator[Path]:
    """A local path to a Parquet file of which only the footer is there."""
    with sparse_copy(lake, file) as copy:
        yield copy.path
