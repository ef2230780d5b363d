"""What a home reads: files with names, wherever they lie.

A ``Place`` lists ``Source``s: a snapshot, taken once per read. How a source is read is no concern
of its place, nor where it lies of its reader: a lake offers a place and reads with the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from attrs import frozen

COMPRESSED = (".gz", ".bz2", ".zst")


def _compressed(*suffixes: str) -> tuple[str, ...]:
    return tuple(s + c for s in suffixes for c in ("", *COMPRESSED))


#: What ends the names of a format's files.
SUFFIXES = {
    "parquet": (".parquet", ".pq", ".parq"),
    "csv": _compressed(".csv", ".tsv", ".txt"),
    "ndjson": _compressed(".ndjson", ".jsonl", ".json"),
}


@frozen(kw_only=True)
class Source:
    """One file to read.

    * ``name`` its address, for messages.
    * ``relative`` its path under the root of the place, with ``/``: the order of reading, and
      where ``column=value`` directories show.
    * ``size`` in bytes.
    * ``open`` gives its bytes; the caller closes.
    * ``local`` gives a path on this host for the length of a block (a lake: a temporary copy).
    * ``path`` where it is on this host for good; ``None``: it is elsewhere.
    """

    name: str
    relative: str
    size: int
    open: Callable[[], BinaryIO]
    local: Callable[[], AbstractContextManager[Path]]
    path: Path | None = None


class Place(Protocol):
    """Somewhere with files."""

    @property
    def address(self) -> str:
        """Where it is, for a person."""
        ...

    def sources(self) -> list[Source]:
        """The files to read, sorted by ``relative``. Raises ``HomeError`` when there are none."""
        ...


def skipped(relative: str) -> bool:
    """Whether a path is none of the data: hidden, ``_``-marked or hygge's own, at any level.

    Directories such as ``_day=1`` are partitions, whatever their first character.
    """
    return any(
        part.startswith(".") or (part.startswith("_") and "=" not in part)
        for part in relative.split("/")
    )


def text_bytes(sources: Iterable[Source]) -> int:
    """About how much text there is: a compressed file is taken to be a fifth of its own."""
    return sum(each.size * (5 if each.name.endswith(COMPRESSED) else 1) for each in sources)
