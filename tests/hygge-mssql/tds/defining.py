"""CREATE, ALTER, DROP: the catalogue changes, and DuckDB's tables beneath it."""

from __future__ import annotations

from attrs import evolve

from .arrays import duck_type
from .bind import views
from .bind.changetable import primary
from .bind.expressions import Expressions
from .bind.queries import BoundQuery
from .bind.world import Scope, World
from .catalogue import Catalogue, Key, Table, TableColumn, wanted
from .changes import check_keys, default_of, stored
from .errors import SqlError, no_object, unknown
from .transaction import Transaction
from .tsql import tree
from .types import UnknownCollation, collation_bytes


def create_table(statement: tree.CreateTable, world: World, transaction: Transaction) -> None:
    """Raises 2714 where it is there, 2760 where its schema is not."""
    catalogue = transaction.catalogue
    schema, name = _new_name(statement.table, catalogue, world)
    names = [plan.name.lower() for plan in statement.columns]
    for plan in statement.columns:
        if names.count(plan.name.lower()) > 1:
            raise SqlError(
                2705,
                (
                    "Column names in each table must be unique. Column name "
                    f"'{plan.name}' in table '{name}' is specified more than once."
                ),
            )
    id, catalogue = catalogue.fresh_id()
    columns = tuple(_column(plan, at, name) for at, plan in enumerate(statement.columns, 1))
    table = Table(id, schema, name, f"o{id}", columns)
    for plan in statement.columns:
        if plan.key:
            table = _with_key(
                table,
                tree.KeyPlan(
                    plan.constraint, plan.key, ((plan.name, False),), plan.key == "PRIMARY KEY"
                ),
            )
    for key in statement.keys:
        table = _with_key(table, key)
    _make(table, transaction)
    transaction.define(catalogue.with_table(table))


def _new_name(parts: tuple[str, ...], catalogue: Catalogue, world: World) -> tuple[str, str]:
    if parts[-1].startswith("#"):
        raise unknown("temporary tables")
    wanted_schema = parts[-2] if len(parts) > 1 and parts[-2] else "dbo"
    schema = catalogue.schema(wanted_schema)
    if schema is None:
        raise SqlError(
            2760,
            (
                f'The specified schema name "{wanted_schema}" either does not exist or '
                "you do not have permission to use it."
            ),
        )
    if catalogue.find(parts, world.session.database.name) is not None:
        raise SqlError(
            2714, f"There is already an object named '{parts[-1]}' in the database.", state=6
        )
    if len(parts[-1]) > 128:
        raise SqlError(
            103,
            (
                f"The identifier that starts with '{parts[-1][:128]}' is too long. "
                "Maximum length is 128."
            ),
        )
    return schema, parts[-1]


def _make(table: Table, transaction: Transaction) -> None:
    columns = ", ".join(f"c{column.id} {duck_type(column.type)}" for column in table.columns)
    transaction.run(f"CREATE TABLE {table.physical} ({columns})")


def _column(plan: tree.ColumnPlan, id: int, table: str) -> TableColumn:
    try:
        collation_bytes(plan.type.collation)
    except UnknownCollation as error:
        raise SqlError(448, f"Invalid collation '{error}'.") from error
    nullable = True if plan.nullable is None else plan.nullable
    if plan.type.name == "rowversion":
        nullable = False
    default = plan.default_text if plan.default is not None else None
    name = plan.constraint or f"DF__{table[:9]}__{id}" if default is not None else None
    return TableColumn(id, plan.name, plan.type, nullable, plan.identity, default, name)


def _with_key(table: Table, plan: tree.KeyPlan) -> Table:
    """The table with one more key; the columns of a primary key become NOT NULL."""
    id = 1 + max((key.id for key in table.keys), default=0)
    columns = wanted((name for name, _ in plan.columns), table)
    if plan.kind == "PRIMARY KEY":
        if any(key.kind == "PRIMARY KEY" for key in table.keys):
            raise SqlError(1779, f"Table '{table.name}' already has a primary key defined on it.")
        ids = {column.id for column in columns}
        table = evolve(
            table,
            columns=tuple(evolve(c, nullable=False) if c.id in ids else c for c in table.columns),
        )
    clustered = bool(plan.clustered)
    if clustered and any(key.clustered for key in table.keys):
        raise SqlError(
            1902, f"Cannot create more than one clustered index on table '{table.full_name}'."
        )
    _check_size(plan, columns)
    prefix = {"PRIMARY KEY": "PK", "UNIQUE": "UQ"}.get(plan.kind, "IX")
    name = plan.name or f"{prefix}__{table.name[:9]}__{table.id + id:016X}"
    order = tuple(
        (column.id, descending)
        for column, (_, descending) in zip(columns, plan.columns, strict=True)
    )
    included = tuple(column.id for column in wanted(plan.included, table))
    return evolve(table, keys=(*table.keys, Key(id, name, plan.kind, order, clustered, included)))


