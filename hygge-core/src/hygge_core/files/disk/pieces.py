"""A file's bytes in order, and a copy that shares its blocks where the file system has that."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

_PIECE_BYTES = 1 << 20
_FICLONE = 0x40049409
#: What says that these two places cannot share blocks; the bytes have to be written then.
_LACKING = {
    errno.EOPNOTSUPP,
    errno.ENOTSUP,
    errno.ENOSYS,
    errno.ENOTTY,
    errno.EXDEV,
    errno.EINVAL,
    errno.EPERM,
    errno.EBADF,
    errno.ETXTBSY,
}


def pieces_of(opened: Callable[[], BinaryIO]) -> Iterator[memoryview]:
    """The bytes of a file, 1 MiB at a time, all in one buffer: a piece holds until the next."""
    buffer = memoryview(bytearray(_PIECE_BYTES))
    with opened() as file:
        while got := cast(int, file.readinto(buffer)):  # type: ignore[attr-defined]
            yield buffer[:got]


def cloned(source: Path, target: Path) -> bool:
    """Make ``target`` share the blocks of ``source``; false: it cannot, and ``target`` is empty."""
    if sys.platform != "linux":
        return False
    import fcntl

    try:
        old = source.open("rb")
    except OSError:  # whoever reads its bytes will tell
        return False
    with old, target.open("wb") as new:
        try:
            fcntl.ioctl(new.fileno(), _FICLONE, old.fileno())
        except OSError as exc:
            if exc.errno in _LACKING:
                return False
            raise
    return True
