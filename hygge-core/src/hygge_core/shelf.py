"""Where files are staged and published: what a storage must be able to do, and no more.

A ``Shelf`` over local files, a lake or an object store is all that :mod:`hygge_core.staged` needs.
Names are ``/``-separated and relative to the shelf's root; a folder exists as long as something is
below it. Storage that cannot do a thing in one step says so in its own docstring, and its store
overrides the step of ``StagedWriter`` that relied on it.

Every verb that changes something stands between two fault points (:mod:`hygge_core.faults`), and
raises ``StoreError``, with ``transient=True`` where the same call may succeed in a moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from attrs import frozen

from hygge_core.errors import StoreError


@frozen
class Entry:
    """One file as the storage shows it now.

    ``etag`` changes when the content does and survives a rename; empty where there is none.
    """

    name: str
    bytes: int
    etag: str = ""


class NameTaken(StoreError):
    """The target of a rename exists. Nothing was changed."""


class NameMissing(StoreError):
    """The source of a rename does not exist. Nothing was changed."""


@runtime_checkable
class Shelf(Protocol):
    """Named files under one root. One shelf belongs to one thread at a time."""

    def address(self, name: str) -> str:
        """``name`` as a person would find it: a path, a URL."""
        ...

    def staging_file(self, name: str) -> AbstractContextManager[Path]:
        """A local path to write to; leaving the block makes its content durable as ``name``.

        An exception inside or while leaving leaves nothing under ``name``. The *name* is durable
        after ``settle``, where that makes a difference.
        """
        ...

    def entry(self, name: str) -> Entry | None:
        """The file ``name`` as it is now; ``None``: there is none."""
        ...

    def list(self, prefix: str) -> Sequence[Entry]:
        """Every file below the folder ``prefix``, hidden ones too, sorted by name."""
        ...

    def rename(self, source: str, target: str, *, etag: str = "") -> None:
        """Give a file (or a folder) another name, in one step, never over an existing one.

        ``etag`` is what the source must still be, where the storage can check that in the same
        step. Raises ``NameTaken`` and ``NameMissing``; the caller decides by looking what a lost
        answer meant.
        """
        ...

    def settle(self, names: Iterable[str]) -> None:
        """Make the *names* of these files durable, whoever gave them: this process or another."""
        ...

    def replace_tree(self, staged: str, live: str, old: str) -> None:
        """The folder ``staged`` becomes ``live``; what ``live`` held goes to ``old``.

        At no moment is what was live gone from both ``live`` and ``old``. Called again after a
        crash between two steps, with ``live`` missing and ``old`` there, it takes the second step.
        """
        ...

    def delete(self, name: str) -> None:
        """Remove a file; quiet when there is none."""
        ...

    def delete_tree(self, name: str) -> None:
        """Remove a folder and everything below it, following no link; quiet when there is none."""
        ...

    def read_json(self, name: str) -> Any | None:
        """What ``write_json`` wrote; ``None``: there is no such file."""
        ...

    def write_json(self, name: str, value: Any) -> None:
        """Write or replace a small file: afterwards it is durable, before it the old one stands."""
        ...


@runtime_checkable
class Excludes(Protocol):
    """A shelf that can shut out other processes (and threads) for the length of a block."""

    def alone(self, name: str) -> AbstractContextManager[None]:
        """Wait for our turn at the folder ``name``. For looking and swapping, not for waiting in.

        Raises a transient ``StoreError`` when the others take too long.
        """
        ...


@runtime_checkable
class Overlaps(Protocol):
    """A shelf where files travel, or are synced, while others are encoded: several at once.

    ``files_at_once`` blocks of ``staging_file`` are open at a time at most; each may be left in
    another thread than the one that entered it, and ``entry`` is asked there too. A store of such a
    shelf is closed (``StagedWriter.close``) before its shelf is.
    """

    files_at_once: int


@runtime_checkable
class GivesUp(Protocol):
    """A shelf of ``Overlaps`` whose files can stop on their way, in the middle of one."""

    def given_up(self) -> AbstractContextManager[None]:
        """Inside, what travels is wanted no more: leaving its block raises, soon, in its thread.

        For whoever waits there until nothing is on its way any more.
        """
        ...


@runtime_checkable
class Digests(Protocol):
    """A shelf that can tell a file's sha256, for when size and etag leave a doubt."""

    def sha256(self, name: str) -> str:
        """The hexadecimal digest of the file's bytes."""
        ...


__all__ = [
    "Digests",
    "Entry",
    "Excludes",
    "GivesUp",
    "NameMissing",
    "NameTaken",
    "Overlaps",
    "Shelf",
]