def _check_size(plan: tree.KeyPlan, columns: tuple[TableColumn, ...]) -> None:
    """Keys hold no max types (1919), and 900 bytes where clustered, else 1700."""
    if plan.kind == "COLUMNSTORE":
        return
    for column in columns:
        if column.type.is_max:
            raise SqlError(
                1919,
                (
                    f"Column '{column.name}' in table is of a type that is invalid for "
                    "use as a key column in an index."
                ),
            )


def create_index(statement: tree.CreateIndex, world: World, transaction: Transaction) -> None:
    table = existing(statement.table, world, transaction)
    if any(key.name.lower() == (statement.key.name or "").lower() for key in table.keys):
        raise SqlError(
            1913,
            (
                "The operation failed because an index or statistics with name "
                f"'{statement.key.name}' already exists on table '{table.full_name}'."
            ),
        )
    changed = _with_key(table, statement.key)
    check_keys(changed, transaction)
    transaction.define(transaction.catalogue.with_table(changed))


def existing(
    parts: tuple[str, ...], world: World, transaction: Transaction, number: int = 4902
) -> Table:
    table = transaction.catalogue.find(parts, world.session.database.name)
    if table is None:
        raise SqlError(
            number,
            (
                f'Cannot find the object "{".".join(parts)}" because it does not exist or '
                "you do not have permissions."
            ),
        )
    return table


def drop(statement: tree.Drop, world: World, transaction: Transaction) -> None:
    match statement.what:
        case "TABLE":
            _drop_table(statement, world, transaction)
        case "SCHEMA":
            _drop_schema(statement, transaction)
        case "INDEX":
            table = existing(statement.on, world, transaction)
            _drop_key(table, statement.name[-1], transaction, if_exists=statement.if_exists)


def _drop_table(statement: tree.Drop, world: World, transaction: Transaction) -> None:
    table = transaction.catalogue.find(statement.name, world.session.database.name)
    if table is None:
        if statement.if_exists:
            return
        raise SqlError(
            3701,
            (
                f"Cannot drop the table '{'.'.join(statement.name)}', because it does not "
                "exist or you do not have permission."
            ),
            severity=11,
            state=5,
        )
    transaction.run(f"DROP TABLE {table.physical}")
    if table.tracked:
        transaction.run(f"DROP TABLE {table.physical}_changes")
    transaction.define(transaction.catalogue.without_table(table.id))


def _drop_schema(statement: tree.Drop, transaction: Transaction) -> None:
    name = transaction.catalogue.schema(statement.name[-1])
    if name is None:
        if statement.if_exists:
            return
        raise SqlError(
            15151,
            (
                f"Cannot drop the schema '{statement.name[-1]}', because it does not "
                "exist or you do not have permission."
            ),
        )
    if any(table.schema == name for table in transaction.catalogue.tables.values()):
        raise SqlError(
            3729, f"Cannot drop schema '{name}' because it is being referenced by another object."
        )
    transaction.define(transaction.catalogue.without_schema(name))


def _drop_key(
    table: Table, name: str, transaction: Transaction, *, if_exists: bool = False
) -> None:
    kept = tuple(key for key in table.keys if key.name.lower() != name.lower())
    if len(kept) == len(table.keys) and not if_exists:
        raise SqlError(3728, f"'{name}' is not a constraint.")
    transaction.define(transaction.catalogue.with_table(evolve(table, keys=kept)))


def create_schema(statement: tree.CreateSchema, transaction: Transaction) -> None:
    if transaction.catalogue.schema(statement.name) is not None:
        raise SqlError(
            2714, f"There is already an object named '{statement.name}' in the database.", state=6
        )
    transaction.define(transaction.catalogue.with_schema(statement.name))


