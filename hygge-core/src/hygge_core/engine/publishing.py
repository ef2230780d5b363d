"""T5 to T7, after the decision: commit, record, tidy. A run and a recovery do the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core.engine.failing import ENDS
from hygge_core.engine.given import given
from hygge_core.engine.ledger import advance
from hygge_core.errors import Cancelled, StoreError
from hygge_core.failures import said
from hygge_core.records import Leftovers, Receipt

if TYPE_CHECKING:
    from hygge_core.engine.trip import Trip
    from hygge_core.protocols import Store
    from hygge_core.records import Manifest, Opened, RunRecord


def finish(trip: Trip, store: Store, run: RunRecord) -> tuple[Receipt, tuple[str, ...]]:
    """Publish a decided run, record it with its watermark, and tidy up behind it.

    Every step may have happened already. Returns the receipt and what could not be removed.
    """
    receipt = commit(trip, store, run)
    run = record(trip, run, receipt)
    return receipt, tidy(trip, store, run)


def commit(trip: Trip, store: Store, run: RunRecord) -> Receipt:
    """T5: make the load visible. Tried again while the failure is transient."""
    manifest = manifest_of(run)
    trip.voice.step("commit")
    for attempt in trip.attempts():
        with attempt:
            receipt = _published(store, manifest, run.store)
    if receipt.rows != manifest.rows:
        raise StoreError(
            f"{manifest.rows:,} rows were staged but {receipt.rows:,} are visible at "
            f"{manifest.destination}",
            hint="the destination was changed by somebody else while it was published",
        )
    return receipt


def _published(store: Store, manifest: Manifest, opened: Opened) -> Receipt:
    """Past the decision nobody is only cancelled: some of the load may be visible already."""
    try:
        return given(store.commit(manifest), Receipt, opened, "commit")
    except Cancelled as exc:
        raise StoreError(f"{exc}, while its rows were being published") from exc


def record(trip: Trip, run: RunRecord, receipt: Receipt) -> RunRecord:
    """T6: one transaction says complete and moves the watermark."""
    manifest = manifest_of(run)
    trip.voice.step("record")
    event = trip.voice.event(
        "complete",
        run,
        row_count=receipt.rows,
        watermark=manifest.watermark,
        metadata={
            "mode": manifest.mode,
            "run_type": run.run_type,
            "destination": manifest.destination,
            "verified": verdict(manifest, receipt),
            "bytes": receipt.bytes,
            "parts": receipt.parts,
            "lane": manifest.lane,
            "why_rows": manifest.why_rows,
            "schema": [list(pair) for pair in manifest.schema],
            "extra": manifest.extra,
            "warnings": list(trip.voice.warnings),
        },
    )
    return advance(
        trip.ledger, evolve(run, state="committed"), event=event, watermark=manifest.watermark
    )


def tidy(trip: Trip, store: Store, run: RunRecord) -> tuple[str, ...]:
    """T7: remove staging and superseded content; only when it is gone the run is done.

    The rows are published and recorded: whatever fails here is told, and is no failure. A run that
    is not done is tidied again by the next start.
    """
    trip.voice.step("cleanup")
    try:
        left = given(store.cleanup(manifest_of(run)), Leftovers, run.store, "cleanup")
        leftovers = left.names
    except ENDS as exc:
        leftovers = (said(exc),)
    if leftovers:
        trip.voice.warn(f"could not remove {', '.join(leftovers)}; the next start tries again")
        return leftovers
    try:
        advance(trip.ledger, evolve(run, state="done"))
    except ENDS as exc:
        trip.voice.warn(f"could not record that it is done; the next start does: {said(exc)}")
    return ()


def verdict(manifest: Manifest, receipt: Receipt) -> str:
    """What was compared, in words that claim no more than was seen."""
    digests = sum(1 for part in manifest.parts if part.sha256)
    files = f", sha256 of {_count(digests, 'file')} recorded" if digests else ""
    counted = "read" if manifest.lane == "rows" else "in whole files by their footers"
    if manifest.lane == "files" and manifest.why_rows:
        counted = "read, or in whole files by their footers,"
    return f"{_count(receipt.rows, 'row')} {counted} = staged = visible{files}"


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def manifest_of(run: RunRecord) -> Manifest:
    """The manifest that a decided run carries."""
    assert run.manifest is not None  # DECIDE put it there
    return run.manifest
