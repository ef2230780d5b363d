"""ALTER TABLE, ALTER DATABASE, sp_rename."""

from __future__ import annotations

from attrs import evolve

from .arrays import duck_type
from .bind.changetable import primary
from .bind.expressions import Expressions
from .bind.values import Bound
from .bind.world import Scope, World
from .catalogue import Table, wanted
from .defining import drop_key, existing, new_column, with_key
from .errors import SqlError, unknown
from .storing import check_keys, default_of, stored
from .switching import switch
from .transaction import Transaction
from .tsql import tree


def alter_table(statement: tree.AlterTable, world: World, transaction: Transaction) -> None:
    table = existing(statement.table, world, transaction)
    match statement.action:
        case "ADD":
            _add(table, statement, world, transaction)
        case "ALTER COLUMN":
            _alter_column(table, statement.columns[0], transaction)
        case "DROP COLUMN":
            _drop_columns(table, statement.names, transaction)
        case "DROP CONSTRAINT":
            _drop_constraints(table, statement.names, transaction)
        case "SWITCH":
            switch(table, existing(statement.names, world, transaction), transaction)
        case "ENABLE CHANGE_TRACKING":
            _track(table, transaction)
        case "DISABLE CHANGE_TRACKING":
            transaction.run(f"DROP TABLE {table.physical}_changes")
            transaction.define(transaction.catalogue.with_table(evolve(table, tracked=False)))


def _add(table: Table, statement: tree.AlterTable, world: World, transaction: Transaction) -> None:
    for plan in statement.columns:
        table = _add_column(table, plan, world, transaction)
    for key in statement.keys:
        if key.kind == "PRIMARY KEY":
            for column in wanted((name for name, _ in key.columns), table):
                if column.nullable:
                    raise SqlError(
                        8111,
                        (
                            "Cannot define PRIMARY KEY constraint on nullable column in "
                            f"table '{table.name}'."
                        ),
                    )
        table = with_key(table, key)
    check_keys(table, transaction)
    transaction.define(transaction.catalogue.with_table(table))


def _add_column(
    table: Table, plan: tree.ColumnPlan, world: World, transaction: Transaction
) -> Table:
    if table.column(plan.name):
        raise SqlError(
            2705,
            (
                f"Column names in each table must be unique. Column name '{plan.name}' in "
                f"table '{table.full_name}' is specified more than once."
            ),
        )
    id = 1 + max(column.id for column in table.columns)
    column = new_column(plan, id, table.name)
    rows = transaction.run(f"SELECT count(*) FROM {table.physical}")[0][0]
    needs = (
        not column.nullable
        and column.default is None
        and column.type.name != "rowversion"
        and not column.identity
    )
    if needs and rows:
        raise SqlError(
            4901,
            (
                "ALTER TABLE only allows columns to be added that can contain nulls, or "
                "have a DEFAULT definition specified, or the column being added is an "
                f"identity or timestamp column. Column '{column.name}' cannot be added to "
                f"non-empty table '{table.name}'."
            ),
        )
    if (column.identity or column.type.name == "rowversion") and rows:
        raise unknown("adding an identity or rowversion column to a table with rows")
    transaction.run(f"ALTER TABLE {table.physical} ADD COLUMN c{id} {duck_type(column.type)}")
    if column.default is not None and not column.nullable:
        # Rows that are there get the default only where NULL is not allowed (or WITH VALUES).
        value = stored(Expressions(world, Scope()).value(default_of(column)), column, table)
        transaction.count(f"UPDATE {table.physical} SET c{id} = {value}")
    return evolve(table, columns=(*table.columns, column))


