"""What a home reads: a table, a view or a query, and the type of each of its columns."""

# ruff: noqa: S608  # names are quoted, values are parameters

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from attrs import evolve, frozen

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.types import lossless, spell
from hygge_journal_sqlite import catalogue
from hygge_journal_sqlite.catalogue import Column
from hygge_journal_sqlite.names import quoted

_VIEW = "temp.hygge_query"
_SEEN = {"integer": pl.Int64(), "real": pl.Float64(), "text": pl.String(), "blob": pl.Binary()}


@frozen(kw_only=True)
class Selected:
    """One column to read: its type, and whether a person asked for that type by name."""

    column: Column
    dtype: pl.DataType
    asked: bool = False

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def sql(self) -> str:
        """The column in a SELECT; text asked for as bytes is not decoded on its way."""
        name = quoted(self.name, HomeError)
        as_bytes = self.asked and isinstance(self.dtype, pl.Binary)
        return f"CAST({name} AS BLOB)" if as_bytes else name


@frozen(kw_only=True)
class Source:
    """``sql`` stands after FROM; ``name`` is for people; ``table`` is empty for a query."""

    name: str
    sql: str
    table: str
    columns: tuple[Column, ...]


def table_source(connection: sqlite3.Connection, path: Path, table: str) -> Source:
    """A table or view of the database. Raises ``HomeError`` listing what there is."""
    found = catalogue.columns(connection, table)
    if found is None:
        there = ", ".join(name for name, _ in catalogue.tables(connection)) or "none at all"
        raise HomeError(
            f"{path} has no table or view {table!r}", hint=f"there is {there}; set home.table"
        )
    sql = quoted(table, HomeError)
    return Source(name=f"{path}#{table}", sql=sql, table=table, columns=found)


def query_source(connection: sqlite3.Connection, path: Path, query: str) -> Source:
    """A query. As a view it tells the declared types of the columns that it only passes on."""
    text = query.strip().rstrip(";")
    connection.execute(f"CREATE TEMP VIEW hygge_query AS {text}")
    found = catalogue.columns(connection, "hygge_query") or ()
    return Source(name=f"the query on {path}", sql=_VIEW, table="", columns=found)


def selected(
    connection: sqlite3.Connection,
    source: Source,
    wanted: Sequence[str] | None,
    overrides: Mapping[str, pl.DataType],
    looked: dict[str, pl.DataType],
) -> tuple[Selected, ...]:
    """The wanted columns with their types: asked for, declared, or else found by looking at all.

    ``looked`` remembers what was found, so that every value is looked at once. Raises ``HomeError``
    for an override of a column that is not there, or for a column that nobody declared and that
    holds values of several kinds.
    """
    names = [each.name for each in source.columns]
    missing = sorted(set(overrides) - set(names))
    if missing:
        raise HomeError(
            f"{source.name} has no column {missing[0]!r}, which schema_overrides names",
            hint=f"its columns are {', '.join(names)}",
        )
    chosen = [each for each in source.columns if wanted is None or each.name in wanted]
    chosen = chosen or list(source.columns)
    silent = [
        each
        for each in chosen
        if each.dtype is None and each.name not in overrides and each.name not in looked
    ]
    looked |= _look(connection, source, silent)
    return tuple(
        Selected(
            column=each,
            dtype=overrides.get(each.name) or each.dtype or looked[each.name],
            asked=each.name in overrides,
        )
        for each in chosen
    )


def settle(given: Sequence[Selected], settled: pl.Schema | None) -> tuple[Selected, ...]:
    """Each column as the type that the load has settled on. Raises ``SchemaChanged``."""
    fitted = []
    for each in given:
        wanted = settled.get(each.name, each.dtype) if settled else each.dtype
        if not lossless(each.dtype, wanted):
            raise SchemaChanged(
                f"column {each.name!r} is {spell(each.dtype)}, not {spell(wanted)}",
                seen={each.name: each.dtype},
            )
        fitted.append(evolve(each, dtype=wanted))
    return tuple(fitted)


def _look(
    connection: sqlite3.Connection, source: Source, silent: Sequence[Column]
) -> dict[str, pl.DataType]:
    """The types of columns that are declared as nothing: one pass over every value of them."""
    if not silent:
        return {}
    flags = ", ".join(
        f"max(typeof({quoted(each.name, HomeError)}) = '{storage}')"
        for each in silent
        for storage in _SEEN
    )
    found = iter(connection.execute(f"SELECT {flags} FROM {source.sql}").fetchone())
    return {
        each.name: _joined(source, each, [dtype for dtype in _SEEN.values() if next(found)])
        for each in silent
    }


def _joined(source: Source, column: Column, seen: Sequence[pl.DataType]) -> pl.DataType:
    if not seen:
        return pl.Null()
    if len(seen) == 1:
        return seen[0]
    if seen == [pl.Int64(), pl.Float64()]:
        return pl.Float64()
    kinds = " and ".join(spell(each) for each in seen)
    raise HomeError(
        f"{source.name}: column {column.name!r} is declared {column.declared!r} and holds {kinds}",
        hint=f'say what it is: schema_overrides = {{ {column.name} = "string" }}',
    )
