"""A whole landing zone, or one of its tables, replayed from the files that are there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import polars as pl
from attrs import frozen

from hygge_openmirroring.replay.metadata import Metadata, Unreadable, metadata_of
from hygge_openmirroring.replay.order import by_time, next_in_sequence, number_of
from hygge_openmirroring.replay.replica import Replica
from hygge_openmirroring.replay.survey import Table, surveyed
from hygge_openmirroring.replay.verdicts import Failed, Stuck, Unknown
from hygge_openmirroring.replay.zone import Zone, ZoneFile

Status = Literal["replicating", "waiting", "failed", "unknown"]


@frozen(kw_only=True)
class TableState:
    """What the service would show of one table.

    * ``status`` ``replicating``: every row is told; ``waiting``: there is no data file yet;
      ``failed`` and ``unknown``: ``stuck`` says at which file and why.
    * ``frame`` the rows after the ``applied`` files, without the marker; their order tells nothing.
    * ``pending`` files that are there but not applied: behind a gap, or behind ``stuck``.
    """

    folder: str
    status: Status
    metadata: Metadata | None
    frame: pl.DataFrame
    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    stuck: Stuck | None = None

    @property
    def told(self) -> bool:
        """Whether ``frame`` is certainly all that the service shows."""
        return self.status in ("replicating", "waiting") and not self.pending


def replay(zone: Zone, *, keys_only: bool = False) -> dict[str, TableState]:
    """Every table by its folder (``orders``, ``sales.schema/orders``).

    ``keys_only``: of tables with a key, the frames hold only that; it needs less memory.
    """
    found = surveyed(zone.files())
    return {
        folder: replay_table(zone, table, keys_only=keys_only)
        for folder, table in found.tables.items()
    }


def replay_table(zone: Zone, table: Table, *, keys_only: bool = False) -> TableState:
    """One table, from its first file; files that were processed and moved aside count (A10)."""
    try:
        metadata = told_by(zone, table)
        files = _all_files(table)
    except Stuck as stuck:
        return _state(table, None, None, stuck)
    replica = Replica(metadata, keys_only=keys_only)
    try:
        _replayed(zone, replica, files)
    except Stuck as stuck:
        return _state(table, metadata, replica, replica.stuck or stuck)
    return _state(table, metadata, replica, replica.stuck)


def told_by(zone: Zone, table: Table) -> Metadata:
    """The table's metadata. Raises ``Unknown`` where it is missing or cannot be read."""
    text = zone.read(table.metadata.path) if table.metadata else None
    if text is None:
        # Ignored, inserted, or failed with PathNotFound: all three were written down (A2).
        raise Unknown("A2 U", "there is no _metadata.json", file=f"{table.folder}/_metadata.json")
    try:
        return metadata_of(text)
    except Unreadable as exc:
        raise Unknown("A2 U", str(exc), file=f"{table.folder}/_metadata.json") from exc


def _all_files(table: Table) -> list[ZoneFile]:
    if table.inner:
        why = "it is in a folder of its own: partitions are not documented"
        raise Unknown("A1.8 U", why, file=table.inner[0].path)
    known: dict[str, ZoneFile] = {}
    for file in (*table.data, *table.processed):
        if known.setdefault(file.name, file).bytes != file.bytes:
            raise Unknown("A10 U", "two files of this name differ", file=file.path)
    return list(known.values())


def _replayed(zone: Zone, replica: Replica, files: Sequence[ZoneFile]) -> None:
    if replica.metadata.delimited and files:
        raise Unknown("A4.1 D", "delimited text is not replayed", file=files[0].path)
    if replica.metadata.detection == "SequentialFileName":
        refuse_lost_history(files)
        for file in next_in_sequence(files, 0):
            _take(zone, replica, file, tied=False)
        return
    for tied in by_time(files):
        for at, file in enumerate(tied):
            _take(zone, replica, file, tied=at > 0)
        if len(tied) > 1 and isinstance(replica.stuck, Failed):
            why = f"{replica.stuck.why}; which files of the same second came before is unknown"
            replica.stuck = Unknown("A4.3 U", why, file=replica.stuck.file)
            return


def _take(zone: Zone, replica: Replica, file: ZoneFile, *, tied: bool) -> None:
    if replica.stuck is None:
        with zone.local(file.path) as path:
            replica.take(file.name, path, tied=tied)


def refuse_lost_history(files: Sequence[ZoneFile]) -> None:
    """Raise ``Unknown`` where the first files are not there (A10: they vanish after seven days)."""
    numbers = [number for file in files if (number := number_of(file.name)) is not None]
    if numbers and min(numbers) > 1:
        first = min(files, key=lambda file: number_of(file.name) or 0)
        why = "the files before it are not here: processed and gone, or never written"
        raise Unknown("A10 D", why, file=first.path)


def _state(
    table: Table, metadata: Metadata | None, replica: Replica | None, stuck: Stuck | None
) -> TableState:
    frame = replica.frame() if replica else pl.DataFrame()
    stuck = (replica.stuck if replica else None) or stuck
    taken = tuple(replica.applied) if replica else ()
    names = {file.name for file in (*table.data, *table.processed, *table.inner)}
    status: Status = "replicating" if taken else "waiting"
    if stuck is not None:
        status = "failed" if isinstance(stuck, Failed) else "unknown"
    return TableState(
        folder=table.folder,
        status=status,
        metadata=metadata,
        frame=frame,
        applied=taken,
        pending=tuple(sorted(names - set(taken))),
        stuck=stuck,
    )
