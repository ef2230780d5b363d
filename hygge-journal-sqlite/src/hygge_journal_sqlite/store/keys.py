"""Key columns: an appended row takes the place of the one with its key, so nothing is doubled."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence

from hygge_core.errors import StoreError
from hygge_journal_sqlite.names import quoted
from hygge_journal_sqlite.store.target import names_sql


def demand(keys: Sequence[str], columns: Collection[str]) -> None:
    """Raise ``StoreError`` for a key column that the rows do not have."""
    missing = [name for name in keys if name not in columns]
    if missing:
        raise StoreError(
            f"the key column {missing[0]!r} is not among the columns {', '.join(columns)}",
            hint="store.key_columns names columns of the home, and polish must keep them",
        )


def refuse_doubles(connection: sqlite3.Connection, staged: str, keys: Sequence[str]) -> None:
    """Raise ``StoreError`` when two staged rows have one key, or a row has none."""
    if not keys:
        return
    names = names_sql(keys)
    nothing = " OR ".join(f"{quoted(name, StoreError)} IS NULL" for name in keys)
    found = connection.execute(
        f"SELECT {names}, count(*) FROM {quoted(staged, StoreError)}"
        f" GROUP BY {names} HAVING count(*) > 1 OR {nothing} LIMIT 1"
    ).fetchone()
    if found is not None:
        *values, times = found
        key = ", ".join(f"{name} = {value!r}" for name, value in zip(keys, values, strict=True))
        raise StoreError(
            f"{times:,} row{'s have' if times > 1 else ' has'} the key {key:.200}",
            hint="a key names one row and is never NULL; look at store.key_columns",
        )


def make_room(connection: sqlite3.Connection, table: str, staged: str, keys: Sequence[str]) -> None:
    """Delete the rows whose keys are staged. An index on the keys makes this fast."""
    if keys:
        names = names_sql(keys)
        connection.execute(
            f"DELETE FROM {quoted(table, StoreError)} WHERE ({names}) IN"
            f" (SELECT {names} FROM {quoted(staged, StoreError)})"
        )
