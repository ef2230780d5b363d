"""INSERT, UPDATE, DELETE, TRUNCATE: what a change must be before it may be stored."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from . import types
from .bind import queries
from .bind.changetable import primary
from .bind.expressions import Expressions
from .bind.values import Bound, convert, sort_key
from .bind.world import Frame, Scope, World
from .catalogue import Key, Table, TableColumn
from .errors import SqlError, no_object, unknown
from .transaction import Transaction
from .tsql import parse, tree
from .types import SqlType


def insert(statement: tree.Insert, world: World, transaction: Transaction) -> int:
    """Rows of a query into a table; what is not named takes its default."""
    if statement.output:
        raise unknown("OUTPUT")
    table = _target(statement.target.parts, world)
    columns = _given(statement.columns, table, world)
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


def _target(parts: tuple[str, ...], world: World) -> Table:
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


def default_of(column: TableColumn) -> tree.Expression:
    if column.default is None:
        return tree.Literal(None, None)
    statement = parse(f"SELECT {column.default}").statements[0]
    assert isinstance(statement, tree.Ask)
    assert isinstance(statement.query, tree.Select)
    return statement.query.items[0].value


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
            values[column.id] = _identity(column, table, count, transaction)
        elif column.type.name == "rowversion":
            values[column.id] = rowversions(count, transaction)
        else:
            values[column.id] = stored(binder.value(default_of(column)), column, table)
    chosen = ", ".join(values[column.id] for column in table.columns)
    sql = f"INSERT INTO {table.physical} SELECT {chosen} FROM ({source}) AS q"
    done = _note_inserts(table, sql, transaction) if table.tracked else transaction.count(sql)
    if done:
        check_keys(table, transaction)
    return done


def _identity(column: TableColumn, table: Table, count: int, transaction: Transaction) -> str:
    assert column.identity is not None
    seed, step = column.identity
    identities = transaction.database.identities
    last = identities.get(table.id, seed - step)
    identities[table.id] = last + count * step
    transaction.session.identity = identities[table.id] if count else None
    return f"{last} + {step} * row_number() OVER ()"


def rowversions(count: int, transaction: Transaction) -> str:
    """New ones for so many rows, in the order in which the rows come."""
    first = transaction.database.take_rowversions(transaction.session.spid, count)
    return f"unhex(printf('%016x', {first - 1} + row_number() OVER ()))"


def stored(bound: Bound, column: TableColumn, table: Table) -> str:
    """The value as the column keeps it. Raises 206; when it runs 515, 2628, 8115, ..."""
    type = column.type
    checked = _fitting(bound, column, table)
    sql = _padded(convert(checked, type, implicit=True), type)
    if not column.nullable and (bound.nullable or bound.type is None):
        words = (
            f"515:Cannot insert the value NULL into column '{column.name}', table "
            f"'{table.full_name}'; "
            "column does not allow nulls. INSERT fails."
        )
        sql = f"CASE WHEN {sql} IS NULL THEN CAST({_error(words)} AS {_duck(type)}) ELSE {sql} END"
    return sql


def _padded(sql: str, type: SqlType) -> str:
    """char and binary are always as long as they are declared; xml has no byte order mark."""
    match type.name:
        case "char" | "nchar":
            return f"rpad({sql}, {type.length}, ' ')"
        case "binary":
            return f"unhex(rpad(hex({sql}), {2 * type.length}, '0'))"
        case "xml":
            return f"ltrim({sql}, '\ufeff')"
    return sql


def _duck(type: SqlType) -> str:
    from .arrays import duck_type

    return duck_type(type)


def _error(words: str) -> str:
    quoted = words.replace("'", "''")
    return f"error('{quoted}')"


def _fitting(bound: Bound, column: TableColumn, table: Table) -> Bound:
    """What is longer than the column is refused; trailing blanks are not counted."""
    source, type = bound.typed(), column.type
    texts = type.name in types.TEXTS and source.name in types.TEXTS
    raw = type.name in types.BYTES and source.name in types.BYTES
    short = not source.is_max and 0 < source.length <= type.length
    if type.is_max or short or not (texts or raw):
        return bound
    length = f"utf16_length(rtrim({bound.sql}, ' '))" if texts else f"octet_length({bound.sql})"
    words = (
        f"2628:String or binary data would be truncated in table '{table.full_name}', "
        f"column '{column.name}'."
    )
    sql = (
        f"CASE WHEN {length} > {type.length} THEN CAST({_error(words)} AS "
        f"{_duck(source)}) ELSE {bound.sql} END"
    )
    return Bound(sql, bound.type, bound.nullable)


def check_keys(table: Table, transaction: Transaction) -> None:
    """Raises 2627 for a constraint, 2601 for an index, where two rows share a key."""
    for key in table.keys:
        if not key.unique:
            continue
        names = [sort_key(Bound(f"c{id}", table.by_id(id).type)) for id, _ in key.columns]
        shown = ", ".join(f"any_value(CAST(c{id} AS VARCHAR))" for id, _ in key.columns)
        twice = transaction.run(
            f"SELECT {shown} FROM {table.physical} GROUP BY {', '.join(names)} "
            "HAVING count(*) > 1 LIMIT 1"
        )
        if twice:
            transaction.doomed = transaction.doomed or transaction.explicit
            raise _duplicate(table, key, twice[0])


def _duplicate(table: Table, key: Key, values: tuple[object, ...]) -> SqlError:
    shown = ", ".join("<NULL>" if value is None else str(value) for value in values)
    if key.constraint:
        return SqlError(
            2627,
            (
                f"Violation of {key.kind} constraint '{key.name}'. Cannot insert "
                f"duplicate key in object '{table.full_name}'. The duplicate key value is "
                f"({shown})."
            ),
            severity=14,
        )
    return SqlError(
        2601,
        (
            f"Cannot insert duplicate key row in object '{table.full_name}' with unique "
            f"index '{key.name}'. The duplicate key value is ({shown})."
        ),
        severity=14,
    )


# ------------------------------------------------------------------------- update and delete


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
    words = queries.sources(source or target, world, scope, binder)
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
    limit = ""
    if statement.top is not None:
        limit = f" LIMIT {int(world.constant(reach.binder.value(statement.top)))}"
    rows = f"SELECT {reach.frame.alias}.rowid FROM {reach.words}{limit}"
    if table.tracked:
        note_changes(table, "D", rows, transaction)
    return transaction.count(f"DELETE FROM {table.physical} WHERE rowid IN ({rows})")


def truncate(statement: tree.Truncate, world: World, transaction: Transaction) -> None:
    table = _target(statement.table, world)
    transaction.count(f"DELETE FROM {table.physical}")
    transaction.database.identities.pop(table.id, None)
    if table.tracked:
        transaction.database.min_valid[table.id] = transaction.database.change_version + 1
        transaction.run(f"DELETE FROM {table.physical}_changes")


# ------------------------------------------------------------------------------- change tracking


def note_changes(table: Table, operation: str, rowids: str, transaction: Transaction) -> None:
    """Note the keys of these rows, as of the version that this transaction will be."""
    keys = ", ".join(f"c{id}" for id in primary(table))
    _note(
        table,
        operation,
        f"SELECT {keys} FROM {table.physical} WHERE rowid IN ({rowids})",
        transaction,
    )


def _note(table: Table, operation: str, keys: str, transaction: Transaction) -> None:
    version = transaction.database.change_version + 1
    transaction.tracked = True
    transaction.count(
        f"INSERT INTO {table.physical}_changes SELECT coalesce((SELECT max(number) "
        f"FROM {table.physical}_changes), 0) + row_number() OVER (), {version}, "
        f"'{operation}', q.* FROM ({keys}) AS q"
    )


def _note_inserts(table: Table, sql: str, transaction: Transaction) -> int:
    before = transaction.run(f"SELECT coalesce(max(rowid), -1) FROM {table.physical}")[0][0]
    done = transaction.count(sql)
    keys = ", ".join(f"c{id}" for id in primary(table))
    _note(table, "I", f"SELECT {keys} FROM {table.physical} WHERE rowid > {before}", transaction)
    return done
