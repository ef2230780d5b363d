"""What several views tell: tables, types, collations."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalogue import SYSTEM_TYPES, Table
from ...types import TEXTS, SqlType
from ..world import World


def tables(world: World) -> Iterator[Table]:
    yield from world.catalogue.tables.values()


def viewed(world: World) -> Iterator[tuple[int, int]]:
    """The ids of each indexed view that a test says there is, and of its table."""
    for table in tables(world):
        if world.session.server.besides.get(table.full_name) == "indexed view":
            yield table.id + 8, table.id


def type_ids(type: SqlType) -> tuple[int, int]:
    system, user, *_ = SYSTEM_TYPES[type.name]
    return system, user


def collation(type: SqlType) -> str | None:
    return type.collation if type.name in TEXTS else None
