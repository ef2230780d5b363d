"""What a home, a store and a journal are. Plain synchronous code; hygge brings the threads.

The four protocols at the top never grow: a new ability is a small protocol of its own further
down, found with ``isinstance``. Who calls when: a store is opened and used in its entity's writer
thread; a home is opened there too, but asked and ``read`` in other threads, by one at a time; the
journal is called in the writer thread and in a heartbeat thread (``renew`` only). Raise the errors
of :mod:`hygge_core.errors`; ``transient=True`` only where the same call may succeed in a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.mirrors import Breach, Comparison, Reported, Swept
    from hygge_core.records import (
        Ask,
        EventType,
        FlowEvent,
        Lease,
        Leftovers,
        Load,
        LoadRef,
        Manifest,
        Mark,
        Owner,
        Receipt,
        RunRecord,
        RunState,
        Span,
        Status,
        Watermark,
    )


@runtime_checkable
class Home(Protocol):
    """Where rows are read."""

    def schema(self, ask: Ask) -> pl.Schema:
        """The columns and types that ``read(ask)`` will yield, without reading the rows.

        Called once before reading and by ``hygge plan``; may look at footers, headers, a catalogue
        or a first batch. ``ask.settled`` wins where the home can cast losslessly. Raises
        ``HomeError``; ``SchemaChanged`` when parts disagree and ``ask.drift`` says fail.
        """
        ...

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        """Yield the rows as frames (anything with the Arrow PyCapsule interface will do).

        Called in the reader thread, again from the start for each retry. Each batch has the
        columns and types of ``schema(ask)``; a value that cannot be of its type is a
        ``SchemaChanged``, never a NULL and never another value. Memory stays bounded by a few
        batches whatever the size of the source. Closing the iterator early frees everything.
        """
        ...


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
class Journal(Protocol):
    """What happened, and how far each entity got. Every verb is one durable transaction.

    A journal is shared by the entities of a flow, by threads, and by processes.
    """

    # events and watermarks, the verbs of the first design
    def record_event(self, event: FlowEvent) -> None:
        """Append one event. Costs the same after a hundred thousand of them."""
        ...

    def get_last_run(
        self, flow_name: str, entity: str | None = None, *, event_type: EventType | None = None
    ) -> FlowEvent | None:
        """The newest ``complete``, ``fail`` or ``skip`` event; only of ``event_type`` if given."""
        ...

    def get_watermark(self, flow_name: str, entity: str) -> Watermark | None:
        """How far this entity got, exactly as it was recorded."""
        ...

    def update_watermark(
        self, flow_name: str, entity: str, watermark: Watermark | None, *, event: FlowEvent
    ) -> None:
        """Set (``None``: forget) a watermark by hand; ``event`` journals the edit with it."""
        ...

    def flush(self) -> None:
        """Make everything recorded durable, where that is not so after each verb."""
        ...

    # the ledger: leases and the states of runs
    def acquire(self, flow: str, entity: str, owner: Owner) -> Lease:
        """Take the lease with the next epoch. Raises ``LeaseHeld`` naming the owner.

        A lease whose owner is provably dead, or that has expired, is taken over.
        """
        ...

    def renew(self, lease: Lease) -> Lease:
        """Extend the lease (called each third of its life). Raises ``JournalError`` when lost."""
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back. Quietly does nothing when it was lost."""
        ...

    def advance(
        self,
        lease: Lease,
        run: RunRecord,
        *,
        event: FlowEvent | None = None,
        watermark: Watermark | None = None,
    ) -> None:
        """Record the run's new state, and with it an event and a watermark, in one transaction.

        Every step of the commit protocol that is durable in the journal is one call of this.
        Raises ``JournalError`` and records nothing when ``lease.epoch`` is not the current one,
        when the state cannot follow the recorded one (``open`` → ``decided`` → ``committed`` →
        ``done``; ``open`` → ``rolled_back``; ``decided`` ↔ ``blocked``; an operator's undo takes
        ``decided`` or ``blocked`` → ``rolled_back``; the same state again is fine), or when
        ``watermark`` is given and the current one is not ``run.watermark_before``.
        ``committed`` also raises the mirror counter of a journal that has one.
        """
        ...

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        """Runs that are not ``done`` and not ``rolled_back``, oldest first."""
        ...

    # looking back
    def runs(
        self,
        *,
        flow: str | None = None,
        run_id: str | None = None,
        state: RunState | None = None,
        limit: int = 100,
    ) -> Sequence[RunRecord]:
        """Recorded runs, newest first. ``run_id`` matches the entity's run or the coordinator's."""
        ...

    def events(
        self,
        *,
        flow: str | None = None,
        entity: str | None = None,
        run_id: str | None = None,
        limit: int = 100,
    ) -> Sequence[FlowEvent]:
        """Recorded events, newest first. ``run_id`` as in ``runs``."""
        ...

    def watermarks(self, flow: str | None = None) -> Sequence[tuple[str, str, Watermark]]:
        """All current watermarks as (flow, entity, watermark)."""
        ...

    def prune(self, keep: timedelta) -> int:
        """Forget finished runs and events older than ``keep``; returns how many rows went.

        Never forgets an unfinished run, a watermark, or an entity's last finished run.
        """
        ...


