"""What a store offers whose files somebody else shows as tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.mirrors import Breach, Comparison, Reported, Swept
    from hygge_core.protocols.journals import Journal


@runtime_checkable
class PublishesJournal(Protocol):
    """A store that can show a copy of the journal beside its tables (the mirrored journal).

    Called after an entity is done, and again at the end of the run and at the next start while
    ``Mirrors.counters`` says that something is unpublished. The copy is never read for recovery.
    """

    def publish_journal(self, journal: Journal) -> None:
        """Rewrite the copy from ``journal``. What it raises becomes a warning, never a failure."""
        ...


@runtime_checkable
class FeedsMirror(Protocol):
    """A store whose files somebody else reads, by rules of their own, and shows as tables.

    For ``hygge mirror``: what the other side makes of what was published can be told without it.
    """

    @property
    def shown_as(self) -> str:
        """What the mirror calls the table of this store."""
        ...

    def mirror(self, copy: Path | None = None) -> AbstractContextManager[Mirror]:
        """The mirror that this table is part of; ``copy``: a copy of its files on this host."""
        ...


@runtime_checkable
class Mirror(Protocol):
    """All tables that the other side shows together; found by ``FeedsMirror``."""

    @property
    def address(self) -> str:
        """Where its files are: the same for every store that feeds it."""
        ...

    def audit(self, tables: Collection[str]) -> Iterable[Breach]:
        """What breaks the other side's rules: in the whole, and in these tables."""
        ...

    def compare(
        self, table: str, rows: Iterator[pl.DataFrame], *, how: Comparison
    ) -> Iterable[Breach]:
        """How what is shown of ``table`` differs from ``rows``, the whole of its source.

        There is at least one frame, be it empty; all have the same columns.
        """
        ...

    def reports(self, tables: Collection[str]) -> Iterable[Reported]:
        """What the other side says of its own work, and of these tables."""
        ...

    def sweep(self, tables: Collection[str], keep: timedelta, *, dry_run: bool) -> Iterable[Swept]:
        """Remove what the other side is done with and is older than ``keep``, of these tables."""
        ...
