"""Making a table anew under its own name, with what hangs on it: indexes and triggers."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from hygge_core.drift import conform
from hygge_core.errors import SchemaChanged, StoreError
from hygge_core.scene import Quotes
from hygge_journal_sqlite import catalogue
from hygge_journal_sqlite.home.pages import Unfit, frames, told
from hygge_journal_sqlite.home.source import Selected, Source
from hygge_journal_sqlite.names import quoted
from hygge_journal_sqlite.store.target import create, names_sql
from hygge_journal_sqlite.values.encode import encode

_BATCH_ROWS = 20_000


def retype(
    connection: sqlite3.Connection, table: str, changes: Mapping[str, pl.DataType], scratch: str
) -> None:
    """Rewrite ``table`` with other types for some columns; ``scratch`` is a free name.

    Part of the caller's transaction. Raises ``StoreError`` for a value that is not of its type.
    """
    found = catalogue.columns(connection, table) or ()
    source = Source(name=table, sql=quoted(table, StoreError), table=table, columns=found)
    selected = [Selected(column=each, dtype=each.dtype or pl.String()) for each in found]
    schema = pl.Schema({each.name: changes.get(each.name, each.dtype) for each in selected})
    create(connection, scratch, schema)
    marks = ", ".join("?" * len(schema))
    for batch in _rows(connection, source, selected):
        insert = f"INSERT INTO {quoted(scratch, StoreError)} VALUES ({marks})"
        cast = _cast(table, batch, schema)
        connection.executemany(insert, zip(*map(encode, cast), strict=True))
    supplant(connection, table, scratch)


def _cast(table: str, batch: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    try:
        return conform(batch, schema)
    except SchemaChanged as exc:
        hint = "run once with --full-drop, or read it as another type (schema_overrides)"
        raise StoreError(f"the table {table!r} cannot be widened: {exc}", hint=hint) from exc


def supplant(connection: sqlite3.Connection, table: str, scratch: str) -> Sequence[str]:
    """``scratch`` takes the place of ``table``, if there is one, and its indexes and triggers.

    Returns the names of those that do not fit the new columns and are gone.
    """
    hanging = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? COLLATE NOCASE"
        " AND type IN ('index', 'trigger') AND sql IS NOT NULL",
        (table,),
    ).fetchall()
    connection.execute(f"DROP TABLE IF EXISTS {quoted(table, StoreError)}")
    # A view that names the table would forbid the renaming while there is none of that name.
    connection.execute("PRAGMA legacy_alter_table = ON")
    connection.execute(
        f"ALTER TABLE {quoted(scratch, StoreError)} RENAME TO {quoted(table, StoreError)}"
    )
    return [name for name, sql in hanging if not _hung(connection, sql)]


def _hung(connection: sqlite3.Connection, sql: str) -> bool:
    try:
        connection.execute(sql)
    except sqlite3.Error:
        return False
    return True


def _rows(
    connection: sqlite3.Connection, source: Source, selected: Sequence[Selected]
) -> Iterator[pl.DataFrame]:
    names = names_sql([each.name for each in selected])
    cursor = connection.execute(f"SELECT {names} FROM {source.sql}")
    try:
        yield from frames(cursor, selected, _BATCH_ROWS)
    except Unfit as unfit:
        error = told(connection, source, unfit, Quotes())
        raise StoreError(str(error), hint="mend the row; the table cannot be widened") from error
