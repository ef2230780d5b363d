"""One load on its way: a table of its own in the database that it will settle in."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from hygge_core import faults
from hygge_core.errors import StoreError
from hygge_core.records import Load, Manifest, Part
from hygge_journal_sqlite import catalogue
from hygge_journal_sqlite.database import Database
from hygge_journal_sqlite.names import quoted, staging_table
from hygge_journal_sqlite.store import loads
from hygge_journal_sqlite.store.joining import join
from hygge_journal_sqlite.store.keys import demand, refuse_doubles
from hygge_journal_sqlite.store.publishing import count, publish
from hygge_journal_sqlite.store.target import create, target
from hygge_journal_sqlite.values.encode import encode

if TYPE_CHECKING:
    import sqlite3

    import polars as pl


class SqliteStaging:
    """See :class:`hygge_core.protocols.Staging`. Makes its table when it is made."""

    def __init__(
        self,
        database: Database,
        load: Load,
        *,
        table: str,
        nan: Literal["fail", "null"],
    ) -> None:
        self._database = database
        self._load = load
        self._final = table
        self._nan: Literal["fail", "null"] = nan
        self._staged = staging_table(load.ref.run_id)
        self._rows = 0
        demand(load.keys, load.schema)
        with faults.around("sqlite.begin", self._staged), database.writing() as connection:
            loads.prepare(connection)
            connection.execute(f"DROP TABLE IF EXISTS {quoted(self._staged, StoreError)}")
            create(connection, self._staged, load.schema)

    def write(self, batch: pl.DataFrame) -> None:
        columns = [encode(batch[name], nan=self._nan) for name in self._load.schema]
        marks = ", ".join("?" * len(columns))
        insert = f"INSERT INTO {quoted(self._staged, StoreError)} VALUES ({marks})"
        with (
            faults.around("sqlite.write", f"{self._staged} {batch.height} rows"),
            self._database.writing() as connection,
        ):
            connection.executemany(insert, zip(*columns, strict=True))
        self._rows += batch.height

    def seal(self) -> Manifest:
        with (
            faults.around("sqlite.seal", self._staged),
            self._database.rehearsing() as connection,
        ):
            rows = count(connection, self._staged)
            refuse_doubles(connection, self._staged, self._load.keys)
            manifest = self._manifest(rows, loads.newest(connection, self._load.ref))
            self._foresee(connection, manifest)
        if rows != self._rows:
            raise StoreError(f"{self._rows:,} rows were written but {rows:,} are staged")
        return manifest

    def _manifest(self, rows: int, after: str) -> Manifest:
        part = Part(staged=self._staged, final=self._final, rows=rows)
        extra = {"after": after, "keys": list(self._load.keys)}
        return self._load.sealed(f"{self._database.path}#{self._final}", part, extra=extra)

    def _foresee(self, connection: sqlite3.Connection, manifest: Manifest) -> None:
        """Find out now what the destination would refuse: after DECIDE nobody could go back."""
        found = target(connection, self._final)
        if found is None:
            return
        sure = found.plain(connection) and not catalogue.guarded(connection, self._final)
        if sure and manifest.mode == "append":
            joined = join(connection, found, self._load.schema)
            sure = not (joined.target or joined.staged)  # a year may lie beyond a finer unit
        if not sure:
            publish(connection, manifest, _say_nothing)


def _say_nothing(text: str) -> None:
    """The real publishing will say it."""
