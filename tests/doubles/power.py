"""A power cut that may come at any moment: what has been synced, and what would be gone."""

import os
import stat
from pathlib import Path

import pytest


class Synced:
    """Watches ``os.fsync``; ``lost`` is what below a folder would not be there again."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._sync = os.fsync
        self._names: dict[int, set[tuple[str, int]]] = {}  # of a folder, by its inode
        self._sizes: dict[int, int] = {}
        patch.setattr(os, "fsync", self._synced)

    def _synced(self, descriptor: int) -> None:
        self._sync(descriptor)
        told = os.fstat(descriptor)
        if stat.S_ISDIR(told.st_mode):
            with os.scandir(descriptor) as inside:
                self._names[told.st_ino] = {(each.name, each.inode()) for each in inside}
        else:
            self._sizes[told.st_ino] = told.st_size

    def lost(self, root: Path) -> list[str]:
        """Names that their folder was not synced with, and files whose bytes were not synced."""
        there = (path for path in root.rglob("*") if path.name != ".lock")  # of no use, then
        return sorted(str(path.relative_to(root)) for path in there if not self._is_kept(path))

    def _is_kept(self, path: Path) -> bool:
        told = path.stat()
        named = (path.name, told.st_ino) in self._names.get(path.parent.stat().st_ino, ())
        whole = path.is_dir() or not told.st_size or self._sizes.get(told.st_ino) == told.st_size
        return named and whole
