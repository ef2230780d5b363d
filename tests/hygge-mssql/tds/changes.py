"""UPDATE, DELETE, TRUNCATE."""

from __future__ import annotations

from attrs import frozen

from .bind.expressions import Expressions
from .bind.sources import sources
from .bind.world import Frame, Scope, World
from .catalogue import Table
from .errors import SqlError, no_object, unknown
from .inserting import target_of
from .storing import check_keys, default_of, rowversions, stored
from .tracking import note_changes
from .transaction import Transaction
from .tsql import tree


@frozen
class _Reach:
    """The rows of one table that a change reaches, as a query's FROM and WHERE."""

    frame: Frame
    table: Table
    words: str
    binder: Expressions


def _reach(
    target: tree.Table, source: tree.Source | None, where: tree.Expression | None, world: World
) -> _Reach:
    scope = Scope()
    binder = Expressions(world, scope)
    words = sources(source or target, world, scope, binder)
    frame = _frame(target, scope)
    if frame is None and source is not None:
        raise no_object(".".join(target.parts))
    assert frame is not None
    assert frame.table is not None
    words += f" WHERE {binder.test(where)}" if where is not None else ""
    return _Reach(frame, frame.table, words, binder)


def _frame(target: tree.Table, scope: Scope) -> Frame | None:
    """The target by its alias, or by its name where no alias hides it."""
    wanted = tuple(part.lower() for part in reversed(target.parts))
    for frame in scope.frames:
        if frame.table is not None and frame.names[: len(wanted)] == wanted:
            return frame
    for frame in scope.frames:
        table = frame.table
        if table and (table.name.lower(), table.schema.lower())[: len(wanted)] == wanted:
            return frame
    return None


def update(statement: tree.Update, world: World, transaction: Transaction) -> int:
    if statement.output or statement.top:
        raise unknown("OUTPUT and TOP in an UPDATE")
    reach = _reach(statement.target, statement.source, statement.where, world)
    table = reach.table
    values = {}
    for name, expression in statement.sets:
        column = table.column(name)
        if column is None:
            raise SqlError(207, f"Invalid column name '{name}'.")
        if column.identity or column.type.name == "rowversion":
            raise SqlError(8102 if column.identity else 272, f"Cannot update the column '{name}'.")
        value = default_of(column) if expression == tree.Name(("DEFAULT",)) else expression
        values[column.id] = stored(reach.binder.value(value), column, table)
    for column in table.columns:
        if column.type.name == "rowversion":
            count = transaction.run(
                f"SELECT count(DISTINCT {reach.frame.alias}.rowid) FROM {reach.words}"
            )
            values[column.id] = rowversions(int(count[0][0]), transaction)
    rows = (
        f"SELECT DISTINCT ON (r) * FROM (SELECT {reach.frame.alias}.rowid AS r, "
        f"{', '.join(f'{v} AS v{id}' for id, v in values.items())} FROM {reach.words})"
    )
    if table.tracked:
        note_changes(table, "U", f"SELECT r FROM ({rows})", transaction)
    sets = ", ".join(f"c{id} = u.v{id}" for id in values)
    done = transaction.count(
        f"UPDATE {table.physical} SET {sets} FROM ({rows}) AS u WHERE {table.physical}.rowid = u.r"
    )
    keyed = {id for key in table.keys if key.unique for id, _ in key.columns}
    if done and keyed & set(values):
        check_keys(table, transaction)
    return done


def delete(statement: tree.Delete, world: World, transaction: Transaction) -> int:
    if statement.output:
        raise unknown("OUTPUT in a DELETE")
    reach = _reach(statement.target, statement.source, statement.where, world)
    table = reach.table
    _refuse_deleting(table, world, transaction)
    limit = ""
    if statement.top is not None:
        limit = f" LIMIT {int(world.constant(reach.binder.value(statement.top)))}"
    rows = f"SELECT {reach.frame.alias}.rowid FROM {reach.words}{limit}"
    if table.tracked:
        note_changes(table, "D", rows, transaction)
    return transaction.count(f"DELETE FROM {table.physical} WHERE rowid IN ({rows})")


_NOT_TRUNCATED = {
    "temporal": (
        13545,
        "Truncate failed on table '{}' because it is not a supported operation on"
        " system-versioned tables.",
    ),
    "cdc": (
        4711,
        "Cannot truncate table '{}' because it is published for replication or enabled for"
        " Change Data Capture.",
    ),
    "indexed view": (
        3729,
        "Cannot TRUNCATE TABLE '{}' because it is being referenced by object 'seen'.",
    ),
}
_NOT_TRUNCATED["published"] = _NOT_TRUNCATED["cdc"]
_NOT_TRUNCATED["history"] = _NOT_TRUNCATED["temporal"]


def _refuse_truncating(table: Table, world: World) -> None:
    server = world.session.server
    if table.full_name in server.referred:
        raise SqlError(
            4712,
            f"Cannot truncate table '{table.full_name}' because it is being referenced by a"
            " FOREIGN KEY constraint.",
        )
    if table.full_name in server.besides:
        number, text = _NOT_TRUNCATED[server.besides[table.full_name]]
        raise SqlError(number, text.format(table.full_name))


def _refuse_deleting(table: Table, world: World, transaction: Transaction) -> None:
    """Of all that a foreign key asks only this: that nothing refers to what is deleted."""
    referring = world.session.server.referred.get(table.full_name)
    other = _named(world, referring.by) if referring and not referring.cascade else None
    if other and transaction.run(f"SELECT count(*) FROM {other.physical}")[0][0]:
        raise SqlError(
            547,
            f'The DELETE statement conflicted with the REFERENCE constraint "FK_{table.name}". The'
            f' conflict occurred in database "hygge", table "{other.full_name}".',
        )


def _named(world: World, name: str) -> Table | None:
    tables = world.catalogue.tables.values()
    return next((table for table in tables if table.full_name == name), None)


def truncate(statement: tree.Truncate, world: World, transaction: Transaction) -> None:
    table = target_of(statement.table, world)
    _refuse_truncating(table, world)
    transaction.count(f"DELETE FROM {table.physical}")
    transaction.database.identities.pop(table.id, None)
    if table.tracked:
        transaction.database.min_valid[table.id] = transaction.database.change_version + 1
        transaction.run(f"DELETE FROM {table.physical}_changes")
