"""What a test says that there is beside its tables: foreign keys, and views with an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..world import World
from .shared import tables, viewed
from .view import BIT, INT, NAME, TINYINT, view


@view(
    "sys",
    "foreign_keys",
    name=NAME,
    object_id=INT,
    parent_object_id=INT,
    referenced_object_id=INT,
    delete_referential_action=TINYINT,
    is_disabled=BIT,
)
def _foreign_keys(world: World) -> Iterator[Sequence[Any]]:
    """Those that a test says there are."""
    named = {table.full_name: table.id for table in tables(world)}
    for name, each in world.session.server.referred.items():
        if name in named and each.seen:
            to, by = named[name], named.get(each.by)
            yield f"FK_{name}", to + 1, by, to, int(each.cascade), False


@view("sys", "views", name=NAME, object_id=INT, schema_id=INT, is_ms_shipped=BIT)
def _views(world: World) -> Iterator[Sequence[Any]]:
    for view_id, _ in viewed(world):
        yield "seen", view_id, 1, False


@view("sys", "sql_dependencies", **{"class": TINYINT}, object_id=INT, referenced_major_id=INT)
def _dependencies(world: World) -> Iterator[Sequence[Any]]:
    for view_id, table_id in viewed(world):
        yield 1, view_id, table_id
