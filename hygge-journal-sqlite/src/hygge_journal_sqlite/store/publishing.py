"""The one transaction that publishes a load: its mark, and its rows. Readers never see a mix."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping, Sequence

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.records import Manifest
from hygge_core.types import parse_schema
from hygge_journal_sqlite import catalogue
from hygge_journal_sqlite.names import quoted
from hygge_journal_sqlite.store import loads
from hygge_journal_sqlite.store.joining import fits, join
from hygge_journal_sqlite.store.keys import make_room
from hygge_journal_sqlite.store.retyping import retype, supplant
from hygge_journal_sqlite.store.target import Target, column_sql, names_sql, target

Warn = Callable[[str], None]


def publish(connection: sqlite3.Connection, manifest: Manifest, warn: Warn) -> int:
    """Part of the caller's transaction; returns the rows that are there now because of it.

    Raises ``StoreError`` when somebody else was faster, when the staged rows are gone, or when the
    table cannot take them; the caller's transaction is then undone.
    """
    (part,) = manifest.parts
    schema = parse_schema(manifest.schema)
    if catalogue.kind_of(connection, part.staged) is None:
        raise StoreError(
            f"the staged rows of run {manifest.ref.run_id} are gone from {manifest.destination}",
            hint=f"somebody dropped {part.staged}; `hygge recover --undo {manifest.ref.run_id}`",
        )
    loads.put(connection, manifest)
    found = target(connection, part.final)
    if found is None:
        supplant(connection, part.final, part.staged)
        rows = count(connection, part.final)
    elif manifest.mode == "append":
        rows = _append(connection, found, part.staged, schema, manifest.extra["keys"])
    else:
        rows = _replace(connection, found, part.staged, schema, warn)
    if rows != manifest.rows:
        raise StoreError(f"{manifest.rows:,} rows were sealed, but {rows:,} could be published")
    return rows


def count(connection: sqlite3.Connection, table: str) -> int:
    """The number of rows of a table."""
    found = connection.execute(f"SELECT count(*) FROM {quoted(table, StoreError)}").fetchone()
    return int(found[0])


def _append(
    connection: sqlite3.Connection,
    found: Target,
    staged: str,
    schema: pl.Schema,
    keys: Sequence[str],
) -> int:
    joined = join(connection, found, schema)
    if joined.staged:
        retype(connection, staged, joined.staged, f"{staged}_wide")
    if joined.target:
        retype(connection, found.name, joined.target, f"{staged}_target")
    _add(connection, found, joined.added)
    make_room(connection, found.name, staged, keys)
    return _insert(connection, found, staged, schema)


def _replace(
    connection: sqlite3.Connection, found: Target, staged: str, schema: pl.Schema, warn: Warn
) -> int:
    """Keep the table object, with all that hangs on it, where its columns allow."""
    columns = {name: found.column(name) for name in schema}
    kept = {each.name for each in columns.values() if each is not None}
    if kept == {each.name for each in found.columns} and all(
        each is None or fits(each, schema[name]) for name, each in columns.items()
    ):
        _add(connection, found, found.missing(schema))
        connection.execute(f"DELETE FROM {quoted(found.name, StoreError)}")
        return _insert(connection, found, staged, schema)
    if not found.plain(connection):
        warn(f"the table {found.name!r} has other columns now: its constraints are gone")
    gone = supplant(connection, found.name, staged)
    if gone:
        warn(f"the table {found.name!r} has other columns now: {', '.join(gone)} did not fit")
    return count(connection, found.name)


def _add(connection: sqlite3.Connection, found: Target, added: Mapping[str, pl.DataType]) -> None:
    for name, dtype in added.items():
        connection.execute(
            f"ALTER TABLE {quoted(found.name, StoreError)} ADD COLUMN {column_sql(name, dtype)}"
        )


def _insert(connection: sqlite3.Connection, found: Target, staged: str, schema: pl.Schema) -> int:
    names = names_sql(list(schema))
    return connection.execute(
        f"INSERT INTO {quoted(found.name, StoreError)} ({names})"
        f" SELECT {names} FROM {quoted(staged, StoreError)}"
    ).rowcount
