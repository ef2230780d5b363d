"""The border of the file homes: what the system, polars and pyarrow say, as ``HomeError``."""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import polars as pl
import pyarrow as pa
from attrs import frozen

from hygge_core.errors import HomeError


@frozen
class _Meaning:
    """What an exception means for the reader of a file; ``transient``: again may help."""

    said: str
    hint: str | None = None
    transient: bool = False


_CUT_SHORT = "the file is damaged or was cut short; fetch or write it again"
_GONE = "something removed it meanwhile; run again when the files are at rest"
_RIGHTS = "give this user the right to read it"

#: The first line that fits counts. ``PanicException`` is what is left of a bug in polars.
_TABLE: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], _Meaning], ...] = (
    (FileNotFoundError, _Meaning("not found", _GONE)),
    (PermissionError, _Meaning("may not be read", _RIGHTS)),
    (IsADirectoryError, _Meaning("a directory stands where a file has to be")),
    ((EOFError, zlib.error, lzma.LZMAError), _Meaning("cannot be decompressed", _CUT_SHORT)),
    (UnicodeError, _Meaning("is not written in this encoding", "set `encoding`")),
    ((InterruptedError, TimeoutError, BlockingIOError), _Meaning("cannot be read", None, True)),
    (OSError, _Meaning("cannot be read", _CUT_SHORT)),
    (pa.ArrowException, _Meaning("cannot be read", _CUT_SHORT)),
    (pl.exceptions.PolarsError, _Meaning("cannot be read", _CUT_SHORT)),
    (pl.exceptions.PanicException, _Meaning("cannot be read", _CUT_SHORT)),
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
    words = (getattr(exc, "strerror", None) or str(exc)).strip() or type(exc).__name__
    return HomeError(
        f"{place}: {meaning.said}: {words}", hint=meaning.hint, transient=meaning.transient
    )
