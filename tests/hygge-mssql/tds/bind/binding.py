"""``bind``: a query becomes DuckDB's words, kind by kind; queries, sources and expressions call it.

Columns are called k1, k2, ...: T-SQL allows any name, and twice.
"""

from __future__ import annotations

from functools import singledispatch

from attrs import frozen

from ..errors import SqlError, unknown
from ..tsql import tree
from .values import Bound
from .world import Scope, World


@frozen
class BoundQuery:
    """``columns[i].sql`` is the column's name within ``sql``."""

    sql: str
    columns: tuple[Bound, ...]


@singledispatch
def bind(query: tree.Query, world: World, parent: Scope | None = None) -> BoundQuery:
    """Raises what SQL Server would: 207, 208, 209, ..., or the double's own "does not know"."""
    raise unknown(type(query).__name__)


def common_name(name: str) -> str:
    return '"with ' + name.lower().replace('"', '""') + '"'


def renamed(columns: tuple[Bound, ...], names: tuple[str, ...]) -> tuple[Bound, ...]:
    if names and len(names) != len(columns):
        raise SqlError(
            8158, "A derived table has more columns than were specified in the column list."
        )
    return tuple(column.named(names[at]) if names else column for at, column in enumerate(columns))
