"""Where SQLite's and the system's exceptions become hygge's, each with what to try."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from hygge_core.errors import FlowError

#: What stands before the text itself, which may be of a masked column.
_UNDECODABLE = " with text "


@frozen
class _Meaning:
    """``says`` what a result code means for a reader, ``hint`` what to try."""

    says: str
    hint: str
    transient: bool = False


_BUSY = _Meaning(
    "is busy",
    "another process was writing to it for longer than busy_timeout_seconds",
    transient=True,
)

#: Result codes (https://sqlite.org/rescode.html): primary ones, and extended where they say more.
_MEANINGS = {
    sqlite3.SQLITE_READONLY_ROLLBACK: _Meaning(
        "was left in the middle of a transaction",
        "open it once with the program that writes it, or with `sqlite3 FILE .tables`: that undoes "
        "what was not finished, and hygge writes nothing to a home",
    ),
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_PROTOCOL: _BUSY,
    sqlite3.SQLITE_NOTADB: _Meaning(
        "is not a SQLite database", "nothing in it was changed; choose another path or move it away"
    ),
    sqlite3.SQLITE_CORRUPT: _Meaning(
        "is damaged",
        "keep a copy, then try `sqlite3 FILE .recover`, or put a backup in its place",
    ),
    sqlite3.SQLITE_FULL: _Meaning(
        "has no room left to grow", "free space on its disk, or raise its quota"
    ),
    sqlite3.SQLITE_IOERR: _Meaning(
        "could not be read or written", "look at its disk: full, over a quota, or failing?"
    ),
    sqlite3.SQLITE_READONLY: _Meaning(
        "cannot be written", "give this user write permission on the file and on its folder"
    ),
    sqlite3.SQLITE_CANTOPEN: _Meaning(
        "cannot be opened", "does its folder exist, and may this user read and write there?"
    ),
    sqlite3.SQLITE_CONSTRAINT: _Meaning(
        "refused the rows", "the destination table has a constraint that these rows do not meet"
    ),
}

#: What may be done about it where the system says no.
_HINTS = {
    **dict.fromkeys(
        (errno.EACCES, errno.EPERM, errno.EROFS),
        "may this user go there, and read and write? give it the right, or name another place",
    ),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT), "free space on its disk, or raise its quota"),
}


def translated(error: sqlite3.Error, raising: type[FlowError], path: Path) -> FlowError:
    """``error`` as one of hygge's, naming the file and keeping SQLite's own words."""
    code = getattr(error, "sqlite_errorcode", 0)
    meaning = _MEANINGS.get(code) or _MEANINGS.get(code & 0xFF)
    if meaning is None:
        said, undecodable, _ = str(error).partition(_UNDECODABLE)
        hint = 'read it as it is: schema_overrides = { COLUMN = "binary" }' if undecodable else None
        return raising(f"{path}: {said}", hint=hint)
    return raising(
        f"{path} {meaning.says}: {error}", hint=meaning.hint, transient=meaning.transient
    )


@contextmanager
def speaking_hygge(raising: type[FlowError], path: Path) -> Iterator[None]:
    """Raise ``raising`` for whatever SQLite or the system says no to inside the block."""
    try:
        yield
    except sqlite3.Error as exc:
        raise translated(exc, raising, path) from exc
    except OSError as exc:
        raise raising(
            f"{exc.filename or path}: {exc.strerror or exc}", hint=_HINTS.get(exc.errno or 0)
        ) from exc
