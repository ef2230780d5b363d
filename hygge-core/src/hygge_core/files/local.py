"""A shelf on a local file system: a directory, with every step durable and none destructive."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hygge_core.errors import StoreError
from hygge_core.faults import around
from hygge_core.files.disk import renames
from hygge_core.files.disk.border import speaking
from hygge_core.files.disk.durable import (
    folders_of,
    make_folder,
    remove_file,
    remove_tree,
    sync_file,
    sync_folder,
    sync_name,
)
from hygge_core.files.disk.locking import waited
from hygge_core.files.disk.rights import take_over
from hygge_core.shelf import Entry, NameMissing, NameTaken

#: What a torn ``write_json`` leaves beside the file; ``delete`` takes it along.
_TORN = ".part"
_NO_NAMES = frozenset(("", ".", ".."))


class LocalShelf:
    """Names below ``root``. No name leads out of it: not by ``..`` and not by a symbolic link."""

    #: With one, a file could not be begun before the last one was digested and on the disk.
    files_at_once = 2

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self._root = str(self.root)
        self._named: set[str] = set()  # paths whose names this shelf has made durable
        self._hangs = False  # whether the root's own name is so too

    def address(self, name: str) -> str:
        return os.path.join(self._root, name)

    def path(self, name: str) -> Path:
        """Where ``name`` is. Raises ``StoreError`` for a name that could lead out of the root."""
        return Path(self._path(name))

    def made(self, name: str) -> Path:
        """``path(name)``, with its folder created."""
        return Path(self._made(name))

    def _path(self, name: str) -> str:
        pieces = name.split("/")
        if "\0" in name or not _NO_NAMES.isdisjoint(pieces):
            raise StoreError(f"{name!r} is no name for a place below {self._root}")
        path = self._root.rstrip(os.sep)
        for piece in pieces[:-1]:
            path = f"{path}{os.sep}{piece}"
            if os.path.islink(path):
                raise _leads_elsewhere(path)
        return f"{path}{os.sep}{pieces[-1]}"

    def _made(self, name: str) -> str:
        path = self._path(name)
        folder = os.path.dirname(path)
        if not os.path.isdir(folder):
            make_folder(folder, self._root)
            self._named.clear()
        return path

    def made_like(self, name: str, model: str) -> None:
        """Make the folder ``name``, no more open than ``model`` where that is there."""
        with speaking(self.address(name)):
            like = self._path(model)
            if os.path.isdir(like):
                take_over(os.path.dirname(self._made(f"{name}/_")), like, mine=True)

    @contextmanager
    def staging_file(self, name: str) -> Iterator[Path]:
        with speaking(self.address(name)):
            path = self._made(name)
            try:
                with around("local.write", path):
                    yield Path(path)
                sync_file(path)
            except Exception:
                remove_file(path)
                raise

    def entry(self, name: str) -> Entry | None:
        path = self._path(name)
        with speaking(path):
            try:
                return _entry(name, os.lstat(path))
            except (FileNotFoundError, NotADirectoryError):
                return None

    def list(self, prefix: str) -> tuple[Entry, ...]:
        path = self._path(prefix)
        with speaking(path):
            return tuple(sorted(_below(prefix, path), key=lambda entry: entry.name))

    def rename(self, source: str, target: str, *, etag: str = "") -> None:
        """``etag`` is not looked at: no rename of a file system can compare and set."""
        with speaking(self.address(target)):
            old, new = self._path(source), self._made(target)
            try:
                renames.move(old, new)
            except FileExistsError as exc:
                raise NameTaken(f"{self.address(target)} exists already") from exc
            except FileNotFoundError as exc:
                raise NameMissing(f"{self.address(source)} is not there any more") from exc

    def settle(self, names: Iterable[str]) -> None:
        """A folder that is only above them is synced once, until this shelf makes another one.

        So is the one that the root hangs in, for good.
        """
        paths = {self._path(name) for name in names}
        folders = folders_of(paths, self._root, self._named)
        for folder in folders:
            with speaking(folder):
                sync_folder(folder)
        if not self._hangs:
            with speaking(self._root):
                sync_name(self._root)
            self._hangs = True
        self._named.update(paths, folders)

    def replace_tree(self, staged: str, live: str, old: str) -> None:
        """In one step where the system can swap two folders, in two renames elsewhere.

        The new folder has the rights of the one whose place it takes.
        """
        with speaking(self.address(live)):
            new, now = self._path(staged), self._path(live)
            if os.path.islink(now):
                raise _leads_elsewhere(now)
            if not os.path.exists(now):
                renames.move(new, now)
                self.settle([staged, live])
                return
            take_over(new, now)
            kept = self._made(old)
            if renames.exchange(new, now):
                renames.move(new, kept)
            else:
                renames.move(now, kept)
                self.settle([live, old])
                renames.move(new, now)
        self.settle([staged, live, old])

    def delete(self, name: str) -> None:
        path = self._path(name)
        with speaking(path):
            remove_file(path)
            remove_file(path + _TORN)

    def delete_tree(self, name: str) -> None:
        path = self._path(name)
        with speaking(path):
            if os.path.lexists(path):
                remove_tree(path)
                sync_folder(os.path.dirname(path))

    def read_json(self, name: str) -> Any | None:
        path = self._path(name)
        with speaking(path):
            try:
                with open(path, "rb") as file:
                    return json.loads(file.read())
            except (FileNotFoundError, NotADirectoryError):
                return None
            except ValueError as exc:
                raise StoreError(
                    f"{path} is damaged: {exc}",
                    hint="look into it: it records a run that was not finished",
                ) from exc

    def write_json(self, name: str, value: Any) -> None:
        with speaking(self.address(name)):
            path = self._made(name)
            torn = path + _TORN
            with around("local.write", torn), open(torn, "wb") as file:
                file.write(json.dumps(value).encode())  # unindented: that is many times as fast
            sync_file(torn)
            with around("local.replace", path):
                os.replace(torn, path)
            self.settle([name])

    @contextmanager
    def alone(self, name: str) -> Iterator[None]:
        with speaking(self.address(name)):
            path = self.made(f".hygge/locks/{name.replace('/', '%2F')}.swap")
        with waited(path):
            yield

    def sha256(self, name: str) -> str:
        path = self._path(name)
        with speaking(path), open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()


def _entry(name: str, seen: os.stat_result) -> Entry:
    """A rename keeps both the inode and the time of the last write; new content changes one."""
    return Entry(name, seen.st_size, f"{seen.st_ino:x}-{seen.st_mtime_ns:x}")


def _below(prefix: str, path: str) -> Iterator[Entry]:
    try:
        with os.scandir(path) as found:
            inside = list(found)
    except FileNotFoundError:
        return
    for item in inside:
        name = f"{prefix}/{item.name}"
        if item.is_dir(follow_symlinks=False):
            yield from _below(name, item.path)
        else:
            try:
                yield _entry(name, item.stat(follow_symlinks=False))
            except FileNotFoundError:  # gone since the folder was read: somebody finished
                continue


def _leads_elsewhere(path: str) -> StoreError:
    return StoreError(
        f"{path} is a symbolic link",
        hint="name the place that it leads to, or put a real directory there",
    )


__all__ = ["LocalShelf"]
