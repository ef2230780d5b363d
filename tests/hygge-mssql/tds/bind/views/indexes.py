"""sys.indexes, sys.index_columns, sys.key_constraints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...catalogue import Key, Table
from ..world import World
from .shared import tables, viewed
from .view import BIT, INT, KIND, NAME, TINYINT, WORD, view


def index_type(key: Key) -> tuple[int, str]:
    """sys.indexes.type and its word."""
    if key.kind == "COLUMNSTORE":
        return (5, "CLUSTERED COLUMNSTORE") if key.clustered else (6, "NONCLUSTERED COLUMNSTORE")
    return (1, "CLUSTERED") if key.clustered else (2, "NONCLUSTERED")


def index_id(table: Table, key: Key) -> int:
    """1 is the clustered index, the others follow."""
    if key.clustered:
        return 1
    others = [other.id for other in table.keys if not other.clustered]
    return 2 + others.index(key.id)


def indexes_of(table: Table) -> Iterator[tuple[int, Key | None]]:
    """Index 0 is the heap, where no index is clustered."""
    if not any(key.clustered for key in table.keys):
        yield 0, None
    for key in table.keys:
        yield index_id(table, key), key


@view(
    "sys",
    "indexes",
    object_id=INT,
    name=NAME,
    index_id=INT,
    type=TINYINT,
    type_desc=WORD,
    is_unique=BIT,
    is_primary_key=BIT,
    is_unique_constraint=BIT,
    is_disabled=BIT,
    has_filter=BIT,
)
def _indexes(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for number, key in indexes_of(table):
            if key is None:
                yield table.id, None, 0, 0, "HEAP", False, False, False, False, False
                continue
            yield (
                table.id,
                key.name,
                number,
                *index_type(key),
                key.unique,
                key.kind == "PRIMARY KEY",
                key.kind == "UNIQUE",
                False,
                False,
            )
    for view_id, _ in viewed(world):
        yield view_id, "seen", 1, 1, "CLUSTERED", True, False, False, False, False


@view(
    "sys",
    "index_columns",
    object_id=INT,
    index_id=INT,
    index_column_id=INT,
    column_id=INT,
    key_ordinal=TINYINT,
    is_descending_key=BIT,
    is_included_column=BIT,
)
def _index_columns(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for key in table.keys:
            number = index_id(table, key)
            for at, (id, descending) in enumerate(key.columns, 1):
                yield table.id, number, at, id, at, descending, False
            for at, id in enumerate(key.included, len(key.columns) + 1):
                yield table.id, number, at, id, 0, False, True


@view(
    "sys",
    "key_constraints",
    name=NAME,
    object_id=INT,
    schema_id=INT,
    parent_object_id=INT,
    type=KIND,
    type_desc=WORD,
    unique_index_id=INT,
)
def _key_constraints(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        schema = world.catalogue.schemas[table.schema]
        for key in table.keys:
            if key.constraint:
                yield (
                    key.name,
                    table.id + key.id,
                    schema,
                    table.id,
                    *key_words(key),
                    index_id(table, key),
                )


def key_words(key: Key) -> tuple[str, str]:
    if key.kind == "PRIMARY KEY":
        return "PK", "PRIMARY_KEY_CONSTRAINT"
    return "UQ", "UNIQUE_CONSTRAINT"
