"""What a value must be before a column may keep it: type, length, NULL, key."""

from __future__ import annotations

from . import types
from .arrays import duck_type
from .bind.conversions import convert
from .bind.values import Bound, sort_key
from .catalogue import Key, Table, TableColumn
from .errors import SqlError
from .transaction import Transaction
from .tsql import parse, tree
from .types import SqlType


def default_of(column: TableColumn) -> tree.Expression:
    if column.default is None:
        return tree.Literal(None, None)
    statement = parse(f"SELECT {column.default}").statements[0]
    assert isinstance(statement, tree.Ask)
    assert isinstance(statement.query, tree.Select)
    return statement.query.items[0].value


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
    """Raises 2627 for a constraint, 2601 for an index, where two rows share a key, and 1946 for a
    key that is too long.
    """
    for key in table.keys:
        _check_length(table, key, transaction)
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


def _check_length(table: Table, key: Key, transaction: Transaction) -> None:
    """https://learn.microsoft.com/sql/sql-server/maximum-capacity-specifications-for-sql-server"""
    most, kind = (900, "clustered") if key.clustered else (1700, "nonclustered")
    found = [table.by_id(id) for id, _ in key.columns]
    lengths = [
        f"octet_length(bytes_of(c{each.id}, {each.type.name.startswith('n')}))"
        for each in found
        if each.type.name in types.TEXTS
    ]
    if not lengths:
        return
    longest = transaction.run(f"SELECT max({' + '.join(lengths)}) FROM {table.physical}")[0][0]
    if longest is not None and longest > most:
        transaction.doomed = transaction.doomed or transaction.explicit
        raise SqlError(
            1946,
            f"Operation failed. The index entry of length {longest} bytes for the index "
            f"'{key.name}' exceeds the maximum length of {most} bytes for {kind} indexes.",
        )


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


def identities(column: TableColumn, table: Table, count: int, transaction: Transaction) -> str:
    assert column.identity is not None
    seed, step = column.identity
    identities = transaction.database.identities
    last = identities.get(table.id, seed - step)
    identities[table.id] = last + count * step
    transaction.session.identity = identities[table.id] if count else None
    return f"{last} + {step} * row_number() OVER ()"
