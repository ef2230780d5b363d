"""sys.databases, sys.partitions and Change Tracking's views: they tell what is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..world import World
from .indexes import indexes_of
from .shared import tables
from .view import BIGINT, BIT, INT, NAME, TINYINT, WORD, view


@view(
    "sys",
    "partitions",
    partition_id=BIGINT,
    object_id=INT,
    index_id=INT,
    partition_number=INT,
    rows=BIGINT,
)
def _partitions(world: World) -> Iterator[Sequence[Any]]:
    counts = world.session.counts()
    for table in tables(world):
        for number, _ in indexes_of(table):
            yield table.id * 16 + number, table.id, number, 1, counts.get(table.physical, 0)


@view(
    "sys",
    "databases",
    name=NAME,
    database_id=INT,
    snapshot_isolation_state=TINYINT,
    snapshot_isolation_state_desc=WORD,
    is_read_committed_snapshot_on=BIT,
    recovery_model=TINYINT,
    recovery_model_desc=WORD,
    state=TINYINT,
    state_desc=WORD,
    collation_name=NAME,
    compatibility_level=TINYINT,
    is_read_only=BIT,
)
def _databases(world: World) -> Iterator[Sequence[Any]]:
    """Its numbers are not those of DB_ID(), as on Azure SQL Database
    (https://learn.microsoft.com/sql/t-sql/functions/db-id-transact-sql).
    """
    for number, database in world.session.server.numbered():
        on = database.snapshot_isolation
        yield (
            database.name,
            number + 100,
            int(on),
            "ON" if on else "OFF",
            database.read_committed_snapshot,
            3,
            "SIMPLE",
            0,
            "ONLINE",
            "SQL_Latin1_General_CP1_CI_AS",
            160,
            False,
        )


@view(
    "sys",
    "change_tracking_databases",
    database_id=INT,
    is_auto_cleanup_on=BIT,
    retention_period=INT,
)
def _tracking_databases(world: World) -> Iterator[Sequence[Any]]:
    for number, database in world.session.server.numbered():
        if database.change_tracking:
            yield number, True, 2


@view(
    "sys",
    "change_tracking_tables",
    object_id=INT,
    is_track_columns_updated_on=BIT,
    min_valid_version=BIGINT,
    begin_version=BIGINT,
)
def _tracking_tables(world: World) -> Iterator[Sequence[Any]]:
    for table in tables(world):
        if table.tracked:
            least = world.session.database.min_valid.get(table.id, 0)
            yield table.id, False, least, least
