"""A shelf on a lake: the folder ``root`` of a filesystem, for ``StagedWriter``."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from attrs import evolve

from hygge_adls.lake.lake import Lake
from hygge_adls.lake.passing import Wanted
from hygge_adls.lake.reading import below
from hygge_core.errors import StoreError
from hygge_core.files.elsewhere import on_this_host
from hygge_core.shelf import Entry, NameMissing, NameTaken

_PIECE_BYTES = 8 << 20
#: Files of one entity that travel, or are encoded, at a time: so many lie on this host's disk.
FILES_AT_ONCE = 4
#: Staged files that this process uploads at a time, whatever it moves: this bounds its memory.
UPLOADS_AT_ONCE = 8

_uploading = threading.BoundedSemaphore(UPLOADS_AT_ONCE)


class LakeShelf:
    """Names below ``root``; a name is durable as soon as the service has answered.

    A folder of a lake cannot be replaced in one step, so ``replace_tree`` takes two: readers find
    the old content, for a moment nothing, then the new. What was live is always there, in one
    place or the other.

    Several files travel at once (``Overlaps``): they are uploaded while others are encoded, and
    stop in the middle when nobody wants them any more (``GivesUp``).
    """

    files_at_once = FILES_AT_ONCE

    def __init__(self, lake: Lake, root: str) -> None:
        self.lake = lake
        self.root = root
        self._glanced: dict[str, Entry | None] = {}
        self._unwanted = threading.Event()

    def path(self, name: str) -> str:
        """Where ``name`` is in the filesystem. Raises ``StoreError`` for what leads elsewhere."""
        if any(piece in ("", ".", "..") for piece in name.split("/")):
            root = self.lake.address(self.root)
            raise StoreError(f"{name!r} is no name for a place below {root}")
        return f"{self.root}/{name}" if self.root else name

    def address(self, name: str) -> str:
        return self.lake.address(self.path(name))

    @contextmanager
    def staging_file(self, name: str) -> Iterator[Path]:
        """Written to a temporary file of this host, uploaded when the block is left."""
        with on_this_host(self.address(name)) as path:
            yield path
            with path.open("rb") as file:
                stream = cast(BinaryIO, Wanted(file, self._unwanted))
                self.pour(name, stream, path.stat().st_size)

    @contextmanager
    def given_up(self) -> Iterator[None]:
        self._unwanted.set()
        try:
            yield
        finally:
            self._unwanted.clear()

    def pour(self, name: str, stream: BinaryIO, size: int) -> None:
        """The bytes of ``stream`` become the file ``name``, from wherever they come."""
        with _uploading:
            self.lake.pour(self.path(name), stream, size)

    @contextmanager
    def glanced(self, names: Iterable[str], folders: Iterable[str]) -> Iterator[None]:
        """Inside, ``entry`` knows these names from one look at the ``folders`` that they are in.

        Many looks at single files are as many round trips. A name that is renamed or deleted
        meanwhile, or could not be, is looked at anew.
        """
        found = {entry.name: entry for folder in folders for entry in self.list(folder)}
        self._glanced = {name: found.get(name) for name in names}
        try:
            yield
        finally:
            self._glanced = {}

    def entry(self, name: str) -> Entry | None:
        if name in self._glanced:
            return self._glanced[name]
        found = self.lake.entry(self.path(name))
        return None if found is None else evolve(found, name=name)

    def folder_etag(self, name: str) -> str | None:
        """Which folder ``name`` is, whatever is in it; ``None``: there is none."""
        return self.lake.folder_etag(self.path(name))

    def list(self, prefix: str) -> tuple[Entry, ...]:
        found = below(self.lake.list(self.path(prefix)), self.root)
        return tuple(sorted(found, key=lambda entry: entry.name))

    def rename(self, source: str, target: str, *, etag: str = "") -> None:
        for name in (source, target):
            self._glanced.pop(name, None)
        self.lake.rename(self.path(source), self.path(target), etag=etag)

    def settle(self, names: Iterable[str]) -> None:
        """Nothing waits: the service has stored a name when it says so."""

    def replace_tree(self, staged: str, live: str, old: str, *, etag: str | None = None) -> None:
        """``etag``: which folder ``live`` must be, if it is there at all; raises ``StoreError``."""
        found = self.folder_etag(live)
        if found is not None:
            self._move(live, old, found if etag is None else etag)
        self._move(staged, live, "")

    def _move(self, source: str, target: str, etag: str) -> None:
        """A rename whose answer may be lost: then one of the two folders tells what happened."""
        try:
            self.rename(source, target, etag=etag)
        except (NameMissing, NameTaken):
            done = self.folder_etag(source) is None and self.folder_etag(target) is not None
            if not done:
                raise

    def delete(self, name: str) -> None:
        self._glanced.pop(name, None)
        self.lake.delete(self.path(name))

    def delete_tree(self, name: str, *, etag: str = "") -> None:
        """``etag``: which folder it must still be; raises ``StoreError``."""
        self.lake.delete_tree(self.path(name), etag=etag)

    def read_json(self, name: str) -> Any | None:
        return self.lake.read_json(self.path(name))

    def write_json(self, name: str, value: Any) -> None:
        self.lake.write_json(self.path(name), value)

    def sha256(self, name: str) -> str:
        """Reads the file: only asked where size and etag leave a doubt."""
        entry = self.entry(name)
        digest = hashlib.sha256()
        for offset in range(0, entry.bytes if entry else 0, _PIECE_BYTES):
            digest.update(self.lake.read(self.path(name), offset, _PIECE_BYTES))
        return digest.hexdigest()
