"""The store ``open_mirroring``: a table in a landing zone, as a list of small steps.

Staged: for a table that is there already, files are uploaded into its folder under names that the
service passes over; for a new one, or for a full_drop, beside the landing zone, so that no folder
appears before there is something to put in it. How it is published is in
:mod:`hygge_openmirroring.publishing`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
from attrs import evolve

from hygge_adls import examined_store, opened
from hygge_core.errors import StoreError
from hygge_core.records import Part
from hygge_core.types import parse
from hygge_openmirroring.journal.table import JournalTable
from hygge_openmirroring.loads import rows
from hygge_openmirroring.loads.known import unknown
from hygge_openmirroring.loads.loading import Loading, Looked, loading, look
from hygge_openmirroring.mirror.mirror import ShowsTables
from hygge_openmirroring.publishing import TICK_SECONDS, Publishes
from hygge_openmirroring.zone.columns import document
from hygge_openmirroring.zone.documents import encoded
from hygge_openmirroring.zone.layout import PARQUET, moment_name, sequence_name, temporary_name
from hygge_openmirroring.zone.numbering import Seen, next_number
from hygge_openmirroring.zone.record import TableRecord

if TYPE_CHECKING:
    from hygge_adls import Account
    from hygge_core.protocols import Journal
    from hygge_core.records import Load, Manifest, Receipt
    from hygge_core.scene import Scene
    from hygge_core.staged import StagedLoad
    from hygge_openmirroring.settings import OpenMirroringStoreConfig


class MirrorStore(ShowsTables, Publishes):
    """One table of a landing zone."""

    def __init__(self, account: Account, config: OpenMirroringStoreConfig, scene: Scene) -> None:
        super().__init__(account, config, scene)
        self._looked: Looked | None = None
        self._loading: Loading | None = None
        self._seen: Seen | None = None
        self._last = 0  # the number of the load's last file

    # --- what is there -----------------------------------------------------------------------

    def known_schema(self) -> pl.Schema | None:
        """The table's columns in the types that the source had; ``None``: there is no table."""
        looked = self._look()
        if looked.there is None:
            return None
        columns = looked.noted.columns if looked.noted else self.landing.columns()
        return pl.Schema({each.name: parse(each.source) for each in columns})

    def has_content(self) -> bool:
        """Whether the table is there; the service may have taken every file of it away."""
        return self._look().there is not None

    def _look(self) -> Looked:
        """Once, until the load begins: what is asked of the table before is asked of one moment."""
        if self._looked is None:
            self._looked = look(self.landing, self.notes)
        return self._looked

    def known_rows(self, columns: Sequence[str]) -> Iterator[pl.DataFrame]:
        """The rows that the loads so far have left in the table (``KnowsRows``)."""
        here = self.loading
        if here.initial:
            return
        name = here.record.known if here.record else ""
        whole = set(columns) > set(here.metadata.key_columns)
        if not name or (whole and not name.startswith("rows-")):
            raise unknown(self.landing.place)
        rows = self.known.read(name)
        absent = [pl.lit(None).alias(n) for n in columns if n not in rows.columns]
        yield rows.with_columns(absent).select(columns)

    def check(self) -> Iterator[tuple[str, str, str]]:
        """For ``hygge check``: the account, the workspace, and that the item takes a file."""
        return examined_store(self)

    # --- staging -----------------------------------------------------------------------------

    def begin(self, load: Load) -> StagedLoad:
        self.account.require_hierarchy(self.config.container)
        self._loading = loading(load, self.config, self.landing, self._look())
        self._looked = self._seen = None  # who begins again looks again
        return super().begin(load)

    @property
    def loading(self) -> Loading:
        assert self._loading is not None  # begin comes first
        return self._loading

    def staged_name(self, load: Load, folder: str, number: int) -> str:
        if self.loading.initial:
            return super().staged_name(load, folder, number)
        return f"{self.places.live}/{temporary_name(load.ref.run_id, number)}"

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        if self.config.by_time:
            self._next_tick()
        ready = rows.landed(frame, self.loading.columns, self.loading.marker)
        self.loading.watch.see(ready)
        self.loading.changes.see(frame)
        return rows.write(ready, path, self.config.writing)

    def _next_tick(self) -> None:
        """Files with one time have no order: what comes next is a second later than the last."""
        self.scene.cancel.sleep(TICK_SECONDS)

    def commit(self, manifest: Manifest) -> Receipt:
        self._looked = None  # it is another table from here on
        return super().commit(manifest)

    # --- sealing -----------------------------------------------------------------------------

    def assigned(self, load: Load, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        """The keys are looked at; then names that the service reads in this order."""
        self._report_keys()
        if self.config.by_time:
            names = [moment_name(load.ref.run_id, n + 1) for n in range(len(parts))]
        else:
            first = 1 if load.mode == "full_drop" else self._next_number()
            names = [sequence_name(first + n) for n in range(len(parts))]
            self._last = first + len(parts) - 1
        return tuple(
            evolve(part, final=f"{self.places.live}/{name}")
            for part, name in zip(parts, names, strict=True)
        )

    def _report_keys(self) -> None:
        problems = self.loading.watch.problems()
        if problems and self.config.bad_keys == "fail":
            raise StoreError(
                f"{self.config.place}: {'; '.join(problems)}: the mirrored table would not have "
                "the rows of its source",
                hint='choose other key_columns; or bad_keys = "warn"',
            )
        for problem in problems:
            self.scene.warn(f"{self.config.place}: {problem}")

    def _next_number(self) -> int:
        here = self.loading
        self._seen = self.landing.seen(documented=here.there is not None)
        return next_number(self._seen, here.record, self.config.starting_sequence)

    def remembered(self, load: Load) -> dict[str, Any]:
        """Which folder is there now, and what is to be written and remembered with the files."""
        here = self.loading
        if here.initial:
            name = self.shelf.path(self.staged_metadata(load.ref))
            self.shelf.lake.upload(name, encoded(here.metadata.plain()))
        folder = (self._seen.folder if self._seen else self.landing.etag()) or ""
        told = document(here.columns)
        known = here.record.columns if here.record else ()
        last_run = here.record.run_id if here.record else ""
        table = TableRecord(
            run_id=load.ref.run_id,
            folder="" if here.initial else folder,
            last=self._last,
            columns=here.columns,
            keys=here.metadata.key_columns,
            known=self._stage_known(load),
        )
        return {
            "folder": folder,
            "last_run": self.notes.last_run() if load.mode == "full_drop" else last_run,
            "initial": here.initial,
            "adds_keys": here.adds_keys,
            "schema": None if told == document(known) else told.plain(),
            "table": table.plain(),
            "supersedes": here.supersedes,
        }

    def _stage_known(self, load: Load) -> str:
        """The rows that the table has after this load; where nobody wants to know, nothing."""
        if load.keeps == "nothing":
            return ""
        before = self.loading.record
        there = self.known.read(before.known) if before and before.known else None
        self.known.stage(
            self.staged_known(load.ref), self.loading.changes.after(there, load.schema)
        )
        return f"{load.keeps}-{load.ref.run_id}{PARQUET}"


class JournallingMirrorStore(MirrorStore):
    """The same with ``mirror_journal = true`` (``PublishesJournal``)."""

    def publish_journal(self, journal: Journal) -> None:
        JournalTable(self.shelf, self.places.own, self.config).publish(journal)


@contextmanager
def open_store(config: OpenMirroringStoreConfig, scene: Scene) -> Iterator[MirrorStore]:
    """The store of ``type = "open_mirroring"``."""
    kind = JournallingMirrorStore if config.mirror_journal else MirrorStore
    with opened(config, scene) as account, closing(kind(account, config, scene)) as store:
        yield store
