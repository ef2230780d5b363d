"""One load on its way: a table of its own in the database that it will settle in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygge_core import faults
from hygge_core.records import Load, Manifest, Part
from hygge_core.scene import Scene
from hygge_mssql.catalogue import Column
from hygge_mssql.created import column_sql
from hygge_mssql.names import Name, staging_table
from hygge_mssql.server.session import Session
from hygge_mssql.settings.kinds import MssqlStoreConfig
from hygge_mssql.sqltypes import held
from hygge_mssql.statements import loading
from hygge_mssql.store import loads, switching, upserts
from hygge_mssql.store.carried import ORDER, carried, demand_short
from hygge_mssql.store.foresight import foresee
from hygge_mssql.store.loaders import Bulk, Loaders, demand_all
from hygge_mssql.store.publishing import count
from hygge_mssql.store.target import Shape, Target, checked, demand_keys, target

if TYPE_CHECKING:
    import polars as pl


class MssqlStaging:
    """See :class:`hygge_core.protocols.Staging`. Makes its table when it is made.

    The table is committed before a row is loaded: bulk loads come over connections of their own,
    which see nothing of an open transaction, and wait for it.
    """

    def __init__(
        self, session: Session, load: Load, table: Name, config: MssqlStoreConfig, scene: Scene
    ) -> None:
        self._scene = scene
        self._session = session
        self._load = load
        self._table = table
        self._config = config
        self._staged = table.beside(staging_table(load.ref.run_id))
        self._shape = Shape(schema=load.schema, keys=load.keys, wanted=config.column_types)
        self._rows = 0
        checked(load.schema)
        demand_keys(load.keys, load.schema)
        with faults.around("mssql.begin", self._staged):
            found = target(session, table)
            self._switch = load.mode == "full_drop" and config.replace == "switch" and bool(found)
            self._make(found)
        self._loaders = Loaders(session, self._bulk(), config.parallel_loaders, scene.cancel)

    def write(self, batch: pl.DataFrame) -> None:
        if not batch.height:
            return
        demand_short(batch, self._shape.keys)
        order = self._rows if self._shape.marked else None
        frame = carried(batch, self._load.schema, nan=self._config.nan, order=order)
        with faults.around("mssql.write", f"{self._staged} {batch.height} rows"):
            self._loaders.put(frame)
        self._rows += batch.height

    def seal(self) -> Manifest:
        with faults.around("mssql.seal", self._staged):
            copied = self._loaders.finish()
            counted = count(self._session, self._staged)
            demand_all(self._rows, copied, counted)
            upserts.refuse_doubles(self._session, self._staged, self._shape)
            newest = loads.newest(self._session, self._table.schema, self._load.ref)
            manifest = self._manifest(counted, newest)
            foresee(self._session, manifest, self._table, self._staged, self._config)
        return manifest

    def stop(self) -> None:
        """End what is still being loaded; of what cannot be ended, say so."""
        if left := self._loaders.stop():
            self._scene.warn(
                f"{left} of {self._config.parallel_loaders} bulk loads into {self._staged} hang in"
                f" {self._session.place}, and nobody waits for them any more; what they have sent"
                " is never published, and goes with the table when the server lets it be dropped"
            )

    def _make(self, found: Target | None) -> None:
        loads.prepare(self._session, self._table.schema)
        self._session.execute(loading.DROP_TABLE.with_(table=self._staged.sql))
        if self._switch:
            assert found is not None
            switching.make_like(self._session, found, self._staged, self._shape)
            return
        columns = [self._column(name, found) for name in self._load.schema]
        if self._shape.marked:
            columns.append(column_sql(ORDER, "bigint", nullable=False))
        make = loading.CREATE_TABLE.with_(table=self._staged.sql, columns=", ".join(columns))
        self._session.execute(make)

    def _column(self, name: str, found: Target | None) -> str:
        """A column of the staging table; text is compared as the destination compares it."""
        there = found.column(name) if found else None
        declared = "int" if self._shape.is_marker(name) else self._shape.staged(name)
        nullable = not self._shape.is_marker(name)
        collation = there.collation if there and _is_text(there) else None
        if not declared.startswith("nvarchar"):
            collation = None
        return column_sql(name, declared, nullable=nullable, collation=collation)

    def _bulk(self) -> Bulk:
        order = (ORDER,) if self._shape.marked else ()
        return Bulk(
            table=self._staged.sql,
            columns=(*self._load.schema, *order),
            rows_per_batch=self._config.rows_per_batch,
            seconds=self._config.load_seconds,
            # Several loaders share the lock of a heap, and not that of a column store.
            whole_table=not self._switch,
        )

    def _manifest(self, rows: int, after: str) -> Manifest:
        load = self._load
        part = Part(staged=str(self._staged), final=str(self._table), rows=rows)
        return load.sealed(
            f"{self._session.place}/{self._table}",
            part,
            extra={"after": after, "keys": list(load.keys), "switch": self._switch},
        )


def _is_text(column: Column) -> bool:
    return held(column).dtype(column).to_python() is str
