"""Queries, and what they read from."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from .expressions import Expression, Order


class Source:
    """What stands after FROM."""


@frozen
class Table(Source):
    parts: tuple[str, ...]
    alias: str | None = None
    hints: tuple[str, ...] = ()


@frozen
class Derived(Source):
    query: Query
    alias: str
    columns: tuple[str, ...] = ()


@frozen
class TableCall(Source):
    """A function that gives rows."""

    parts: tuple[str, ...]
    arguments: tuple[Expression, ...]
    alias: str


@frozen
class Changes(Source):
    """CHANGETABLE(CHANGES table, since)."""

    table: tuple[str, ...]
    since: Expression
    alias: str


@frozen
class Join(Source):
    kind: str  # INNER, LEFT, RIGHT, FULL, CROSS
    left: Source
    right: Source
    on: Expression | None


@frozen
class Item:
    """One thing that a SELECT gives; ``variable`` for ``SELECT @x = ...``."""

    value: Expression
    alias: str | None = None
    variable: str | None = None


class Query:
    """Anything that gives rows."""


@frozen
class Select(Query):
    items: tuple[Item, ...]
    source: Source | None = None
    where: Expression | None = None
    group: tuple[Expression, ...] = ()
    having: Expression | None = None
    order: tuple[Order, ...] = ()
    top: Expression | None = None
    distinct: bool = False
    offset: Expression | None = None
    fetch: Expression | None = None
    into: tuple[str, ...] = ()


@frozen
class Values(Query):
    rows: tuple[tuple[Expression, ...], ...]


@frozen
class Combined(Query):
    word: str  # UNION, UNION ALL, EXCEPT, INTERSECT
    left: Query
    right: Query
    order: tuple[Order, ...] = ()


@frozen
class With(Query):
    parts: tuple[tuple[str, tuple[str, ...], Query], ...]
    body: Any  # a Query, or a Delete, Update, Insert
