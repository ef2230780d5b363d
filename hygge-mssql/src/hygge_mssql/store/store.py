"""The store ``mssql``: loads settle in a table by one transaction each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import polars as pl

from hygge_core import faults
from hygge_core.errors import StoreError
from hygge_core.records import (
    Leftovers,
    Load,
    LoadRef,
    Manifest,
    Receipt,
    RunRecord,
    Status,
)
from hygge_core.scene import Scene
from hygge_mssql.home.ranges import EVERYTHING
from hygge_mssql.home.reader import listed
from hygge_mssql.home.selected import framed, selected
from hygge_mssql.home.source import Table
from hygge_mssql.names import Name, named, staging_table
from hygge_mssql.server.server import Server
from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlStoreConfig
from hygge_mssql.statements import loading
from hygge_mssql.store import decisions, loads, permissions
from hygge_mssql.store.alike import alike
from hygge_mssql.store.publishing import Publishing
from hygge_mssql.store.staging import MssqlStaging
from hygge_mssql.store.target import refuse_reserved, target

#: Rows of what is there already that are read at once, to find out which of them are gone.
_KNOWN_ROWS = 65_536


@contextmanager
def open_store(config: MssqlStoreConfig, scene: Scene) -> Iterator[MssqlStore]:
    """Connect to nothing yet. Raises ``StoreError`` for a table of hygge's own."""
    table = named(scene.filled(config.table))
    refuse_reserved(table)
    store = MssqlStore(config, scene, scene.connection(config.connection), table)
    try:
        yield store
    finally:
        store.close()


class MssqlStore:
    """See :class:`hygge_core.protocols.Store`; also ``KnowsSchema``, ``KnowsRows``,
    ``LikensKeys``, ``KeepsLedger`` and ``Checks``."""

    def __init__(self, config: MssqlStoreConfig, scene: Scene, server: Server, table: Name) -> None:
        self._config = config
        self._scene = scene
        self._server = server
        self._table = table
        self._held: Session | None = None
        self._staging: MssqlStaging | None = None

    def begin(self, load: Load) -> MssqlStaging:
        self._stop()
        self._staging = MssqlStaging(self._session, load, self._table, self._config, self._scene)
        return self._staging

    def commit(self, manifest: Manifest) -> Receipt:
        self._stop()
        session = self._session
        with faults.around("mssql.commit", manifest.ref.run_id), session.transaction():
            rows = Publishing(session, manifest, self._config, self._scene.warn).rows()
        return Receipt(rows=rows, parts=1)

    def rollback(self, ref: LoadRef) -> None:
        self._stop()
        session = self._session
        with faults.around("mssql.rollback", ref.run_id), session.transaction():
            # A commit whose answer was lost may be under way: what it did is seen when it is over.
            loads.take_turn(session, f"load {self._table}")
            if loads.rows_of(session, self._table.schema, ref.run_id) is not None:
                raise StoreError(
                    f"run {ref.run_id} cannot be undone: its rows are published",
                    hint=f"finish it: hygge recover --forward {ref.run_id}",
                )
            self._drop(ref)

    def cleanup(self, manifest: Manifest) -> Leftovers:
        self._stop()
        with faults.around("mssql.cleanup", manifest.ref.run_id):
            self._drop(manifest.ref)
            loads.thin(self._session, self._table.schema, manifest.ref)
        return Leftovers()

    def status(self, manifest: Manifest) -> Status:
        rows = loads.rows_of(self._session, self._table.schema, manifest.ref.run_id)
        return "none" if rows is None else "done"

    # optional abilities

    def known_schema(self) -> pl.Schema | None:
        found = target(self._session, self._table)
        return found.schema if found else None

    def known_rows(self, columns: tuple[str, ...]) -> Iterator[pl.DataFrame]:
        session = self._session
        found = target(session, self._table)
        if found is None:
            return
        every = selected(found.columns, overrides={}, keep_seventh=True, trim=False)
        wanted = [each for name in columns for each in every if each.name == name]
        query = Table(name=self._table).select(listed(wanted), EVERYTHING)
        with session.batches(query.sql, query.values, _KNOWN_ROWS) as batches:
            for batch in batches:
                yield framed(pl.DataFrame(batch), wanted)

    def alike(self, keys: pl.DataFrame) -> pl.DataFrame:
        found = target(self._session, self._table)
        return alike(keys, found) if found else keys

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        return decisions.unfinished(self._session, self._table.schema, flow, entity)

    def advance(self, run: RunRecord) -> None:
        with faults.around("mssql.ledger", f"{run.ref.run_id} {run.state}"):
            decisions.put(self._session, self._table.schema, run)

    def check(self) -> Iterable[tuple[str, str, str]]:
        found = target(self._session, self._table)
        what = "is there" if found else "will be made"
        yield f"{self._table} {what}", "ok", ""
        yield from permissions.examined(
            self._session,
            self._server.config.database,
            self._table,
            updates=bool(found and self._config.key_columns),
        )

    def close(self) -> None:
        """Give the session back, whatever is under way: what is not committed is undone."""
        self._stop()
        if self._held is not None:
            self._server.give(self._held)
            self._held = None

    @property
    def _session(self) -> Session:
        """One session for all verbs; another one where it broke."""
        if self._held is not None and self._held.broken:
            self._held.close()
            self._held = None
        if self._held is None:
            self._held = self._server.take(StoreError)
        return self._held

    def _stop(self) -> None:
        if self._staging is not None:
            self._staging.stop()
            self._staging = None

    def _drop(self, ref: LoadRef) -> None:
        staged = self._table.beside(staging_table(ref.run_id))
        self._session.execute(loading.DROP_TABLE.with_(table=staged.sql))
