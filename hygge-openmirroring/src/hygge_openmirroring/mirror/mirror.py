"""A landing zone for ``hygge mirror``: audited, compared with its source, reported on, swept."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.mirrors import Breach, Comparison, Reported, Swept
from hygge_core.records import now
from hygge_openmirroring.loads import rows as landing
from hygge_openmirroring.mirror.comparing import compared
from hygge_openmirroring.mirror.monitoring import REPLICATOR, TABLES, reports_of
from hygge_openmirroring.replay.live import live_zone
from hygge_openmirroring.replay.order import number_of
from hygge_openmirroring.replay.replaying import replay_table
from hygge_openmirroring.replay.survey import surveyed
from hygge_openmirroring.replay.zone import LocalZone, Zone, ZoneFile
from hygge_openmirroring.rules import Finding, audited
from hygge_openmirroring.zone.columns import columns_of
from hygge_openmirroring.zone.layout import LANDING_ZONE, MONITORING

if TYPE_CHECKING:
    from hygge_adls import Account, Lake
    from hygge_openmirroring.settings import OpenMirroringStoreConfig

_NO_FOLDER = "run the flow, or look at schema_name and mirror_name"


class FabricMirror:
    """One mirrored database's landing zone; ``lake`` is ``None`` for a copy on this host."""

    def __init__(self, zone: Zone, config: OpenMirroringStoreConfig, lake: Lake | None) -> None:
        self.zone = zone
        self._lake = lake
        self._item = config.mirror_name
        self._root = config.landing_zone
        self._default_schema = config.default_schema

    @property
    def address(self) -> str:
        return self.zone.address

    def audit(self, tables: Collection[str]) -> Iterator[Breach]:
        """Every rule of the specification, of the zone and of these tables (their folders)."""
        found = set()
        for audit in audited(self.zone, tables, default_schema=self._default_schema):
            found.add(audit.table)
            yield from map(_breach, audit.findings)
        for table in sorted(set(tables) - found):
            yield Breach(rule="no-folder", where=table, what="it is not there", fix=_NO_FOLDER)

    def compare(
        self, table: str, rows: Iterator[pl.DataFrame], *, how: Comparison
    ) -> Iterator[Breach]:
        """The replayed table beside ``rows``, which get the types that the table has."""
        there = surveyed(self.zone.files(table)).tables.get(table)
        if there is None:
            return  # said by the audit
        state = replay_table(self.zone, there, keys_only=how != "rows")
        yield from compared(state, rows, how, _landed)

    def reports(self, tables: Collection[str]) -> Iterator[Reported]:
        """What Fabric says in ``Files/Monitoring``; nothing before it has begun."""
        lake = self._live()
        texts = (lake.fetch(f"{self._item}/{MONITORING}/{name}") for name in (REPLICATOR, TABLES))
        replicator, told = (None if text is None else text[0] for text in texts)
        wanted = {name for folder in tables for name in _names(folder, self._default_schema)}
        yield from reports_of(replicator, told, wanted)

    def sweep(self, tables: Collection[str], keep: timedelta, *, dry_run: bool) -> Iterator[Swept]:
        """Remove files that were processed and moved aside (A10 allows it), never the last one.

        From the last one the next number is told, wherever the service has put it.
        """
        lake, before = self._live(), now() - keep
        for folder in tables:
            for file in self._processed(folder):
                if file.modified < before:
                    if not dry_run:
                        lake.delete(f"{self._root}/{file.path}")
                    yield Swept(
                        name=file.path, bytes=file.bytes, modified=file.modified, gone=not dry_run
                    )

    def _processed(self, folder: str) -> list[ZoneFile]:
        table = surveyed(self.zone.files(folder)).tables.get(folder)
        if table is None:
            return []
        numbers = [number_of(file.name) or 0 for file in (*table.data, *table.processed)]
        return [
            file
            for file in table.processed
            if (number_of(file.name) or 0) < max(numbers) or number_of(file.name) is None
        ]

    def _live(self) -> Lake:
        if self._lake is None:
            raise StoreError("this is asked of the live landing zone, not of a copy")
        return self._lake


class ShowsTables:
    """A store's part in it (``FeedsMirror``)."""

    account: Account
    config: OpenMirroringStoreConfig

    @property
    def shown_as(self) -> str:
        return self.config.place.folder

    @contextmanager
    def mirror(self, copy: Path | None = None) -> Iterator[FabricMirror]:
        if copy is not None:
            if not copy.is_dir():
                raise StoreError(f"{copy} is no folder", hint=f"copy {LANDING_ZONE} there")
            yield FabricMirror(LocalZone(copy), self.config, None)
            return
        lake = self.account.lake(self.config.container)
        with live_zone(lake, self.config.landing_zone) as zone:
            yield FabricMirror(zone, self.config, lake)


def _landed(frame: pl.DataFrame) -> pl.DataFrame:
    return landing.landed(frame, columns_of(frame.schema), None)


def _breach(finding: Finding) -> Breach:
    return Breach(
        rule=f"{finding.rule} ({finding.source})",
        where=finding.where,
        what=finding.what,
        fix=finding.fix,
        advice=finding.level == "advice",
    )


def _names(folder: str, default_schema: str) -> Iterator[tuple[str | None, str]]:
    """The (schema, name) by which Fabric may tell of the table; its default schema is as none."""
    schema, slash, name = folder.partition("/")
    told = (schema.removesuffix(".schema"), name) if slash else (None, schema)
    yield told
    if told[0] in (None, default_schema):
        yield (default_schema if told[0] is None else None), told[1]
