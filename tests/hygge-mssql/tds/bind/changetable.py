"""Change Tracking: which keys changed since a version (CHANGETABLE, and its version functions).

Each change of a tracked table is noted in a table beside it, in the same transaction: version,
operation, key. A version is a transaction's, given when it commits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..catalogue import Table
from ..errors import SqlError, no_object
from ..tsql import tree
from ..types import SqlType
from .values import Bound
from .world import World

if TYPE_CHECKING:
    from .expressions import Expressions

BIGINT = SqlType("bigint")


def primary(table: Table) -> list[int]:
    """The ids of the primary key's columns. Raises 4997 where there is none."""
    for key in table.keys:
        if key.kind == "PRIMARY KEY":
            return [id for id, _ in key.columns]
    raise SqlError(
        4997,
        (
            f"Cannot enable change tracking on table '{table.name}'. Change tracking "
            "requires a primary key on the table."
        ),
    )


def changes(
    source: tree.Changes, world: World, binder: Expressions
) -> tuple[str, tuple[Bound, ...]]:
    """One row for each key: the net operation since the version, and the last version."""
    table = world.catalogue.find(source.table, world.session.database.name)
    if table is None:
        raise no_object(".".join(source.table))
    if not table.tracked:
        raise SqlError(22105, f"Change tracking is not enabled on table '{table.name}'.")
    world.touched[table.id] = table
    since = binder.world.constant(binder.value(source.since))
    keys = primary(table)
    names = ", ".join(f"c{id}" for id in keys)
    whole = "true" if since is None else f"version > {int(since)}"
    # Inserted since: I, whatever happened later; gone at last: D, unless it was never there before.
    sql = (
        f"SELECT max(version) AS k1, "
        f"CASE WHEN arg_max(operation, number) = 'D' THEN 'D' "
        f"WHEN arg_min(operation, number) = 'I' THEN 'I' ELSE 'U' END AS k2, "
        f"min(version) AS k3, {', '.join(f'c{id} AS k{at}' for at, id in enumerate(keys, 4))} "
        f"FROM {table.physical}_changes WHERE {whole} GROUP BY {names} "
        f"HAVING NOT (arg_min(operation, number) = 'I' AND arg_max(operation, number) = 'D')"
    )
    columns = [
        Bound("k1", BIGINT, True, "SYS_CHANGE_VERSION"),
        Bound("k2", SqlType("nchar", 1), True, "SYS_CHANGE_OPERATION"),
        Bound("k3", BIGINT, True, "SYS_CHANGE_CREATION_VERSION"),
    ]
    for at, id in enumerate(keys, 4):
        column = table.by_id(id)
        columns.append(Bound(f"k{at}", column.type, False, column.name))
    return sql, tuple(columns)


def current_version(world: World) -> int | None:
    """NULL where the database does not track changes."""
    database = world.session.database
    return database.change_version if database.change_tracking else None


def min_valid_version(world: World, object_id: int | None) -> int | None:
    table = world.catalogue.tables.get(object_id or 0)
    if table is None or not table.tracked:
        return None
    return world.session.database.min_valid.get(table.id, 0)
