"""Tables of this process, by name: a home and a store for programs, and the twin for tests.

The protocol is honest: what is staged is invisible, a commit shows all of a load at once, again is
nothing more, and a table that somebody else replaced meanwhile stays. Frames never change in place,
so a reader keeps what it has. Everything ends with the process::

    from hygge_core.files.memory import tables

    tables["orders"] = pl.DataFrame(...)
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import polars as pl
from attrs import field, frozen

from hygge_core.errors import HomeError, StoreError
from hygge_core.faults import around
from hygge_core.files.disk.border import speaking
from hygge_core.files.homes.batches import heeding
from hygge_core.records import (
    Leftovers,
    Load,
    LoadRef,
    Manifest,
    Mark,
    Part,
    Receipt,
    RunRecord,
    Status,
)
from hygge_core.scene import Cancel
from hygge_core.states import OVER
from hygge_core.watermark import highest, in_range

if TYPE_CHECKING:
    from hygge_core.files.settings.stores import MemoryConfig
    from hygge_core.records import Ask
    from hygge_core.scene import Scene

#: Every table by name. Put frames in, take frames out.
tables: dict[str, pl.DataFrame] = {}

_BATCH_ROWS = 100_000
_turn = threading.Lock()
_staged: dict[str, _Staged] = {}
_applied: dict[str, int] = {}  # run id -> rows: the marker that makes a commit idempotent
_runs: dict[str, RunRecord] = {}


@frozen
class _Staged:
    """A load on its way, and the frame that was at the destination when it was sealed."""

    frame: pl.DataFrame
    before: pl.DataFrame | None


@frozen
class MemoryHome:
    """Reads one table as it is when reading begins."""

    config: MemoryConfig
    cancel: Cancel = field(factory=Cancel)

    def schema(self, ask: Ask) -> pl.Schema:
        return self._asked(ask).schema

    def read(self, ask: Ask) -> Iterator[pl.DataFrame]:
        rows = ask.batch_rows or _BATCH_ROWS
        yield from heeding(self._asked(ask).iter_slices(rows), self.cancel)

    def upper(self, ask: Ask) -> Mark | None:
        """The highest value now; frames do not change, so nothing later can come below it."""
        return None if ask.range is None else highest(self._column(ask.range.column))

    def estimated_rows(self, ask: Ask) -> int | None:
        return self._asked(ask).height

    def _asked(self, ask: Ask) -> pl.DataFrame:
        frame = self._table()
        if ask.range is not None:
            frame = frame.filter(in_range(ask.range, self._column(ask.range.column).dtype))
        if ask.limit is not None:
            frame = frame.head(ask.limit)
        names = frame.columns if ask.columns is None else ask.columns
        return frame.select(self._column(name).name for name in names)

    def _column(self, name: str) -> pl.Series:
        table = self._table()
        if name not in table.columns:
            raise HomeError(
                f"memory:{self.config.table} has no column {name!r}",
                hint=f"there are: {', '.join(table.columns)}",
            )
        return table[name]

    def _table(self) -> pl.DataFrame:
        try:
            return tables[self.config.table]
        except KeyError:
            raise HomeError(
                f"there is no table {self.config.table!r} in memory",
                hint=f"there are: {', '.join(sorted(tables)) or 'none'}",
            ) from None


@frozen
class MemoryStaging:
    """Batches that only the commit will show."""

    name: str
    load: Load
    batches: list[pl.DataFrame] = field(factory=list)

    def write(self, batch: pl.DataFrame) -> None:
        if batch.schema != self.load.schema:
            raise StoreError(f"a batch of {dict(batch.schema)}, not {dict(self.load.schema)}")
        with around("memory.stage", self.name):
            self.batches.append(batch)

    def seal(self) -> Manifest:
        ref = self.load.ref
        frame = pl.concat([self.load.schema.to_frame(), *self.batches])
        with _turn, around("memory.seal", self.name):
            _staged[ref.run_id] = _Staged(frame, tables.get(self.name))
        size = int(frame.estimated_size())
        part = Part(staged=ref.run_id, final=self.name, rows=frame.height, bytes=size)
        return self.load.sealed(f"memory:{self.name}", part)


@frozen
class MemoryStore:
    """Settles into one table. Its ledger, too, lives as long as the process."""

    config: MemoryConfig

    def begin(self, load: Load) -> MemoryStaging:
        self.rollback(load.ref)
        return MemoryStaging(self.config.table, load)

    def commit(self, manifest: Manifest) -> Receipt:
        run_id, name = manifest.ref.run_id, manifest.parts[0].final
        with _turn:
            if run_id not in _applied:
                frame = _published(manifest)
                with around("memory.swap", name):
                    tables[name] = frame
                    _applied[run_id] = manifest.rows
        return Receipt(rows=_applied[run_id], bytes=manifest.parts[0].bytes, parts=1)

    def rollback(self, ref: LoadRef) -> None:
        if ref.run_id in _applied:
            raise StoreError(f"{ref.run_id} is visible already: it cannot be undone")
        self._forget(ref.run_id)

    def cleanup(self, manifest: Manifest) -> Leftovers:
        if manifest.ref.run_id not in _applied:
            raise StoreError(f"{manifest.ref.run_id} is not published: its staged data stays")
        self._forget(manifest.ref.run_id)
        return Leftovers()

    def _forget(self, run_id: str) -> None:
        with around("memory.forget", run_id):
            _staged.pop(run_id, None)

    def status(self, manifest: Manifest) -> Status:
        return "done" if manifest.ref.run_id in _applied else "none"

    def known_schema(self) -> pl.Schema | None:
        table = tables.get(self.config.table)
        return None if table is None else table.schema

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        runs = sorted(_runs.values(), key=lambda run: run.started)
        return [run for run in runs if (run.ref.flow, run.ref.entity) == (flow, entity)]

    def advance(self, run: RunRecord) -> None:
        with around("memory.advance", run.state):
            if run.state in OVER:
                _runs.pop(run.ref.run_id, None)
            else:
                _runs[run.ref.run_id] = run


def _published(manifest: Manifest) -> pl.DataFrame:
    """The table as this load makes it. Raises ``StoreError`` when it cannot be made any more."""
    name = manifest.parts[0].final
    staged, now = _staged.get(manifest.ref.run_id), tables.get(name)
    if staged is None:
        raise StoreError(f"what {manifest.ref.run_id} staged is gone: its process is over")
    if manifest.mode == "full_drop":
        if now is not staged.before:
            raise StoreError(f"memory:{name} was changed by somebody else, and their data stays")
        return staged.frame
    if now is None:
        return staged.frame
    types = {
        column: dtype for column, dtype in staged.frame.schema.items() if column in now.columns
    }
    with speaking(f"memory:{name}"):
        return pl.concat([now.cast(pl.Schema(types)), staged.frame], how="diagonal")


@contextmanager
def open_memory_home(config: MemoryConfig, scene: Scene) -> Iterator[MemoryHome]:
    yield MemoryHome(config, scene.cancel)


@contextmanager
def open_memory_store(config: MemoryConfig, _: Scene) -> Iterator[MemoryStore]:
    yield MemoryStore(config)
