"""CREATE and DROP: the catalogue changes, and DuckDB's tables beneath it."""

from __future__ import annotations

from attrs import evolve

from .arrays import duck_type
from .bind.binding import BoundQuery
from .bind.world import World
from .catalogue import Catalogue, Key, Table, TableColumn, wanted
from .errors import SqlError, no_object, unknown
from .storing import check_keys
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
    columns = tuple(new_column(plan, at, name) for at, plan in enumerate(statement.columns, 1))
    table = Table(id, schema, name, f"o{id}", columns)
    for plan in statement.columns:
        if plan.key:
            table = with_key(
                table,
                tree.KeyPlan(
                    plan.constraint, plan.key, ((plan.name, False),), plan.key == "PRIMARY KEY"
                ),
            )
    for key in statement.keys:
        table = with_key(table, key)
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


def new_column(plan: tree.ColumnPlan, id: int, table: str) -> TableColumn:
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


def with_key(table: Table, plan: tree.KeyPlan) -> Table:
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
    changed = with_key(table, statement.key)
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
            drop_key(table, statement.name[-1], transaction, if_exists=statement.if_exists)


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


def drop_key(table: Table, name: str, transaction: Transaction, *, if_exists: bool = False) -> None:
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
