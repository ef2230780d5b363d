"""What several views tell: tables, types, collations."""

from __future__ import annotations

from collections.abc import Iterator

from ...catalogue import SYSTEM_TYPES, Table
from ...types import TEXTS, SqlType
from ..world import World


def tables(world: World) -> Iterator[Table]:
    yield from world.catalogue.tables.values()


def type_ids(type: SqlType) -> tuple[int, int]:
    system, user, *_ = SYSTEM_TYPES[type.name]
    return system, user


def collation(type: SqlType) -> str | None:
    return type.collation if type.name in TEXTS else None
