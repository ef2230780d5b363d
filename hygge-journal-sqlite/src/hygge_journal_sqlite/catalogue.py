"""What SQLite's catalogue knows of a table: its columns, what they are declared as, its rowid."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import field, frozen

from hygge_journal_sqlite.names import OURS, same
from hygge_journal_sqlite.values.declared import affinity, is_ours, meaning

if TYPE_CHECKING:
    import polars as pl

_GENERATED = (2, 3)
_HIDDEN = 1


@frozen
class Column:
    """One column: its name, its declared type, and what it adds up to.

    ``generated`` ones can be read and not written; ``key`` is its place in the primary key, from
    1, or 0; ``required`` ones take no NULL.
    """

    name: str
    declared: str
    generated: bool = False
    required: bool = False
    key: int = 0
    dtype: pl.DataType | None = field(init=False)

    @dtype.default
    def _meaning(self) -> pl.DataType | None:
        return meaning(self.declared)

    @property
    def ours(self) -> bool:
        """Whether its texts are in hygge's one exact form."""
        return is_ours(self.declared)

    @property
    def affinity(self) -> str:
        return affinity(self.declared)


def columns(connection: sqlite3.Connection, table: str) -> tuple[Column, ...] | None:
    """The columns of a table or view, in order; ``None``: there is none of that name."""
    rows = connection.execute(
        'SELECT name, type, hidden, "notnull", pk FROM pragma_table_xinfo(?) ORDER BY cid', (table,)
    ).fetchall()
    return (
        tuple(
            Column(name, declared, hidden in _GENERATED, bool(required), key)
            for name, declared, hidden, required, key in rows
            if hidden != _HIDDEN
        )
        or None
    )


def kind_of(connection: sqlite3.Connection, table: str) -> str | None:
    """``table`` or ``view``; ``None``: there is none of that name."""
    found = connection.execute(
        "SELECT type FROM sqlite_master"
        " WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE",
        (table,),
    ).fetchone()
    return found[0] if found else None


def tables(connection: sqlite3.Connection) -> Sequence[tuple[str, bool]]:
    """The tables and views that belong to people, by name, and whether their rows are stored here:
    those of a view or of a module's table are not."""
    rows = connection.execute(
        "SELECT name, rootpage > 0 FROM sqlite_master WHERE type IN ('table', 'view') ORDER BY name"
    )
    return [(name, bool(s)) for name, s in rows if not same(name).startswith((OURS, "sqlite_"))]


def primary_key(found: Sequence[Column]) -> tuple[str, ...]:
    """The names of the primary key's columns, in its order."""
    return tuple(each.name for each in sorted(found, key=lambda one: one.key) if each.key)


def rowid(found: Sequence[Column]) -> str | None:
    """What a row's number is called beside these columns; ``None``: they hide all its names."""
    taken = {same(each.name) for each in found}
    return next((name for name in ("rowid", "_rowid_", "oid") if name not in taken), None)


def guarded(connection: sqlite3.Connection, table: str) -> bool:
    """Whether a unique index or a trigger could refuse rows that the columns would take."""
    found = connection.execute(
        """SELECT EXISTS (SELECT 1 FROM pragma_index_list(:table) WHERE "unique")
            OR EXISTS (SELECT 1 FROM sqlite_master
                       WHERE type = 'trigger' AND tbl_name = :table COLLATE NOCASE)""",
        {"table": table},
    )
    return bool(found.fetchone()[0])
