"""The destination of a store: what it is, what it takes, and what has to change before a load."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import frozen

from hygge_core.errors import StoreError
from hygge_core.markers import ROW_MARKER
from hygge_core.types import lossless, spell
from hygge_mssql import catalogue
from hygge_mssql.catalogue import Column
from hygge_mssql.created import as_key, declaration
from hygge_mssql.names import OURS, Name, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.sqltypes import declared, held


@frozen(kw_only=True)
class Target:
    """A destination table as it is now."""

    name: Name
    columns: tuple[Column, ...]

    @property
    def schema(self) -> pl.Schema:
        """The columns that can be written, with their types."""
        free = [each for each in self.columns if not each.filled]
        return pl.Schema({each.name: held(each).dtype(each) for each in free})

    def column(self, name: str) -> Column | None:
        """The column of this name; most databases do not tell small letters from capitals."""
        exact = next((each for each in self.columns if each.name == name), None)
        folded = (each for each in self.columns if each.name.casefold() == name.casefold())
        return exact or next(folded, None)


def target(session: Session, table: Name) -> Target | None:
    """The table as it is now; ``None``: there is none. Raises ``StoreError`` for a view."""
    kind = catalogue.object_type(session, table)
    if kind is None:
        return None
    if kind != "U":
        raise StoreError(f"{table} is not a table ({kind})", hint="set store.table to a table")
    return Target(name=table, columns=catalogue.columns(session, table))


def refuse_reserved(table: Name) -> None:
    """Raise ``StoreError`` for a name that is hygge's own."""
    if table.table.startswith(OURS):
        raise StoreError(f"the table name {table} is reserved", hint="set another store.table")


def demand_keys(keys: Sequence[str], schema: Mapping[str, pl.DataType]) -> None:
    """Raise ``StoreError`` for a key column that the rows do not have."""
    missing = [name for name in keys if name not in schema]
    if missing:
        raise StoreError(
            f"the key column {missing[0]!r} is not among the columns {', '.join(schema)}",
            hint="store.key_columns names columns of the home, and polish must keep them",
        )


@frozen(kw_only=True)
class Shape:
    """What a load needs of its tables: final ``columns`` with the types that hygge would declare.

    ``wanted`` are the types that ``store.column_types`` asks for instead.
    """

    schema: pl.Schema
    keys: tuple[str, ...]
    wanted: Mapping[str, str]

    @property
    def columns(self) -> tuple[str, ...]:
        """Everything but the row marker, which no destination keeps."""
        return tuple(name for name in self.schema if not self.is_marker(name))

    @property
    def marked(self) -> bool:
        """Whether rows say what becomes of them."""
        return any(self.is_marker(name) for name in self.schema)

    def is_marker(self, name: str) -> bool:
        return name == ROW_MARKER and bool(self.keys)

    def staged(self, name: str) -> str:
        """The type of a column in the staging table: exactly what the rows are."""
        made = declaration(name, self.schema[name], StoreError)
        return as_key(made) if name in self.keys else made

    def made(self, name: str) -> str:
        """The type of a column that hygge makes in the destination."""
        return self.wanted.get(name) or self.staged(name)


def checked(schema: Mapping[str, pl.DataType]) -> None:
    """Raise ``StoreError`` for names of which SQL Server cannot have a table."""
    if not schema:
        raise StoreError("a table without columns cannot be stored in SQL Server")
    twins: dict[str, str] = {}
    for name in schema:
        quoted(name)
        other = twins.setdefault(name.casefold(), name)
        if other != name:
            raise StoreError(
                f"SQL Server takes {other!r} and {name!r} for one column",
                hint='rename one of them: polish = { columns = { rename = { "OLD" = "new" } } }',
            )


@frozen(kw_only=True)
class Fitting:
    """What has to become of a destination: columns to ``add``, and to ``alter``, with their types.

    ``left`` are its columns that the rows do not have.
    """

    add: tuple[tuple[str, str], ...]
    alter: tuple[tuple[Column, str], ...]
    left: tuple[Column, ...]


def fitting(found: Target, shape: Shape, *, emptied: bool) -> Fitting:
    """How the destination comes to take the rows; ``emptied``: no row of its own is left.

    Raises ``StoreError`` for a column that cannot take them.
    """
    add, alter, known = [], [], set()
    for name in shape.columns:
        column = found.column(name)
        if column is None:
            add.append((name, shape.made(name)))
            continue
        known.add(column.name)
        if column.filled:
            raise StoreError(
                f"column {column.name!r} of {found.name} is the server's to fill"
                f" ({_why_filled(column)})",
                hint="drop it with polish",
            )
        if lossless(shape.schema[name], held(column).dtype(column)):
            continue
        if not (emptied or lossless(held(column).dtype(column), shape.schema[name])):
            raise StoreError(
                f"column {column.name!r} of {found.name} is {declared(column)}, which does not"
                f" hold every {spell(shape.schema[name])}",
                hint="run once with --full-drop, or read it as another type (schema_overrides)",
            )
        alter.append((column, shape.made(name)))
    left = tuple(each for each in found.columns if each.name not in known and not each.filled)
    return Fitting(add=tuple(add), alter=tuple(alter), left=left)


def _why_filled(column: Column) -> str:
    if column.identity:
        return "identity"
    return "computed" if column.computed else "generated"
