"""A system view: rows made from the catalogue, as documented columns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa
from attrs import frozen

from ...arrays import arrow_type
from ...types import SqlType
from ..values import Bound
from ..world import World

INT, BIGINT, BIT, TINYINT, SMALLINT = map(SqlType, ("int", "bigint", "bit", "tinyint", "smallint"))


NAME, WORD = SqlType("nvarchar", 128), SqlType("nvarchar", 60)


KIND = SqlType("char", 2)


Rows = Callable[[World], Iterator[Sequence[Any]]]


@frozen
class View:
    number: int
    columns: tuple[tuple[str, SqlType], ...]
    rows: Rows
    alive: bool  # it tells more than the catalogue

    def bound(self, world: World) -> tuple[str, tuple[Bound, ...]]:
        """A query of rows made here, and its columns."""
        columns = tuple(
            Bound(f"k{at}", type, True, name) for at, (name, type) in enumerate(self.columns, 1)
        )
        return world.made(f"view_{self.number}", self._table(world)), columns

    def _table(self, world: World) -> pa.Table:
        """The rows; kept with the catalogue, where nothing else decides them."""
        kept = world.catalogue.kept
        if self.number in kept:
            return kept[self.number]
        rows = list(self.rows(world))
        kinds = [arrow_type(type) for _, type in self.columns]
        found = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)]
        table = pa.table(found, names=[f"k{at}" for at in range(1, len(kinds) + 1)])
        if not self.alive:
            kept[self.number] = table
        return table


_VIEWS: dict[tuple[str, str], View] = {}


def find(parts: tuple[str, ...]) -> View | None:
    if len(parts) < 2:
        return None
    return _VIEWS.get((parts[-2].lower(), parts[-1].lower()))


_ALIVE = frozenset(
    {
        "partitions",
        "databases",
        "change_tracking_databases",
        "change_tracking_tables",
        # A test may say another thing of the same tables.
        "tables",
        "indexes",
        "foreign_keys",
        "views",
        "sql_dependencies",
    }
)


def view(schema: str, name: str, /, **columns: SqlType) -> Callable[[Rows], Rows]:
    def keep(rows: Rows) -> Rows:
        alive = name in _ALIVE
        made = View(100 + len(_VIEWS), tuple(columns.items()), rows, alive)
        _VIEWS[schema.lower(), name.lower()] = made
        return rows

    return keep
