"""The destination table of a store: what it is, what it takes, and how it is made or widened."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

import polars as pl
from attrs import frozen

from hygge_core.errors import StoreError
from hygge_journal_sqlite import catalogue
from hygge_journal_sqlite.catalogue import Column
from hygge_journal_sqlite.names import OURS, quoted, same
from hygge_journal_sqlite.values.declared import declare


@frozen(kw_only=True)
class Target:
    """A destination table as it is now. ``columns`` are those that can be written."""

    name: str
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """The columns whose declared type tells one, with it; the others take what is given."""
        known = {each.name: each.dtype for each in self.columns}
        return pl.Schema({name: dtype for name, dtype in known.items() if dtype is not None})

    def column(self, name: str) -> Column | None:
        """The column that SQLite takes ``name`` for."""
        return next((each for each in self.columns if same(each.name) == same(name)), None)

    def missing(self, schema: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
        """The columns of ``schema`` that the table does not have."""
        return {name: dtype for name, dtype in schema.items() if self.column(name) is None}

    def plain(self, connection: sqlite3.Connection) -> bool:
        """Whether it is just the columns that hygge would declare: no constraint, no default."""
        (sql,) = connection.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (self.name,)
        ).fetchone() or ("",)
        declared = (
            f"{quoted(each.name, StoreError)} {quoted(each.declared, StoreError)}"
            for each in self.columns
        )
        return bool(sql == f"CREATE TABLE {quoted(self.name, StoreError)} ({', '.join(declared)})")


def target(connection: sqlite3.Connection, table: str) -> Target | None:
    """The table as it is now; ``None``: there is none. Raises ``StoreError`` for a view."""
    kind = catalogue.kind_of(connection, table)
    if kind is None:
        return None
    if kind != "table":
        raise StoreError(f"{table!r} is a {kind}, not a table", hint="set store.table to a table")
    found = catalogue.columns(connection, table) or ()
    return Target(name=table, columns=tuple(each for each in found if not each.generated))


def create(connection: sqlite3.Connection, table: str, schema: Mapping[str, pl.DataType]) -> None:
    """Make a table whose declared types tell the schema. Raises ``StoreError``."""
    columns = ", ".join(column_sql(name, dtype) for name, dtype in checked(schema).items())
    connection.execute(f"CREATE TABLE {quoted(table, StoreError)} ({columns})")


def column_sql(name: str, dtype: pl.DataType) -> str:
    """One column of a CREATE or an ALTER TABLE."""
    try:
        declared = declare(dtype)
    except ValueError as exc:
        raise StoreError(
            f"column {name!r}: {exc}",
            hint="drop it with polish, or read it as another type (schema_overrides)",
        ) from exc
    return f"{quoted(name, StoreError)} {quoted(declared, StoreError)}"


def checked(schema: Mapping[str, pl.DataType]) -> Mapping[str, pl.DataType]:
    """The schema, if SQLite can have a table of these names. Raises ``StoreError``."""
    if not schema:
        raise StoreError("a table without columns cannot be stored in SQLite")
    twins: dict[str, str] = {}
    for name in schema:
        other = twins.setdefault(same(name), name)
        if other != name:
            raise StoreError(
                f"SQLite takes {other!r} and {name!r} for one column",
                hint='rename one of them: polish = { columns = { rename = { "OLD" = "new" } } }',
            )
    return schema


def refuse_reserved(table: str) -> None:
    """Raise ``StoreError`` for a name that is hygge's or SQLite's own."""
    if same(table).startswith((OURS, "sqlite_")):
        raise StoreError(f"the table name {table!r} is reserved", hint="set another store.table")


def names_sql(names: Sequence[str]) -> str:
    """``"a", "b"``."""
    return ", ".join(quoted(name, StoreError) for name in names)
