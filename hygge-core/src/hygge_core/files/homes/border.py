"""The border of the file homes: what the system, polars and pyarrow say, as ``HomeError``."""

from __future__ import annotations

import errno
import lzma
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
from attrs import frozen

from hygge_core.errors import HomeError


@frozen
class _Meaning:
    """What an exception means for the reader of a file."""

    said: str
    hint: str | None = None


_CUT_SHORT = "the file is damaged or was cut short; fetch or write it again"
_BEYOND = "the file is whole, but holds what is not read here; write it with other types"
_EITHER = f"{_CUT_SHORT}, with other types where it is whole"
_GONE = "something removed it meanwhile; run again when the files are at rest"
_RIGHTS = "give this user the right to read it"
#: What polars adds after its words is of its own insides.
_CONTEXT = re.compile(r"\n\n|\\n\\n")
#: What it panicked of, where it says so.
_REASON = re.compile(r'ErrString\("((?:[^"\\]|\\.)*)')
#: What may be better in a moment. What was listed and is not there any more (ENOENT) was replaced,
#: as a full_drop does it, or is listed no more.
_MOMENTARY = {
    errno.EAGAIN,
    errno.EBUSY,
    errno.EINTR,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOENT,
    errno.ENOMEM,
    errno.ESTALE,
    errno.ETIMEDOUT,
}

#: The first line that fits counts. ``PanicException`` is what is left of a bug in polars.
_TABLE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _Meaning], ...] = (
    (FileNotFoundError, _Meaning("not found", _GONE)),
    (PermissionError, _Meaning("may not be read", _RIGHTS)),
    (IsADirectoryError, _Meaning("a directory stands where a file has to be")),
    ((EOFError, zlib.error, lzma.LZMAError), _Meaning("cannot be decompressed", _CUT_SHORT)),
    (UnicodeEncodeError, _Meaning("has a name that is not UTF-8", "rename it, or its folder")),
    (UnicodeError, _Meaning("is not written in this encoding", "set `encoding`")),
    (OSError, _Meaning("cannot be read")),
    (pa.ArrowNotImplementedError, _Meaning("cannot be read", _BEYOND)),
    (pa.ArrowException, _Meaning("cannot be read", _CUT_SHORT)),
    (pl.exceptions.InvalidOperationError, _Meaning("cannot be read", _BEYOND)),
    (pl.exceptions.DuplicateError, _Meaning("cannot be read", _BEYOND)),
    (pl.exceptions.PolarsError, _Meaning("cannot be read", _CUT_SHORT)),
    (pl.exceptions.PanicException, _Meaning("cannot be read", _EITHER)),
)
FOREIGN = tuple(
    kind for kinds, _ in _TABLE for kind in (kinds if isinstance(kinds, tuple) else (kinds,))
)


@contextmanager
def speaking_hygge(place: object) -> Iterator[None]:
    """What goes wrong inside becomes a ``HomeError`` that names ``place`` and the cause's words."""
    try:
        yield
    except FOREIGN as exc:
        raise told(exc, place) from exc


def told(exc: BaseException, place: object) -> HomeError:
    """``exc`` as a ``HomeError``; what the system names is named rather than ``place``."""
    place = getattr(exc, "filename", None) or place
    meaning = next(meaning for kinds, meaning in _TABLE if isinstance(exc, kinds))
    number = exc.errno if isinstance(exc, OSError) else None
    # pyarrow tells of a damaged file by an OSError too, but by one without a number.
    hint = _CUT_SHORT if isinstance(exc, OSError) and not number else meaning.hint
    words = (getattr(exc, "strerror", None) or str(exc)).strip() or type(exc).__name__
    reason = _REASON.search(words)
    return HomeError(
        f"{place}: {meaning.said}: {_CONTEXT.split(reason[1] if reason else words)[0]}",
        hint=hint,
        transient=number in _MOMENTARY,
    )
