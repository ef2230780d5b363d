"""Where foreign errors become ``StoreError``: what the system and Polars say, by one table."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from polars.exceptions import PolarsError

from hygge_core.errors import StoreError

_ROOM = "free some space there, or choose another place, and run again"
_RIGHTS = "give this user the right to write there, or choose another place"
_MOUNT = "put the mount one level higher, so that `.hygge` and the table share one file system"

#: errno -> (hint, may the same call succeed in a moment?). An fsync that failed (EIO) may work in
#: a moment only because the next attempt writes another file.
_MEANING: dict[int, tuple[str | None, bool]] = {
    errno.ENOSPC: (_ROOM, False),
    errno.EDQUOT: (_ROOM, False),
    errno.EFBIG: ("raise the limit on file sizes (ulimit -f), or lower `rows_per_file`", False),
    errno.EROFS: (_RIGHTS, False),
    errno.EACCES: (_RIGHTS, False),
    errno.EPERM: (_RIGHTS, False),
    errno.ENAMETOOLONG: ("shorten the entity's name, the path or the partition's value", False),
    errno.EXDEV: (_MOUNT, False),
    errno.ENOTDIR: ("a file stands where a directory has to be", False),
    errno.EIO: ("look at the disk and the system's log", True),
    errno.EMFILE: ("raise the limit on open files (ulimit -n)", True),
    errno.ENFILE: (None, True),
    errno.ENOMEM: (None, True),
    errno.EAGAIN: (None, True),
    errno.EBUSY: (None, True),
    errno.EINTR: (None, True),
    errno.ESTALE: (None, True),
    errno.ETIMEDOUT: (None, True),
}
_TOLD_BY_RUST = re.compile(r"\(os error (\d+)\)")


@contextmanager
def speaking(place: object) -> Iterator[None]:
    """What goes wrong inside becomes a ``StoreError`` that names ``place``."""
    try:
        yield
    except (OSError, PolarsError) as exc:
        raise told(exc, place) from exc


def told(exc: Exception, place: object) -> StoreError:
    """``exc`` as a ``StoreError``: the place, the cause's own text, what to try."""
    number = number_of(exc)
    hint, transient = _MEANING.get(number, (None, False))
    text = os.strerror(number) if number else str(exc)
    return StoreError(f"{place}: {text}", hint=hint, transient=transient)


def number_of(exc: Exception) -> int:
    """The errno behind ``exc``, 0 when there is none; polars tells it in its text only."""
    if isinstance(exc, OSError) and exc.errno:
        return exc.errno
    told_by_rust = _TOLD_BY_RUST.search(str(exc))
    return int(told_by_rust[1]) if told_by_rust else 0
