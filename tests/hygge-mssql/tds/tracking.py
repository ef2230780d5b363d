"""Change Tracking: the keys that a statement changes are noted in its transaction."""

from __future__ import annotations

from .bind.changetable import primary
from .catalogue import Table
from .transaction import Transaction


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


def note_inserts(table: Table, sql: str, transaction: Transaction) -> int:
    before = transaction.run(f"SELECT coalesce(max(rowid), -1) FROM {table.physical}")[0][0]
    done = transaction.count(sql)
    keys = ", ".join(f"c{id}" for id in primary(table))
    _note(table, "I", f"SELECT {keys} FROM {table.physical} WHERE rowid > {before}", transaction)
    return done
