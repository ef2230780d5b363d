"""The journal's root: the youngest transactions, and the names of the files of the older ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from attrs import define, field, frozen
from cattrs import BaseValidationError
from polars.exceptions import PolarsError

from hygge_adls.journal.state import Change
from hygge_core.errors import JournalError
from hygge_core.jsons import from_plain, to_json

FORMAT = 1


@frozen
class Transaction:
    """``id`` tells one's own transaction when an answer was lost."""

    id: str
    version: int
    changes: list[Change]


@frozen
class Segment:
    """Transactions of the history; ``level`` tells how often several segments became one."""

    name: str
    level: int


@define
class Head:
    """What ``head.json`` holds.

    * ``base`` the last version in ``segments``, which is that of ``now``; ``settled`` the ids of
      the transactions that spilled last.
    * ``pruned`` when it was pruned last.
    """

    format: int = FORMAT
    base: int = 0
    now: str = ""
    segments: list[Segment] = field(factory=list)
    settled: list[str] = field(factory=list)
    tail: list[Transaction] = field(factory=list)
    pruned: datetime | None = None

    @property
    def version(self) -> int:
        return self.tail[-1].version if self.tail else self.base

    @property
    def files(self) -> set[str]:
        """The names that it needs."""
        return {each.name for each in self.segments} | ({self.now} if self.now else set())

    def has(self, transaction: str) -> bool:
        return transaction in self.settled or any(each.id == transaction for each in self.tail)

    def changes(self) -> Iterator[tuple[int, Change]]:
        """What is in the tail."""
        return ((each.version, change) for each in self.tail for change in each.changes)

    def content(self) -> bytes:
        return to_json(self).encode("utf-8")


@contextmanager
def undamaged(address: str) -> Iterator[None]:
    """What makes no sense inside is damage of ``address``: a ``JournalError``."""
    try:
        yield
    except (ValueError, LookupError, TypeError, PolarsError, BaseValidationError) as exc:
        raise JournalError(
            f"{address} is damaged: {exc}",
            hint="nothing in it was changed; put a copy of it back, or start another journal",
        ) from exc


def understood(content: bytes, address: str) -> Head:
    """The head of the journal at ``address``. Raises ``JournalError``."""
    with undamaged(f"{address}/head.json"):
        plain = json.loads(content)
        if plain["format"] > FORMAT:
            raise JournalError(
                f"{address} was written by a newer hygge-adls (format {plain['format']})",
                hint="pip install --upgrade hygge-adls",
            )
        return from_plain(plain, Head)
