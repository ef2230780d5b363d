"""What a store receives, seals and vouches for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from attrs import field, frozen

from hygge_core.records.watermarks import Watermark
from hygge_core.records.words import Lane, Mode

if TYPE_CHECKING:
    import polars as pl


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
    """What a commit vouches for: ``rows`` and ``bytes`` visible now, counted at the destination.

    ``bytes`` is 0 where nobody can tell; ``parts`` is 1 at least where rows came.
    """

    rows: int
    bytes: int = 0
    parts: int = 0


@frozen(kw_only=True)
class Leftovers:
    """What cleanup could not remove, as addresses; empty when all is tidy."""

    names: tuple[str, ...] = ()
