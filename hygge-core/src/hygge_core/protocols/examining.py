"""What a connection can tell of the place behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable


@runtime_checkable
class Checks(Protocol):
    """A home, store, journal or connection that can examine itself for ``hygge check``."""

    def check(self) -> Iterable[tuple[str, str, str]]:
        """Yield (what was tried, ``"ok"`` or what is wrong, what to do about it)."""
        ...


@runtime_checkable
class Discovers(Protocol):
    """A connection or home that can list the tables of its database, with their keys."""

    def tables(self) -> Iterable[tuple[str, tuple[str, ...]]]:
        """Yield (table name as ``home.table`` takes it, primary key columns)."""
        ...