# -------------------------------------------------------------------------------------- alter


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
            _switch(table, existing(statement.names, world, transaction), transaction)
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
        table = _with_key(table, key)
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
    column = _column(plan, id, table.name)
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
    from .bind.values import Bound

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
            _drop_key(table, name, transaction)
            table = transaction.catalogue.tables[table.id]


def _switch(source: Table, target: Table, transaction: Transaction) -> None:
    """Both tables must be alike but for their names; the target must be empty (4905, 4943, ...)."""
    rows = transaction.run(f"SELECT count(*) FROM {target.physical}")[0][0]
    if rows:
        raise SqlError(
            4905,
            (
                "ALTER TABLE SWITCH statement failed. The target table "
                f"'{target.full_name}' must be empty."
            ),
        )
    if len(source.columns) != len(target.columns):
        raise SqlError(
            4943,
            (
                f"ALTER TABLE SWITCH statement failed because table '{source.full_name}' "
                f"has {len(source.columns)} columns and table '{target.full_name}' has "
                f"{len(target.columns)} columns."
            ),
        )
    for left, right in zip(source.columns, target.columns, strict=True):
        if left.name.lower() != right.name.lower():
            raise SqlError(
                4957,
                (
                    f"'ALTER TABLE SWITCH' statement failed because column '{left.name}' "
                    f"does not have the same ordinal in '{source.full_name}' and "
                    f"'{target.full_name}'."
                ),
            )
        if (
            left.type != right.type
            or left.nullable != right.nullable
            or bool(left.identity) != bool(right.identity)
        ):
            raise SqlError(
                4944,
                (
                    f"ALTER TABLE SWITCH statement failed because column '{left.name}' "
                    f"has data type {left.type} in source table '{source.full_name}' "
                    f"which is different from its type {right.type} in target table "
                    f"'{target.full_name}'."
                ),
            )
    if _shape(source) != _shape(target):
        raise SqlError(
            4947,
            (
                "ALTER TABLE SWITCH statement failed. There is no identical index in "
                f"source table '{source.full_name}' for the indexes in target table "
                f"'{target.full_name}'."
            ),
        )
    if source.tracked or target.tracked:
        raise SqlError(4900, "The ALTER TABLE SWITCH statement failed: change tracking is enabled.")
    swapped = _swapped(source, target, transaction.catalogue)
    transaction.changed = True
    transaction.define(swapped)


def _swapped(source: Table, target: Table, catalogue: Catalogue) -> Catalogue:
    """DuckDB's tables change places; ids of columns stay with the rows."""
    ids = {old.id: new.id for old, new in zip(target.columns, source.columns, strict=True)}
    back = {new: old for old, new in ids.items()}
    return catalogue.with_table(_on(target, source.physical, ids)).with_table(
        _on(source, target.physical, back)
    )


def _on(table: Table, physical: str, ids: dict[int, int]) -> Table:
    columns = tuple(evolve(column, id=ids[column.id]) for column in table.columns)
    keys = tuple(
        evolve(
            key,
            columns=tuple((ids[id], down) for id, down in key.columns),
            included=tuple(ids[id] for id in key.included),
        )
        for key in table.keys
    )
    return evolve(table, physical=physical, columns=columns, keys=keys)


def _shape(table: Table) -> list[tuple[object, ...]]:
    """What SWITCH compares of the indexes: kind, order, columns by name."""
    return sorted(
        (
            views.index_type(key),
            key.unique,
            tuple((table.by_id(id).name.lower(), down) for id, down in key.columns),
        )
        for key in table.keys
    )


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


def select_into(
    parts: tuple[str, ...], query: BoundQuery, world: World, transaction: Transaction
) -> int:
    """SELECT ... INTO: a new table of the query's columns, and its rows."""
    plans = tuple(
        tree.ColumnPlan(column.name, column.typed(), column.nullable) for column in query.columns
    )
    if any(not plan.name for plan in plans):
        raise SqlError(1038, "An object or column name is missing or empty.")
    create_table(tree.CreateTable(parts, plans, ()), world, transaction)
    table = transaction.catalogue.find(parts, world.session.database.name)
    if table is None:
        raise no_object(".".join(parts))
    chosen = ", ".join(f"q.{column.sql}" for column in query.columns)
    return transaction.count(
        f"INSERT INTO {table.physical} SELECT {chosen} FROM ({query.sql}) AS q"
    )
