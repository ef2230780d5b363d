"""What is settled when a load begins, before a row is staged: what could never be published is
refused here, naming what is there and what was asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from hygge_core.errors import StoreError
from hygge_core.markers import ROW_MARKER, Marker
from hygge_openmirroring.loads.keys import KeyWatch
from hygge_openmirroring.loads.known import Changes
from hygge_openmirroring.loads.rows import refuse_unwritable
from hygge_openmirroring.zone.columns import Column, columns_of, merged, refuse_change
from hygge_openmirroring.zone.documents import Metadata
from hygge_openmirroring.zone.numbering import next_number
from hygge_openmirroring.zone.record import Notes, TableRecord

if TYPE_CHECKING:
    from hygge_core.records import Load
    from hygge_openmirroring.settings import OpenMirroringStoreConfig
    from hygge_openmirroring.zone.landing import LandingTable


@frozen(kw_only=True)
class Loading:
    """One load into one table.

    * ``initial`` the first of a table: it is not there yet, or is about to be made anew.
    * ``there`` the table's ``_metadata.json``, ``metadata`` what this load would write.
    * ``record`` what is remembered of the table that is there.
    * ``columns`` of the table after this load; ``marker`` of rows that have none.
    * ``watch`` and ``changes`` look at the rows while they are staged.
    * ``supersedes`` the file of known rows that counts until now.
    """

    initial: bool
    there: Metadata | None
    metadata: Metadata
    record: TableRecord | None
    columns: tuple[Column, ...]
    marker: int | None
    watch: KeyWatch
    changes: Changes
    supersedes: str

    @property
    def adds_keys(self) -> bool:
        """Whether a table without keys gets them now, which is allowed once."""
        if self.initial or self.there is None:
            return False
        return bool(self.metadata.key_columns) and not self.there.key_columns


@frozen(kw_only=True)
class Looked:
    """A table as it is: its ``_metadata.json``, ``None`` where it has none, and its record."""

    there: Metadata | None
    noted: TableRecord | None


def look(landing: LandingTable, notes: Notes) -> Looked:
    """Two small files are read. Raises ``StoreError``."""
    return Looked(there=landing.metadata(), noted=notes.read())


def loading(
    load: Load, config: OpenMirroringStoreConfig, landing: LandingTable, looked: Looked
) -> Loading:
    """Say what this load is to the table that was looked at. Raises ``StoreError``."""
    wanted = columns_of(load.schema)
    refuse_unwritable(load.schema)
    _require_keys(load)
    metadata = _metadata(load, config)
    there, noted = looked.there, looked.noted
    initial = load.mode == "full_drop" or there is None
    record = None if load.mode == "full_drop" else noted
    if there is None:
        landing.refuse_twin(config.default_schema)
    if there is None and load.mode == "append":  # it says what there is that cannot be added to
        next_number(landing.seen(documented=False), record, config.starting_sequence)
    known: tuple[Column, ...] = ()
    if there is not None and load.mode == "append":
        landing.refuse_other_metadata(there, metadata)
        record = record or TableRecord.of(load.recalled.get("table"))
        known = record.columns if record else landing.columns()
    refuse_change(known, wanted)
    return Loading(
        initial=initial,
        there=there,
        metadata=metadata,
        record=record,
        columns=merged(known, wanted),
        marker=_marker(load, config, initial=initial),
        watch=KeyWatch(load.keys, all_inserts=initial),
        changes=Changes(load.keys, load.keeps),
        supersedes=noted.known if noted else "",
    )


def _require_keys(load: Load) -> None:
    missing = [key for key in load.keys if key not in load.schema]
    if missing:
        raise StoreError(
            f"no column {missing[0]!r}, which is a key, among {', '.join(load.schema)}",
            hint="key_columns are source names; does `polish` drop it?",
        )
    if ROW_MARKER in load.schema and not load.keys:
        raise StoreError(
            f"rows with a {ROW_MARKER} are found by their keys, and there are none",
            hint="set key_columns",
        )


def _metadata(load: Load, config: OpenMirroringStoreConfig) -> Metadata:
    return Metadata(
        key_columns=load.keys,
        file_detection=config.file_detection,
        upsert_by_default=config.added_marker(load.keys) == Marker.UPSERT,
    )


def _marker(load: Load, config: OpenMirroringStoreConfig, *, initial: bool) -> int | None:
    added = config.added_marker(load.keys)
    if not initial:
        return added
    return (added or Marker.INSERT) if config.initial_row_marker else None
