"""A whole file on its way into staging: copied, digested, held against the footer that was seen.

The digest is of the bytes that were copied. What it cannot tell is whether they were sound before:
pages are not decoded on the way, so a bit that had flipped in the source's pages arrives flipped,
as it would with ``cp``. What is seen: a footer that makes no sense, a file that was cut short or
replaced, a column that would lie beyond the file's end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from hygge_core.protocols import GivenFile


@frozen(kw_only=True)
class Copied:
    """What arrived: how many bytes, their digest, and that of the last ``footer_bytes`` of them."""

    bytes: int
    sha256: str
    footer_sha256: str

    def is_of(self, file: GivenFile) -> bool:
        """Whether it is the file whose footer was looked at."""
        return (self.bytes, self.footer_sha256) == (file.bytes, file.footer_sha256)


class Digesting:
    """Pieces of ``file`` go by: counted and digested, whoever keeps them."""

    def __init__(self, file: GivenFile, heed: Callable[[int], None]) -> None:
        self._heed = heed
        self._footer_from = file.bytes - file.footer_bytes
        self._whole = hashlib.sha256()
        self._footer = hashlib.sha256()
        self._bytes = 0

    def see(self, piece: memoryview) -> None:
        """The next piece. Raises what ``heed`` raises."""
        self._whole.update(piece)
        before = max(0, self._footer_from - self._bytes)
        if before < len(piece):
            self._footer.update(piece[before:])
        self._bytes += len(piece)
        self._heed(self._bytes)

    def copied(self) -> Copied:
        """After the last piece."""
        return Copied(
            bytes=self._bytes,
            sha256=self._whole.hexdigest(),
            footer_sha256=self._footer.hexdigest(),
        )


def copied_to(path: Path, file: GivenFile, heed: Callable[[int], None]) -> Copied:
    """Write the file's bytes to ``path``."""
    digesting = Digesting(file, heed)
    with path.open("wb", buffering=0) as target:
        for piece in file.pieces():
            _write(target.write, piece)
            digesting.see(piece)
    return digesting.copied()


def digested(pieces: Iterable[memoryview], file: GivenFile, heed: Callable[[int], None]) -> Copied:
    """What arrived without our hands on it (blocks that a file system shares), read again."""
    digesting = Digesting(file, heed)
    for piece in pieces:
        digesting.see(piece)
    return digesting.copied()


def _write(write: Callable[[memoryview], int | None], piece: memoryview) -> None:
    """All of it: a single call may take less."""
    while piece:
        piece = piece[write(piece) or 0 :]
