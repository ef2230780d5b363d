"""sys.tables, sys.columns and what else there is of tables; not of their indexes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...catalogue import SYSTEM_TYPES, sizes
from ...types import SqlType
from ..world import World
from .indexes import key_words
from .shared import collation, tables, type_ids
from .view import BIGINT, BIT, INT, KIND, NAME, SMALLINT, TINYINT, WORD, view


@view("sys", "schemas", name=NAME, schema_id=INT, principal_id=INT)
def _schemas(world: World) -> Iterator[Sequence[Any]]:
    for name, id in world.catalogue.schemas.items():
        yield name, id, 1


@view(
    "sys",
    "tables",
    name=NAME,
    object_id=INT,
    schema_id=INT,
    type=KIND,
    type_desc=WORD,
    is_ms_shipped=BIT,
    temporal_type=TINYINT,
    is_tracked_by_cdc=BIT,
    is_published=BIT,
    is_merge_published=BIT,
    is_memory_optimized=BIT,
)
def _sys_tables(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        schema = world.catalogue.schemas[table.schema]
        besides = world.session.server.besides.get(table.full_name, "")
        temporal = {"history": 1, "temporal": 2}.get(besides, 0)
        is_now = (besides == "cdc", besides == "published", False, besides == "in memory")
        yield table.name, table.id, schema, "U ", "USER_TABLE", False, temporal, *is_now


@view(
    "sys",
    "objects",
    name=NAME,
    object_id=INT,
    schema_id=INT,
    parent_object_id=INT,
    type=KIND,
    type_desc=WORD,
    is_ms_shipped=BIT,
)
def _objects(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        schema = world.catalogue.schemas[table.schema]
        yield table.name, table.id, schema, 0, "U ", "USER_TABLE", False
        for key in table.keys:
            if key.constraint:
                kind, word = key_words(key)
                yield key.name, table.id + key.id, schema, table.id, kind, word, False


_COLUMNS: dict[str, SqlType] = dict(  # noqa: C408  # names, not texts
    object_id=INT,
    name=NAME,
    column_id=INT,
    system_type_id=TINYINT,
    user_type_id=INT,
    max_length=SMALLINT,
    precision=TINYINT,
    scale=TINYINT,
    collation_name=NAME,
    is_nullable=BIT,
    is_identity=BIT,
    is_computed=BIT,
    default_object_id=INT,
    generated_always_type=TINYINT,
    is_hidden=BIT,
)


@view("sys", "all_columns", **_COLUMNS)
@view("sys", "columns", **_COLUMNS)
def _columns(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for column in table.columns:
            system, user = type_ids(column.type)
            default = table.id + 1000 + column.id if column.default is not None else 0
            yield (
                table.id,
                column.name,
                column.id,
                system,
                user,
                *sizes(column.type),
                collation(column.type),
                column.nullable,
                column.identity is not None,
                False,
                default,
                0,
                False,
            )


@view(
    "sys",
    "types",
    name=NAME,
    system_type_id=TINYINT,
    user_type_id=INT,
    schema_id=INT,
    max_length=SMALLINT,
    precision=TINYINT,
    scale=TINYINT,
    is_user_defined=BIT,
)
def _types(world: World) -> Iterator[Sequence[Any]]:
    for name, numbers in SYSTEM_TYPES.items():
        shown = "timestamp" if name == "rowversion" else name
        yield shown, *numbers[:2], 4, *numbers[2:], False


@view(
    "sys",
    "default_constraints",
    name=NAME,
    object_id=INT,
    parent_object_id=INT,
    parent_column_id=INT,
    definition=SqlType("nvarchar", -1),
)
def _defaults(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for column in table.columns:
            if column.default is not None:
                text = column.default if column.default.startswith("(") else f"({column.default})"
                yield column.default_name, table.id + 1000 + column.id, table.id, column.id, text


@view(
    "sys",
    "identity_columns",
    object_id=INT,
    name=NAME,
    column_id=INT,
    seed_value=BIGINT,
    increment_value=BIGINT,
)
def _identities(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for column in table.columns:
            if column.identity:
                yield table.id, column.name, column.id, *column.identity


@view(
    "sys",
    "computed_columns",
    object_id=INT,
    name=NAME,
    column_id=INT,
    definition=SqlType("nvarchar", -1),
)
@view("sys", "triggers", name=NAME, object_id=INT, parent_id=INT)
def _none(world: World) -> Iterator[Sequence[Any]]:
    """The double has none of these."""
    yield from ()
