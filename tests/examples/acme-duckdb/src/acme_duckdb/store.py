"""A staging table keyed by run; then one transaction that moves its rows and marks the load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from hygge_core import StoreError
from hygge_core.faults import around
from hygge_core.records import Leftovers, Load, LoadRef, Manifest, Part, Receipt, Status

LOADS = "__hygge_loads"  # one row per published load


@contextmanager
def speaking(what: str) -> Iterator[None]:
    """DuckDB's exceptions become hygge's, with their own text."""
    try:
        yield
    except duckdb.Error as exc:
        busy = isinstance(exc, duckdb.TransactionException | duckdb.IOException)
        raise StoreError(f"{what}: {exc}", transient=busy) from exc


@contextmanager
def connected(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with speaking(str(path)), duckdb.connect(path) as connection:
        connection.execute(f"CREATE TABLE IF NOT EXISTS {LOADS} (run TEXT PRIMARY KEY, place TEXT)")
        yield connection  # what is not committed is undone when it closes


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class DuckStore:
    def __init__(self, connection: duckdb.DuckDBPyConnection, table: str) -> None:
        self.connection, self.table = connection, table

    def begin(self, load: Load) -> DuckStaging:
        self.rollback(load.ref)
        return DuckStaging(self, load)

    def commit(self, manifest: Manifest) -> Receipt:
        staged, table = quoted(manifest.parts[0].staged), quoted(self.table)
        if not self._is_done(manifest.ref):
            with self.transaction("commit", manifest.ref.run_id) as run:
                if manifest.mode == "append":
                    run.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM {staged} LIMIT 0")
                    run.execute(f"INSERT INTO {table} BY NAME FROM {staged}")
                elif self.loads() == manifest.extra["before"]:
                    run.execute(f"CREATE OR REPLACE TABLE {table} AS FROM {staged}")
                else:
                    raise StoreError(f"{self.table} was changed by somebody else meanwhile")
                run.execute(f"INSERT INTO {LOADS} VALUES (?, ?)", [manifest.ref.run_id, self.table])
        return Receipt(rows=manifest.rows, parts=1)

    def rollback(self, ref: LoadRef) -> None:
        if self._is_done(ref):
            raise StoreError(f"{ref.run_id} is published: it cannot be undone")
        self._drop(ref)

    def cleanup(self, manifest: Manifest) -> Leftovers:
        self._drop(manifest.ref)
        return Leftovers()

    def status(self, manifest: Manifest) -> Status:
        return "done" if self._is_done(manifest.ref) else "none"

    def known_schema(self) -> pl.Schema | None:
        there = "SELECT count(*) FROM duckdb_tables() WHERE table_name = ?"
        return self.types(self.table) if self.value(there, self.table) else None

    def types(self, table: str) -> pl.Schema:
        with speaking(table):
            return self.connection.sql(f"FROM {quoted(table)} LIMIT 0").pl().schema

    def loads(self) -> int:
        return self.value(f"SELECT count(*) FROM {LOADS} WHERE place = ?", self.table)

    def value(self, query: str, *given: str) -> Any:
        with speaking(query):
            return self.connection.execute(query, given).fetchall()[0][0]

    @contextmanager
    def transaction(self, verb: str, detail: str) -> Iterator[duckdb.DuckDBPyConnection]:
        with around(f"duckdb.{verb}", detail), speaking(verb):
            self.connection.begin()
            try:
                yield self.connection
                self.connection.commit()
            except BaseException:
                self.connection.rollback()
                raise

    def _is_done(self, ref: LoadRef) -> bool:
        return bool(self.value(f"SELECT count(*) FROM {LOADS} WHERE run = ?", ref.run_id))

    def _drop(self, ref: LoadRef) -> None:
        with self.transaction("drop", ref.run_id) as run:
            run.execute(f"DROP TABLE IF EXISTS {quoted('__stage_' + ref.run_id)}")


class DuckStaging:
    def __init__(self, store: DuckStore, load: Load) -> None:
        self.store, self.load, self.table = store, load, "__stage_" + load.ref.run_id
        if any(dtype == pl.Duration for dtype in load.schema.dtypes()):
            raise StoreError("a DuckDB interval has months: it is no duration")
        self.write(load.schema.to_frame(), "CREATE TABLE {} AS FROM batch")
        if (kept := store.types(self.table)) != load.schema:
            raise StoreError(f"DuckDB would keep {dict(load.schema)} as {dict(kept)}")

    def write(self, batch: pl.DataFrame, statement: str = "INSERT INTO {} FROM batch") -> None:
        with self.store.transaction("write", self.table) as run:
            run.execute(statement.format(quoted(self.table)))  # DuckDB finds `batch` by its name

    def seal(self) -> Manifest:
        load, known = self.load, self.store.known_schema()
        if load.mode == "append" and known not in (None, load.schema):
            raise StoreError(f"{self.store.table} has other columns: {known}")
        rows = self.store.value(f"SELECT count(*) FROM {quoted(self.table)}")
        part = Part(staged=self.table, final=self.store.table, rows=rows)
        return load.sealed(part.final, part, extra={"before": self.store.loads()})
