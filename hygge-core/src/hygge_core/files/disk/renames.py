"""Renames that never destroy: without clobbering, and two folders in one step.

Linux has both as ``renameat2``. Where the system or the file system lacks it, a link and an unlink
give the first; there is no substitute for the second, and ``exchange`` says so.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Callable
from functools import cache

from hygge_core.faults import around

_AT_FDCWD = -100
_NOREPLACE = 1
_EXCHANGE = 2
_LACKING = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
_NO_LINKS = {errno.EPERM, errno.EMLINK, *_LACKING}


@cache
def _renameat2() -> Callable[..., int] | None:
    try:
        found = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # another libc, or another system
        return None
    found.argtypes = [ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint]
    found.restype = ctypes.c_int
    return found


def _renamed(source: str, target: str, flags: int) -> bool:
    """Rename with ``flags``; false: this place cannot do that, and nothing was changed."""
    call = _renameat2()
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(source), _AT_FDCWD, os.fsencode(target), flags) == 0:
        return True
    number = ctypes.get_errno()
    if number in _LACKING:
        return False
    raise OSError(number, os.strerror(number), source, None, target)


def move(source: str, target: str) -> None:
    """Rename a file or a folder; ``FileExistsError`` when ``target`` exists.

    Without ``renameat2`` a file is for a moment under both names: readers see it whole, and a
    crash in between leaves one more name for the same bytes.
    """
    with around("local.rename", f"{source} -> {target}"):
        if _renamed(source, target, _NOREPLACE):
            return
    if os.path.isdir(source) or not _linked(source, target):
        _move_carefully(source, target)


def _linked(source: str, target: str) -> bool:
    try:
        with around("local.link", f"{source} -> {target}"):
            os.link(source, target)
    except OSError as exc:
        if exc.errno in _NO_LINKS:
            return False
        raise
    with around("local.unlink", source):
        os.unlink(source)
    return True


def _move_carefully(source: str, target: str) -> None:
    """For folders, and where there are no links; the shelf's lock keeps other writers out."""
    with around("local.rename", f"{source} -> {target}"):
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
        os.rename(source, target)


def exchange(one: str, other: str) -> bool:
    """Swap two names in one step; false: this place cannot, and nothing was changed."""
    with around("local.exchange", f"{one} <-> {other}"):
        return _renamed(one, other, _EXCHANGE)
