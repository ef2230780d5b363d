"""The plain records that cross hygge's borders: everything here but ``Ask`` and ``Load`` is JSON.

``to_json``/``from_json`` (module :mod:`hygge_core.jsons`) carry them between processes: a manifest
written by one process is committed by another from the JSON alone.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from attrs import field, frozen

if TYPE_CHECKING:
    import polars as pl

Mode = Literal["append", "full_drop"]
RunType = Literal["full_drop", "incremental"]
EventType = Literal["start", "complete", "fail", "skip", "edit"]
RunState = Literal["open", "decided", "committed", "done", "rolled_back", "blocked"]
Status = Literal["none", "partial", "done"]
Lane = Literal["rows", "files"]
Change = Literal["add", "ignore", "fail"]
Removal = Literal["null", "fail"]
TypeChange = Literal["widen", "fail"]


# --- watermarks ------------------------------------------------------------------------------


@frozen
class Mark:
    """One watermark value as typed, exact text: ``Mark("datetime[us]", "2013-01-01T05:00:00")``.

    ``type`` is a spelled type (:mod:`hygge_core.types`) or a word of the home's own
    (``rowversion``); only the home that produced a mark interprets its ``value``.
    """

    type: str
    value: str


@frozen(kw_only=True)
class Range:
    """Which rows an incremental read wants: ``low < column <= high``.

    ``low`` is ``None`` on the first read; ``include_low`` makes it ``low <= column`` (the flow asks
    so when it knows which of the rows at ``low`` it has moved already, and drops those itself).
    ``high`` is ``None`` where nobody could fix the upper bound before reading.
    """

    column: str
    low: Mark | None = None
    high: Mark | None = None
    include_low: bool = False


@frozen(kw_only=True)
class Ties:
    """Which rows were seen exactly at the watermark: they are read again, and dropped.

    ``digests`` counts each row's digest (the primary key's, or the whole row's where there is
    none): 16 hexadecimal digits to a count. When there are too many, ``digests`` is empty and
    ``rows`` with ``total`` (their sum modulo 2**64) still tells whether anything was added.
    """

    rows: int
    total: str
    digests: dict[str, int] = field(factory=dict)


@frozen(kw_only=True)
class Watermark:
    """How far an entity got, as the journal keeps it.

    ``column`` and ``primary_key`` are source names; ``nulls`` counts rows without a usable value
    (NULL or NaN) that the source held at the last read.
    """

    column: str
    mark: Mark | None = None
    primary_key: tuple[str, ...] = ()
    ties: Ties | None = None
    nulls: int = 0


@frozen(kw_only=True)
class Span:
    """Where the values of a watermark lie in a file: exact, or not told at all.

    ``lowest`` and ``highest`` are ``None`` where no row has a usable value; ``unusable`` counts
    the rows whose value is NULL or NaN.
    """

    lowest: Mark | None
    highest: Mark | None
    unusable: int = 0


# --- reading ---------------------------------------------------------------------------------


@frozen(kw_only=True)
class DriftPolicy:
    """``schema = { new_columns, removed_columns, type_changes }``: what may change, and how.

    * ``new_columns`` a column that was not known: ``add``, ``ignore`` (counted) or ``fail``.
    * ``removed_columns`` a known column is missing: fill with ``null`` (reported) or ``fail``.
    * ``type_changes`` a known column has another type: ``widen`` if no value changes, or ``fail``.
    """

    new_columns: Change = "add"
    removed_columns: Removal = "fail"
    type_changes: TypeChange = "fail"


@frozen(kw_only=True)
class Ask:
    """What a flow wants of its home.

    * ``entity`` the entity's name.
    * ``columns`` the only columns needed, in source names; ``None``: all of them. A home may give
      more than these, in any order.
    * ``range`` the watermark range; ``None``: everything. Rows whose watermark is NULL or NaN are
      yielded too, whatever the range: the flow counts them and decides.
    * ``batch_rows`` rows per batch, at most about; ``None``: the home's own setting.
    * ``limit`` stop after this many rows; ``None``: no limit.
    * ``settled`` the schema that the load has settled on for the columns in it: yield exactly these
      types or raise ``SchemaChanged``. ``None`` while it is not known.
    * ``drift`` the flow's policy, for homes that must join differing parts (files) into one schema.
    """

    entity: str
    columns: tuple[str, ...] | None = None
    range: Range | None = None
    batch_rows: int | None = None
    limit: int | None = None
    settled: pl.Schema | None = None
    drift: DriftPolicy = field(factory=DriftPolicy)


# --- settling --------------------------------------------------------------------------------


@frozen(kw_only=True)
class LoadRef:
    """Which load: enough to roll it back. ``run_id`` is unique for ever and safe in file names."""

    run_id: str
    flow: str
    entity: str


@frozen(kw_only=True)
class Load:
    """What a store is about to receive. All batches of a load have exactly ``schema``.

    ``keys`` are final column names (after polish); ``epoch`` is the lease's, 0 without a journal.
    ``keeps`` says what of each row a later ``KnowsRows.known_rows`` will be asked for.
    ``recalled`` is the ``Manifest.extra`` of the entity's last complete run, as far as the journal
    knows it: a second memory, for a store that has lost its own.
    """

    ref: LoadRef
    mode: Mode
    schema: pl.Schema
    keys: tuple[str, ...] = ()
    epoch: int = 0
    keeps: Literal["nothing", "keys", "rows"] = "nothing"
    recalled: dict[str, Any] = field(factory=dict)

    def sealed(
        self, destination: str, *parts: Part, extra: dict[str, Any] | None = None
    ) -> Manifest:
        """What ``Staging.seal`` returns: ``parts``, their rows added up, and the store's own.

        A secret within ``destination`` is not written down.
        """
        from hygge_core.secrets import scrub
        from hygge_core.types import spell_schema

        return Manifest(
            ref=self.ref,
            mode=self.mode,
            destination=scrub(destination),
            parts=parts,
            rows=sum(part.rows for part in parts),
            schema=spell_schema(self.schema),
            epoch=self.epoch,
            extra=extra or {},
        )


@frozen(kw_only=True)
class Part:
    """One staged piece (a file, a staging table) and where it will be.

    ``staged`` and ``final`` are names within the store; ``rows`` comes from what was written (a
    footer, a COUNT), not from what was handed over; ``bytes`` its size; ``sha256`` of its bytes
    where it is a file; ``etag`` the service's version of it where there is one.
    """

    staged: str
    final: str
    rows: int
    bytes: int = 0
    sha256: str = ""
    etag: str = ""


@frozen(kw_only=True)
class Manifest:
    """Everything that commit needs: durable in staging at SEAL, in the ledger at DECIDE.

    ``schema`` is (column, spelled type) in order. ``extra`` is the store's own (sequence numbers,
    fingerprints), JSON. The flow fills in ``watermark``, and how the rows came: ``lane`` is
    ``files`` when some or all came in whole files, ``why_rows`` says why the others did not.
    """

    ref: LoadRef
    mode: Mode
    destination: str
    parts: tuple[Part, ...]
    rows: int
    schema: tuple[tuple[str, str], ...]
    epoch: int = 0
    watermark: Watermark | None = None
    lane: Lane = "rows"
    why_rows: str = ""
    extra: dict[str, Any] = field(factory=dict)


@frozen(kw_only=True)
class Receipt:
    """What a commit vouches for: ``rows`` and ``bytes`` visible now, counted at the destination."""

    rows: int
    bytes: int = 0
    parts: int = 0


@frozen(kw_only=True)
class Leftovers:
    """What cleanup could not remove, as addresses; empty when all is tidy."""

    names: tuple[str, ...] = ()


# --- remembering -----------------------------------------------------------------------------


def name_of(flow: str, entity: str) -> str:
    """``flow.entity``, or the flow alone where it has no entities of its own."""
    return flow if entity == flow else f"{flow}.{entity}"


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


@frozen(kw_only=True)
class FlowEvent:
    """One line of ``flow_events``. ``duration`` in seconds; ``timestamp`` UTC."""

    event_type: EventType
    flow_name: str
    entity: str | None = None
    row_count: int | None = None
    duration: float | None = None
    watermark: Watermark | None = None
    metadata: dict[str, Any] = field(factory=dict)
    run_id: str | None = None
    coordinator_run_id: str | None = None
    id: str = field(factory=lambda: str(uuid4()))
    timestamp: datetime = field(factory=now)


@frozen(kw_only=True)
class Owner:
    """Who holds a lease; ``started`` tells this process from one that reuses its pid."""

    host: str
    pid: int
    started: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.name or 'hygge'} (pid {self.pid} on {self.host}, started {self.started})"


@frozen(kw_only=True)
class Lease:
    """The right to move one entity. ``epoch`` rises with every taking; an older epoch has lost."""

    flow: str
    entity: str
    owner: Owner
    epoch: int
    expires: datetime


@frozen(kw_only=True)
class Opened:
    """How a store was opened, so that recovery can open it again whatever today's TOML says.

    ``table`` is the merged TOML table with secrets as references, those in strings as ``${NAME}``
    (and ``$`` beside them as ``$$``); ``connections`` the tables of the named connections that it
    uses; ``plugin`` is ``distribution version``.
    """

    type: str
    table: dict[str, Any]
    plugin: str = ""
    connections: dict[str, dict[str, Any]] = field(factory=dict)


@frozen(kw_only=True)
class RunRecord:
    """One entity's run as ``runs`` keeps it: state, manifest, epoch.

    ``open`` (INTENT) → ``decided`` (the point of no return) → ``committed`` → ``done``;
    ``open`` → ``rolled_back``; ``decided`` → ``blocked`` when it could not be finished.
    ``attempts`` counts the starts that tried to finish it.
    """

    ref: LoadRef
    state: RunState
    run_type: RunType
    epoch: int
    destination: str
    store: Opened
    coordinator_run_id: str = ""
    manifest: Manifest | None = None
    watermark_before: Watermark | None = None
    attempts: int = 0
    started: datetime = field(factory=now)
    updated: datetime = field(factory=now)
    note: str = ""


__all__ = [
    "Ask",
    "Change",
    "DriftPolicy",
    "EventType",
    "FlowEvent",
    "Lease",
    "Leftovers",
    "Load",
    "LoadRef",
    "Manifest",
    "Mark",
    "Mode",
    "Opened",
    "Owner",
    "Part",
    "Range",
    "Receipt",
    "Removal",
    "RunRecord",
    "RunState",
    "RunType",
    "Span",
    "Status",
    "Ties",
    "TypeChange",
    "Watermark",
    "name_of",
    "now",
]