# --- optional abilities, found by isinstance --------------------------------------------------


@runtime_checkable
class Bounds(Protocol):
    """A home that can fix the upper bound of a range before reading."""

    def upper(self, ask: Ask) -> Mark | None:
        """The highest watermark that is safe to read up to now; ``None``: there are no rows."""
        ...


@runtime_checkable
class Estimates(Protocol):
    """A home that can guess its size cheaply, so that the longest entity starts first."""

    def estimated_rows(self, ask: Ask) -> int | None:
        """About how many rows ``read(ask)`` will yield; ``None``: no idea."""
        ...


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


@runtime_checkable
class Mirrors(Protocol):
    """A journal that counts commits for a mirrored copy of itself: counters, never a boolean."""

    def counters(self) -> tuple[int, int]:
        """(committed, published). Dirty is ``committed > published``."""
        ...

    def published(self, version: int) -> None:
        """``published = max(published, version)``."""
        ...


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


class GivenFile(Protocol):
    """A Parquet file of a home, which may be handed over as it is. Its footer was read.

    * ``name`` its address, for messages; no other file of the home has it.
    * ``rows`` and ``bytes`` as its footer and its storage tell them.
    * ``schema`` the columns and types that Polars reads from it, in order.
    * ``codecs`` of its column chunks, in lower case: ``zstd``, ``snappy``, ``uncompressed``.
    * ``marks`` the keys of its key-value metadata.
    * ``path`` where it is on this host, for file systems that can share blocks; ``None``: it is
      elsewhere.
    * ``footer_bytes`` how many bytes at the end are its footer, and ``footer_sha256`` their digest:
      a copy that ends otherwise is of another file than the one that was looked at.
    """

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int: ...
    @property
    def bytes(self) -> int: ...
    @property
    def schema(self) -> pl.Schema: ...
    @property
    def codecs(self) -> Collection[str]: ...
    @property
    def marks(self) -> Collection[str]: ...
    @property
    def path(self) -> Path | None: ...
    @property
    def footer_bytes(self) -> int: ...
    @property
    def footer_sha256(self) -> str: ...

    def span(self, column: str) -> Span:
        """Where its values of a watermark lie, exactly: read from it where its footer is not."""
        ...

    def rows_at(self, column: str, mark: Mark, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """``columns`` of its rows whose ``column`` is ``mark``; rows without a value may be too."""
        ...

    def pieces(self) -> Iterator[memoryview]:
        """Its bytes in order, some MiB at a time; a piece holds until the next is asked for."""
        ...


@runtime_checkable
class GivesFiles(Protocol):
    """A home whose rows lie in Parquet files, each of which may be handed over as it is."""

    def files(self, ask: Ask) -> Sequence[GivenFile]:
        """Every file that ``read(ask)`` would read, in its order. Called in the same threads.

        Whether a file fits (its schema, its rows, its codec) is the flow's and the store's to find.
        """
        ...

    def read_without(self, ask: Ask, given: Collection[str]) -> Iterator[pl.DataFrame]:
        """``read(ask)`` without the rows of the files of these names: they were handed over."""
        ...


@runtime_checkable
class TakesFiles(Protocol):
    """A store that may be handed whole Parquet files; its ``begin`` gives a ``StagesFiles``."""

    def refusal(self, load: Load, file: GivenFile) -> str:
        """Why ``file`` may not settle as it is, in words; empty: it may. Called before ``begin``.

        Its schema is the load's already; what is asked is the store's own: codec, size, layout.
        """
        ...


@runtime_checkable
class StagesFiles(Protocol):
    """A ``Staging`` that takes files too; ``seal`` vouches for them as for rows."""

    def take(self, file: GivenFile, heed: Callable[[int], None]) -> None:
        """Stage the file as it is, with the digest of what was copied.

        ``heed`` is called with the bytes copied so far, every few MiB; what it raises ends the
        copy. Raises ``StoreError``: transient when the file changed meanwhile.
        """
        ...


__all__ = [
    "Bounds",
    "Checks",
    "Discovers",
    "Estimates",
    "FeedsMirror",
    "GivenFile",
    "GivesFiles",
    "Home",
    "Journal",
    "KeepsLedger",
    "KnowsContent",
    "KnowsRows",
    "KnowsSchema",
    "Locks",
    "Mirror",
    "Mirrors",
    "PublishesJournal",
    "StagesFiles",
    "Staging",
    "Store",
    "TakesFiles",
]
