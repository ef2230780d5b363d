"""The store ``sqlite``: loads settle in a table by one transaction each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl
from attrs import evolve

from hygge_core import faults
from hygge_core.errors import LeaseHeld, StoreError
from hygge_core.records import (
    Leftovers,
    Load,
    LoadRef,
    Manifest,
    Owner,
    Receipt,
    RunRecord,
    Status,
)
from hygge_core.scene import Scene
from hygge_journal_sqlite.border import speaking_hygge
from hygge_journal_sqlite.database import Database
from hygge_journal_sqlite.journal.schema import refuse_journal
from hygge_journal_sqlite.locks import grab, lock_file
from hygge_journal_sqlite.names import quoted, staging_table
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store import decisions, loads
from hygge_journal_sqlite.store.publishing import publish
from hygge_journal_sqlite.store.staging import SqliteStaging
from hygge_journal_sqlite.store.target import refuse_reserved, target


@contextmanager
def open_store(config: SqliteStoreConfig, scene: Scene) -> Iterator[SqliteStore]:
    """Open nothing yet: the file is made when the first load begins. Raises ``StoreError``."""
    table = scene.filled(config.table)
    refuse_reserved(table)
    store = SqliteStore(evolve(config, table=table), scene)
    try:
        yield store
    finally:
        store.close()


class SqliteStore:
    """See :class:`hygge_core.protocols.Store`; also ``KnowsSchema``, ``KeepsLedger``, ``Locks`` and
    ``Checks``."""

    def __init__(self, config: SqliteStoreConfig, scene: Scene) -> None:
        self._config = config
        self._scene = scene
        self._opened: Database | None = None

    def begin(self, load: Load) -> SqliteStaging:
        return SqliteStaging(
            self._database,
            load,
            table=self._config.table,
            nan=self._config.nan,
        )

    def commit(self, manifest: Manifest) -> Receipt:
        with (
            faults.around("sqlite.commit", manifest.ref.run_id),
            self._database.writing() as connection,
        ):
            rows = loads.rows_of(connection, manifest.ref.run_id)
            if rows is None:
                rows = publish(connection, manifest, self._scene.warn)
        return Receipt(rows=rows, parts=1)

    def rollback(self, ref: LoadRef) -> None:
        if not self._exists:
            return
        with (
            faults.around("sqlite.rollback", ref.run_id),
            self._database.writing() as connection,
        ):
            if loads.rows_of(connection, ref.run_id) is not None:
                raise StoreError(
                    f"run {ref.run_id} cannot be undone: its rows are published",
                    hint=f"finish it: hygge recover --forward {ref.run_id}",
                )
            _drop(connection, ref)

    def cleanup(self, manifest: Manifest) -> Leftovers:
        if not self._exists:
            return Leftovers()
        with (
            faults.around("sqlite.cleanup", manifest.ref.run_id),
            self._database.writing() as connection,
        ):
            _drop(connection, manifest.ref)
            loads.thin(connection, manifest.ref)
        return Leftovers()

    def status(self, manifest: Manifest) -> Status:
        if not self._exists:
            return "none"
        with self._database.reading() as connection:
            return "none" if loads.rows_of(connection, manifest.ref.run_id) is None else "done"

    # optional abilities

    def known_schema(self) -> pl.Schema | None:
        if not self._exists:
            return None
        with self._database.reading() as connection:
            found = target(connection, self._config.table)
        return found.schema if found else None

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        if not self._exists:
            return []
        with self._database.reading() as connection:
            return decisions.unfinished(connection, flow, entity)

    def advance(self, run: RunRecord) -> None:
        with (
            faults.around("sqlite.ledger", f"{run.ref.run_id} {run.state}"),
            self._database.writing() as connection,
        ):
            decisions.put(connection, run)

    @contextmanager
    def lock(self, owner: Owner) -> Iterator[None]:
        table = self._config.table
        file = lock_file(self._config.path, table)
        said = file.with_suffix(".owner")
        lock = grab(file, StoreError)
        if lock is None:
            holder = _read(said)
            raise LeaseHeld(
                f"the table {table!r} of {self._config.path} is being loaded by {holder}",
                owner=holder,
                hint="wait until it has finished; an owner that died frees its lock by itself",
            )
        try:
            with suppress(OSError):  # it only helps the others to name us
                said.write_text(str(owner), encoding="utf-8")
            yield
        finally:
            with suppress(OSError):
                said.unlink()
            lock.release()

    def check(self) -> Iterable[tuple[str, str, str]]:
        path = self._config.path
        with self._database.rehearsing() as connection:
            found = target(connection, self._config.table)
        what = "is there" if found else "will be made"
        yield f"{path} can be written, and its table {self._config.table!r} {what}", "ok", ""

    def close(self) -> None:
        """Give the file back, whatever is under way: what is not committed is undone."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def _exists(self) -> bool:
        with speaking_hygge(StoreError, self._config.path):
            return self._config.path.exists()

    @property
    def _database(self) -> Database:
        """The database, opened when it is first needed."""
        if self._opened is None:
            database = Database(
                self._config.path,
                raising=StoreError,
                busy_timeout_seconds=self._config.busy_timeout_seconds,
            )
            try:
                refuse_journal(database)
                database.keep_durably()
            except BaseException:
                database.close()
                raise
            self._opened = database
        return self._opened


def _drop(connection: sqlite3.Connection, ref: LoadRef) -> None:
    connection.execute(f"DROP TABLE IF EXISTS {quoted(staging_table(ref.run_id), StoreError)}")


def _read(file: Path) -> str:
    with suppress(OSError):
        return file.read_text(encoding="utf-8")
    return "somebody else"
