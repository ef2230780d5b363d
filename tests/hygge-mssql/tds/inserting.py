"""INSERT."""

from __future__ import annotations

from collections.abc import Sequence

from .bind import queries
from .bind.expressions import Expressions
from .bind.values import Bound
from .bind.world import Scope, World
from .catalogue import Table, TableColumn
from .errors import SqlError, no_object, unknown
from .storing import check_keys, default_of, identities, rowversions, stored
from .tracking import note_inserts
from .transaction import Transaction
from .tsql import tree


def insert(statement: tree.Insert, world: World, transaction: Transaction) -> int:
    """Rows of a query into a table; what is not named takes its default."""
    if statement.output:
        raise unknown("OUTPUT")
    table = target_of(statement.target.parts, world)
    if world.session.server.besides.get(table.full_name) == "history":
        raise SqlError(
            13559, f"Cannot insert rows in a temporal history table '{table.full_name}'."
        )
    columns = _given(statement.columns, table, world)
    transaction.written.add(table.id)
    if statement.source is None:
        return _store(table, {}, "SELECT 1", world, transaction)
    source = _with_defaults(statement.source, columns, world)
    assert isinstance(source, tree.Query)
    query = queries.bind(source, world)
    if len(query.columns) != len(columns):
        number, more = (121, "more") if len(query.columns) > len(columns) else (120, "fewer")
        raise SqlError(
            number,
            f"The select list for the INSERT statement contains {more} items than the insert list.",
        )
    given = dict(zip((column.id for column in columns), query.columns, strict=True))
    return _store(table, given, query.sql, world, transaction)


def target_of(parts: tuple[str, ...], world: World) -> Table:
    table = world.catalogue.find(parts, world.session.database.name)
    if table is None:
        raise no_object(".".join(parts))
    return table


def _given(names: Sequence[str], table: Table, world: World) -> tuple[TableColumn, ...]:
    """The columns that the statement fills. Raises 207, 264, 544, 273."""
    if not names:
        return tuple(c for c in table.columns if not c.identity and c.type.name != "rowversion")
    if len({name.lower() for name in names}) < len(names):
        raise SqlError(
            264,
            (
                "A column name is specified more than once in the SET clause or column "
                "list of an INSERT."
            ),
        )
    found = []
    for name in names:
        column = table.column(name)
        if column is None:
            raise SqlError(207, f"Invalid column name '{name}'.")
        if column.identity and world.session.identity_insert != table.id:
            raise SqlError(
                544,
                (
                    "Cannot insert explicit value for identity column in table "
                    f"'{table.name}' when IDENTITY_INSERT is set to OFF."
                ),
            )
        if column.type.name == "rowversion":
            raise SqlError(273, "Cannot insert an explicit value into a timestamp column.")
        found.append(column)
    return tuple(found)


def _with_defaults(
    source: tree.Query | tree.Exec, columns: Sequence[TableColumn], world: World
) -> tree.Query | tree.Exec:
    """VALUES with DEFAULT replaced by what the column says."""
    if not isinstance(source, tree.Values):
        return source
    rows = []
    for row in source.rows:
        if len(row) != len(columns):
            raise SqlError(
                110,
                (
                    "There are fewer or more columns in the INSERT statement than values "
                    "specified in the VALUES clause."
                ),
            )
        rows.append(
            tuple(
                default_of(column) if value == tree.Name(("DEFAULT",)) else value
                for value, column in zip(row, columns, strict=True)
            )
        )
    return tree.Values(tuple(rows))


def _store(
    table: Table, given: dict[int, Bound], source: str, world: World, transaction: Transaction
) -> int:
    values = {}
    binder = Expressions(world, Scope())
    numbered = any(c.identity or c.type.name == "rowversion" for c in table.columns)
    count = int(transaction.run(f"SELECT count(*) FROM ({source}) AS q")[0][0]) if numbered else 0
    for column in table.columns:
        if column.id in given:
            bound = given[column.id]
            values[column.id] = stored(
                Bound(f"q.{bound.sql}", bound.type, bound.nullable), column, table
            )
        elif column.identity:
            values[column.id] = identities(column, table, count, transaction)
        elif column.type.name == "rowversion":
            values[column.id] = rowversions(count, transaction)
        else:
            values[column.id] = stored(binder.value(default_of(column)), column, table)
    chosen = ", ".join(values[column.id] for column in table.columns)
    sql = f"INSERT INTO {table.physical} SELECT {chosen} FROM ({source}) AS q"
    done = note_inserts(table, sql, transaction) if table.tracked else transaction.count(sql)
    if done:
        check_keys(table, transaction)
    return done
