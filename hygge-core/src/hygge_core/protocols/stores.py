"""A store with its staging, and what it may know or keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.records import (
        Leftovers,
        Load,
        LoadRef,
        Manifest,
        Owner,
        Receipt,
        RunRecord,
        Status,
    )


@runtime_checkable
class Staging(Protocol):
    """One load on its way: invisible to every reader until the store's ``commit``."""

    def write(self, batch: pl.DataFrame) -> None:
        """Stage ``batch``; its schema is the load's. Raises ``StoreError``."""
        ...

    def seal(self) -> Manifest:
        """Make everything staged durable and return all that ``commit`` needs.

        Called once, after the last ``write``. What was written is read back as far as is cheap
        (footers, COUNT) so that ``Manifest.rows`` is a finding and not a hope.
        """
        ...


@runtime_checkable
class StagesAside(Protocol):
    """A staging that goes on with a part of its work when ``write`` has returned.

    What fails there is told at once; else it would wait for the next batch, which may be hours off.
    """

    def watch(self, failed: Callable[[BaseException], None]) -> None:
        """Call ``failed`` with what goes wrong from now on, and with what has gone wrong already.

        From any thread, and more than once is fine. The next ``write`` or ``seal`` raises it all
        the same. A later call of ``watch`` takes the place of an earlier one.
        """
        ...


@runtime_checkable
class Store(Protocol):
    """Where rows settle. Every verb but ``begin`` is idempotent and callable by another process."""

    def begin(self, load: Load) -> Staging:
        """Open an empty staging place keyed by ``load.ref.run_id``. Changes nothing visible.

        A place left by a failed attempt of the same run is emptied first. What is not yet known of
        the destination (sequence numbers, fingerprints) is settled in ``Staging.seal``.
        """
        ...

    def commit(self, manifest: Manifest) -> Receipt:
        """Publish a sealed load. Only called after DECIDE; called again until it succeeds.

        Finds out by itself what an earlier, interrupted call has done. Refuses (``StoreError``,
        not transient) when the destination is neither as it was at SEAL nor as this load makes it:
        somebody else was faster, and their data stays.
        """
        ...

    def rollback(self, ref: LoadRef) -> None:
        """Remove what was staged. Only called before DECIDE; nothing visible changes."""
        ...

    def cleanup(self, manifest: Manifest) -> Leftovers:
        """After the record is durable: remove staging and what *this load* superseded."""
        ...

    def status(self, manifest: Manifest) -> Status:
        """``none``: nothing of it is visible; ``done``: all of it; ``partial``: in between."""
        ...


@runtime_checkable
class KnowsSchema(Protocol):
    """A store that knows the schema its destination has now, for appending to it."""

    def known_schema(self) -> pl.Schema | None:
        """The destination's columns and types; ``None``: there is no destination yet."""
        ...


@runtime_checkable
class KnowsContent(Protocol):
    """A store that can tell whether its destination holds anything, whatever its columns are.

    Where neither the journal nor ``KnowsSchema`` remembers a table, this alone keeps an incremental
    run from appending a second copy of it.
    """

    def has_content(self) -> bool:
        """Whether readers find anything at the destination now."""
        ...


@runtime_checkable
class KnowsRows(Protocol):
    """A store that can list the rows that its destination has, to find those that vanished.

    Asked only where ``Load.keeps`` said in the runs before that it would be.
    """

    def known_rows(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Every row that readers find there now, these columns only, in any order.

        Called in the writer thread, between the last row of the source and ``Staging.seal``.
        Raises ``StoreError`` where nobody knows, never too few rows.
        """
        ...


@runtime_checkable
class LikensKeys(Protocol):
    """A ``KnowsRows`` whose destination takes different keys for one, small letters for capitals.

    Without it two keys are one where they are the same.
    """

    def alike(self, keys: pl.DataFrame) -> pl.DataFrame:
        """The same rows and columns, in which keys are the same that the destination takes for one.

        Called in the writer thread, between the last row of the source and ``Staging.seal``, with
        keys of the destination and with those of the source. Raises ``StoreError``.
        """
        ...


@runtime_checkable
class Locks(Protocol):
    """A store on this host that can shut out other processes while an entity is moved."""

    def lock(self, owner: Owner) -> AbstractContextManager[None]:
        """Hold a kernel lock (freed by the kernel when the process dies). Raises ``LeaseHeld``."""
        ...


@runtime_checkable
class KeepsLedger(Protocol):
    """A store that can be the decision record itself, for flows without a journal."""

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        """Unfinished runs of this entity that were recorded here, oldest first."""
        ...

    def advance(self, run: RunRecord) -> None:
        """Durably record the run's new state beside its staged data. Idempotent.

        ``rolled_back`` and ``done`` forget the run.
        """
        ...