def _alter_column(table: Table, plan: tree.ColumnPlan, transaction: Transaction) -> None:
    old = table.column(plan.name)
    if old is None:
        raise SqlError(
            4924,
            (
                f"ALTER TABLE ALTER COLUMN failed because column '{plan.name}' does not "
                f"exist in table '{table.name}'."
            ),
        )
    if (
        any(id == old.id for key in table.keys for id, _ in key.columns)
        and old.type.name != plan.type.name
    ):
        raise SqlError(5074, f"The object is dependent on column '{old.name}'.")
    if old.default is not None and old.type.name != plan.type.name:
        raise SqlError(
            5074, f"The object '{old.default_name}' is dependent on column '{old.name}'."
        )
    new = evolve(old, type=plan.type, nullable=True if plan.nullable is None else plan.nullable)
    value = stored(Bound(f"c{old.id}", old.type, old.nullable), new, table)
    if duck_type(old.type) == duck_type(new.type):
        transaction.count(f"UPDATE {table.physical} SET c{old.id} = {value}")
    else:
        transaction.changed = True
        transaction.run(
            f"ALTER TABLE {table.physical} ALTER c{old.id} TYPE {duck_type(new.type)} USING {value}"
        )
    columns = tuple(new if column.id == old.id else column for column in table.columns)
    transaction.define(transaction.catalogue.with_table(evolve(table, columns=columns)))


def _drop_columns(table: Table, names: tuple[str, ...], transaction: Transaction) -> None:
    for name in names:
        column = table.column(name)
        if column is None:
            raise SqlError(
                4924,
                (
                    f"ALTER TABLE DROP COLUMN failed because column '{name}' does not "
                    f"exist in table '{table.name}'."
                ),
            )
        if any(id == column.id for key in table.keys for id, _ in key.columns):
            raise SqlError(5074, f"An index or constraint is dependent on column '{name}'.")
        if column.default is not None:
            raise SqlError(
                5074, f"The object '{column.default_name}' is dependent on column '{name}'."
            )
        transaction.run(f"ALTER TABLE {table.physical} DROP COLUMN c{column.id}")
        table = evolve(table, columns=tuple(c for c in table.columns if c.id != column.id))
    transaction.define(transaction.catalogue.with_table(table))


def _drop_constraints(table: Table, names: tuple[str, ...], transaction: Transaction) -> None:
    for name in names:
        defaulted = [c for c in table.columns if (c.default_name or "").lower() == name.lower()]
        if defaulted:
            columns = tuple(
                evolve(c, default=None, default_name=None) if c in defaulted else c
                for c in table.columns
            )
            table = evolve(table, columns=columns)
            transaction.define(transaction.catalogue.with_table(table))
        else:
            drop_key(table, name, transaction)
            table = transaction.catalogue.tables[table.id]


def _track(table: Table, transaction: Transaction) -> None:
    if not transaction.database.change_tracking:
        raise SqlError(
            4996, "Change tracking must be enabled on database before it can be enabled on table."
        )
    keys = ", ".join(f"c{id} {duck_type(table.by_id(id).type)}" for id in primary(table))
    transaction.run(
        f"CREATE TABLE {table.physical}_changes (number BIGINT, version BIGINT, "
        f"operation VARCHAR, {keys})"
    )
    transaction.database.min_valid[table.id] = transaction.database.change_version
    transaction.define(transaction.catalogue.with_table(evolve(table, tracked=True)))


def rename(table: Table, name: str, transaction: Transaction) -> None:
    """sp_rename of a table. Raises 15335 where the name is taken."""
    taken = transaction.catalogue.find((table.schema, name), transaction.database.name)
    if taken is not None:
        raise SqlError(
            15335,
            (
                f"Error: The new name '{name}' is already in use as a OBJECT name and "
                "would cause a duplicate that is not permitted."
            ),
            severity=11,
        )
    transaction.changed = True
    transaction.define(transaction.catalogue.with_table(evolve(table, name=name)))


def alter_database(statement: tree.AlterDatabase, world: World) -> None:
    """What hygge's users are told to set; outside any transaction (226)."""
    session = world.session
    if session.depth:
        raise SqlError(
            226, "ALTER DATABASE statement not allowed within multi-statement transaction."
        )
    name = {
        "ALLOW_SNAPSHOT_ISOLATION": "snapshot_isolation",
        "READ_COMMITTED_SNAPSHOT": "read_committed_snapshot",
        "CHANGE_TRACKING": "change_tracking",
    }.get(statement.option)
    if name is None:
        raise unknown(f"ALTER DATABASE ... SET {statement.option}")
    setattr(session.database, name, statement.value == "ON")
