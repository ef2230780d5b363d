"""What survives a power cut: files, directory entries and folders, each made durable on its own.

write → flush → fsync(file) → rename → fsync(directory). An fsync that failed is never tried again
on the same file: the kernel may have dropped the very pages it could not write, and would say yes.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable
from contextlib import suppress

from hygge_core.faults import around

_HAS_DIRECTORY_FSYNC = os.name == "posix"


def sync_file(path: str) -> None:
    """The bytes of ``path`` are on the disk."""
    with around("local.sync_file", path):
        _sync(path)


def sync_folder(path: str) -> None:
    """The names in the folder ``path`` are on the disk."""
    if _HAS_DIRECTORY_FSYNC:
        with around("local.sync_folder", path):
            _sync(path)


def sync_name(folder: str) -> None:
    """The name of ``folder`` is on the disk, whoever gave it: they may have died before.

    Above what is hygge's own there may be folders that this user may not read, and so not sync.
    """
    with suppress(PermissionError):
        sync_folder(os.path.dirname(folder))


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def folders_of(paths: Iterable[str], root: str, named: Container[str] = frozenset()) -> list[str]:
    """The folders to sync so that the names of ``paths`` are durable, deepest first, each once.

    From each path's own up to ``root``, but no higher than to a folder whose name is durable
    already: those are ``named``.
    """
    found: set[str] = set()
    for path in paths:
        folder = os.path.dirname(path)
        while folder not in found:
            found.add(folder)
            if folder == root or folder in named:
                break
            folder = os.path.dirname(folder)
    return sorted(found, key=lambda folder: (-folder.count(os.sep), folder))


def make_folder(path: str, root: str) -> None:
    """Create ``path`` and its missing parents.

    Up to ``root`` they are durable at once; below it when the names in them are settled.
    """
    if os.path.exists(path):
        return
    above = os.path.dirname(path)
    beyond = above != root and not above.startswith(root + os.sep)
    if beyond and os.path.exists(above):
        sync_name(above)
    make_folder(above, root)
    with around("local.mkdir", path):
        os.makedirs(path, exist_ok=True)
    if beyond:
        sync_folder(above)


def remove_tree(path: str) -> None:
    """Remove ``path`` and everything below it, following no link; quiet when it is not there."""
    if os.path.islink(path) or not os.path.isdir(path):
        remove_file(path)
        return
    with os.scandir(path) as inside:
        below = sorted(item.path for item in inside)
    for each in below:
        remove_tree(each)
    with around("local.rmdir", path):
        os.rmdir(path)


def remove_file(path: str) -> None:
    """Remove a file; quiet when it is not there."""
    if os.path.lexists(path):
        with around("local.unlink", path), suppress(FileNotFoundError):
            os.unlink(path)
