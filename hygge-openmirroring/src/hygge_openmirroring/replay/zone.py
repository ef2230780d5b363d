"""A landing zone as a reader meets it: files with names, sizes and times, and their bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from attrs import frozen


@frozen(kw_only=True)
class ZoneFile:
    """One file. ``path`` is ``/``-separated, relative to ``LandingZone``; ``modified`` in UTC."""

    path: str
    bytes: int
    modified: datetime

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        return self.path.rpartition("/")[0]


class Zone(Protocol):
    """Anything that lists and reads: a copy on this host, or the live one.

    Both verbs raise the errors of :mod:`hygge_core.errors`.
    """

    @property
    def address(self) -> str:
        """The zone as a person would find it."""
        ...

    def files(self, below: str = "") -> Sequence[ZoneFile]:
        """Every file below the folder ``below``, sorted by path; none where it is missing."""
        ...

    def read(self, path: str) -> bytes | None:
        """The whole of a small file; ``None``: there is none any more."""
        ...

    def local(self, path: str) -> AbstractContextManager[Path]:
        """The file ``path`` on this host, for as long as the block lasts."""
        ...


class LocalZone:
    """A copy of a landing zone, or one that is written on this host.

    ``root`` is ``LandingZone`` itself, or a folder that holds it (``Files``, the item's own).
    """

    def __init__(self, root: Path) -> None:
        inner = (root / "Files" / "LandingZone", root / "LandingZone", root)
        self.root = next((each for each in inner if each.is_dir()), root)

    @property
    def address(self) -> str:
        return str(self.root)

    def files(self, below: str = "") -> tuple[ZoneFile, ...]:
        found = (path for path in (self.root / below).rglob("*") if path.is_file())
        return tuple(sorted(map(self._file, found), key=lambda file: file.path))

    def _file(self, path: Path) -> ZoneFile:
        seen = path.stat()
        return ZoneFile(
            path=path.relative_to(self.root).as_posix(),
            bytes=seen.st_size,
            modified=datetime.fromtimestamp(seen.st_mtime, UTC),
        )

    def read(self, path: str) -> bytes | None:
        try:
            return (self.root / path).read_bytes()
        except FileNotFoundError:
            return None

    @contextmanager
    def local(self, path: str) -> Iterator[Path]:
        yield self.root / path
