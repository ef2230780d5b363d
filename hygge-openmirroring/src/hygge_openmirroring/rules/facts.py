"""What the rules need to know of a landing zone: looked at once, small enough to keep."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from attrs import field, frozen

from hygge_openmirroring.replay.footers import MARKER, Footer, footer_of
from hygge_openmirroring.replay.metadata import Metadata, Unreadable, metadata_of
from hygge_openmirroring.replay.replaying import TableState, replay_table
from hygge_openmirroring.replay.survey import PARTNER_EVENTS, Survey, Table
from hygge_openmirroring.replay.verdicts import Stuck
from hygge_openmirroring.replay.zone import Zone, ZoneFile


@frozen(kw_only=True)
class ZoneFacts:
    """The zone as a whole. ``partner`` is the text of its ``_partnerEvents.json``, if any."""

    survey: Survey
    default_schema: str
    partner: bytes | None


@frozen(kw_only=True)
class FileFacts:
    """One Parquet file.

    * ``bad`` why it has no ``footer``, or why its rows cannot be read.
    * ``markers`` the values of its marker column, ``None`` among them where one is NULL.
    * ``null_keys`` how many rows have NULL in a key column, by column.
    """

    file: ZoneFile
    footer: Footer | None = None
    bad: str = ""
    markers: frozenset[object] = frozenset()
    null_keys: dict[str, int] = field(factory=dict)


@frozen(kw_only=True)
class TableFacts:
    """One table. ``metadata`` is ``None`` where it is missing; ``bad_metadata`` says what it lacks.

    * ``files`` its Parquet files in the order of their names, the processed ones among them.
    * ``shown`` what it replays to; of a table with keys, those alone.
    """

    table: Table
    metadata: Metadata | None
    bad_metadata: str
    files: tuple[FileFacts, ...]
    shown: TableState

    @property
    def sound(self) -> Iterator[tuple[FileFacts, Footer]]:
        """The files that have a footer."""
        return ((each, each.footer) for each in self.files if each.footer is not None)


def zone_facts(zone: Zone, survey: Survey, default_schema: str) -> ZoneFacts:
    """One small file is read."""
    return ZoneFacts(
        survey=survey, default_schema=default_schema, partner=zone.read(PARTNER_EVENTS)
    )


def table_facts(zone: Zone, table: Table) -> TableFacts:
    """Every file of the table is read: its footer, its marker and its keys."""
    metadata, bad = _metadata(zone, table)
    keys = metadata.keys if metadata else ()
    files = sorted((*table.data, *table.processed), key=lambda file: file.name)
    parquet = [file for file in files if file.name.endswith(".parquet")]
    return TableFacts(
        table=table,
        metadata=metadata,
        bad_metadata=bad,
        files=tuple(_file(zone, file, keys) for file in parquet),
        shown=replay_table(zone, table, keys_only=True),
    )


def _metadata(zone: Zone, table: Table) -> tuple[Metadata | None, str]:
    text = zone.read(table.metadata.path) if table.metadata else None
    if text is None:
        return None, ""
    try:
        return metadata_of(text), ""
    except Unreadable as exc:
        return None, str(exc)


def _file(zone: Zone, file: ZoneFile, keys: tuple[str, ...]) -> FileFacts:
    with zone.local(file.path) as path:
        try:
            footer = footer_of(path)
        except Stuck as stuck:
            return FileFacts(file=file, bad=stuck.why)
        if len(set(footer.names)) < len(footer.names):  # whose rows can be read by nobody
            return FileFacts(file=file, footer=footer)
        try:
            markers = _markers(path) if footer.marked else frozenset()
            nulls = _nulls(path, [key for key in keys if key in footer.names])
        except (pl.exceptions.PolarsError, OSError) as exc:
            return FileFacts(file=file, footer=footer, bad=f"its rows cannot be read: {exc}")
    return FileFacts(file=file, footer=footer, markers=markers, null_keys=nulls)


def _scan(path: Path) -> pl.LazyFrame:
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _markers(path: Path) -> frozenset[object]:
    return frozenset(_scan(path).select(MARKER).unique().collect()[MARKER].to_list())


def _nulls(path: Path, keys: list[str]) -> dict[str, int]:
    if not keys:
        return {}
    counts = _scan(path).select(pl.col(keys).null_count()).collect().row(0, named=True)
    return {key: int(count) for key, count in counts.items() if count}
