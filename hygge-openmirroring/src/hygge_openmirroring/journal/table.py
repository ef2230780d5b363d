"""The mirrored journal: a table of the landing zone that tells how the runs went.

One table for all flows that share the mirror. A publish is one file of upserts, shown by one
rename, so it needs neither a decision nor a recovery: what is sent twice is there once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from hygge_core.errors import StoreError
from hygge_core.markers import Marker
from hygge_core.protocols import Mirrors
from hygge_core.shelf import NameMissing, NameTaken
from hygge_openmirroring.journal.rows import KEY, SCHEMA, finished, table
from hygge_openmirroring.loads import rows
from hygge_openmirroring.zone.columns import columns_of, document
from hygge_openmirroring.zone.documents import Metadata, encoded
from hygge_openmirroring.zone.landing import LandingTable
from hygge_openmirroring.zone.layout import SCHEMA as SCHEMA_NAME
from hygge_openmirroring.zone.layout import sequence_name, temporary_name
from hygge_openmirroring.zone.numbering import next_number
from hygge_openmirroring.zone.record import Notes, TableRecord

if TYPE_CHECKING:
    import polars as pl

    from hygge_adls import LakeShelf
    from hygge_core.protocols import Journal
    from hygge_openmirroring.settings import OpenMirroringStoreConfig

_COLUMNS = columns_of(SCHEMA)
_METADATA = Metadata(key_columns=(KEY,), upsert_by_default=True)
#: Others may publish to it in the same moment: how often the next number is tried.
_ATTEMPTS = 20


class JournalTable:
    """The table on ``shelf``, whose root is the item's ``Files``."""

    def __init__(self, shelf: LakeShelf, own: str, config: OpenMirroringStoreConfig) -> None:
        place = config.journal_place
        self._shelf = shelf
        self._config = config
        self._landing = LandingTable(shelf, place)
        self._notes = Notes(shelf, own, place)

    def publish(self, journal: Journal) -> None:
        """Send what was not sent yet; all of it where nothing was sent to this very folder.

        Nothing: nothing. The folder of a table that was dropped may be there again, without a row.
        """
        there = self._landing.metadata() is not None
        record = self._notes.read() if there else None
        sent = record is not None and record.folder == self._landing.etag()
        events = finished(journal, _unpublished(journal) if sent else None)
        if not events:
            return
        if not there:
            self._make()
        self._send(table(events), initial=not there)

    def _make(self) -> None:
        try:
            name = self._shelf.path(self._landing.metadata_name)
            self._shelf.lake.create(name, encoded(_METADATA.plain()))
        except NameTaken:  # by another coordinator, or by us, and the answer was lost
            return
        schema = document(_COLUMNS).plain()
        self._shelf.write_json(f"{self._landing.live}/{SCHEMA_NAME}", schema)

    def _send(self, frame: pl.DataFrame, *, initial: bool) -> None:
        run_id = uuid4().hex
        hidden = f"{self._landing.live}/{temporary_name(run_id, 1)}"
        with self._shelf.staging_file(hidden) as path:
            ready = rows.landed(frame, _COLUMNS, None if initial else Marker.UPSERT)
            rows.write(ready, path, self._config.writing)
        try:
            last = self._show(hidden)
        finally:
            self._shelf.delete(hidden)  # shown, it is there no more
        self._notes.write(
            TableRecord(
                run_id=run_id,
                folder=self._landing.etag() or "",
                last=last,
                columns=_COLUMNS,
                keys=_METADATA.key_columns,
            )
        )

    def _show(self, hidden: str) -> int:
        """The next number that is free: other coordinators take some too."""
        first = self._first_number()
        for number in range(first, first + _ATTEMPTS):
            try:
                self._shelf.rename(hidden, f"{self._landing.live}/{sequence_name(number)}")
            except (NameTaken, NameMissing):
                if self._shelf.entry(hidden) is None:  # shown, and the answer was lost
                    return number
            else:
                return number
        raise StoreError(f"{self._landing.place}: too many write at once", transient=True)

    def _first_number(self) -> int:
        """After the listing and the record, whichever is further: many write here in turn."""
        seen = self._landing.seen(documented=True)
        record = self._notes.read()
        if record is None or record.folder != seen.folder:
            return next_number(seen, None, 1)
        return max(seen.highest or 0, record.last) + 1


def _unpublished(journal: Journal) -> int | None:
    if not isinstance(journal, Mirrors):
        return None
    committed, published = journal.counters()
    return committed - published
