"""INFORMATION_SCHEMA."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...catalogue import TableColumn, sizes
from ...types import TEXTS, SqlType
from ..world import World
from .shared import collation, tables
from .view import INT, NAME, SMALLINT, TINYINT, view


@view(
    "information_schema",
    "tables",
    TABLE_CATALOG=NAME,
    TABLE_SCHEMA=NAME,
    TABLE_NAME=NAME,
    TABLE_TYPE=SqlType("varchar", 10),
)
def _information_tables(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        yield world.session.database.name, table.schema, table.name, "BASE TABLE"


@view(
    "information_schema",
    "columns",
    TABLE_CATALOG=NAME,
    TABLE_SCHEMA=NAME,
    TABLE_NAME=NAME,
    COLUMN_NAME=NAME,
    ORDINAL_POSITION=INT,
    COLUMN_DEFAULT=SqlType("nvarchar", 4000),
    IS_NULLABLE=SqlType("varchar", 3),
    DATA_TYPE=NAME,
    CHARACTER_MAXIMUM_LENGTH=INT,
    NUMERIC_PRECISION=TINYINT,
    NUMERIC_SCALE=INT,
    DATETIME_PRECISION=SMALLINT,
    COLLATION_NAME=NAME,
)
def _information_columns(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for at, column in enumerate(table.columns, 1):
            yield (
                world.session.database.name,
                table.schema,
                table.name,
                column.name,
                at,
                column.default,
                "YES" if column.nullable else "NO",
                *_information_type(column),
                collation(column.type),
            )


def _information_type(column: TableColumn) -> tuple[Any, ...]:
    """DATA_TYPE, length, precision, scale, precision of a time."""
    type = column.type
    name = "timestamp" if type.name == "rowversion" else type.name
    _, precision, scale = sizes(type)
    if type.name in TEXTS | {"binary", "varbinary"}:
        return name, type.length, None, None, None
    if type.name in {"date", "time", "datetime", "smalldatetime", "datetime2", "datetimeoffset"}:
        return name, None, None, None, scale if type.name != "date" else 0
    return name, None, precision or None, scale if precision else None, None


@view(
    "information_schema",
    "key_column_usage",
    CONSTRAINT_SCHEMA=NAME,
    CONSTRAINT_NAME=NAME,
    TABLE_SCHEMA=NAME,
    TABLE_NAME=NAME,
    COLUMN_NAME=NAME,
    ORDINAL_POSITION=INT,
)
def _key_columns(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        for key in table.keys:
            if key.constraint:
                for at, (id, _) in enumerate(key.columns, 1):
                    yield table.schema, key.name, table.schema, table.name, table.by_id(id).name, at
