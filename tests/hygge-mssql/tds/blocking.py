"""What a read waits for: rows that another transaction has written and not committed yet.

Under READ COMMITTED, without row versioning, a scan meets the locks of all rows that it passes
(https://learn.microsoft.com/sql/relational-databases/sql-server-transaction-locking-and-row-versioning-guide).
One that looks a whole unique key up meets none of other keys; READPAST leaves locked rows out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from . import database
from .catalogue import Key, Table
from .transaction import READ_COMMITTED, Transaction
from .tsql import tree

if TYPE_CHECKING:
    from .bind.world import World


def wait(query: tree.Query, world: World, transaction: Transaction) -> None:
    """Wait for whoever writes what the query passes. Raises 1222 or 1205."""
    session, writer = world.session, world.session.database.writer
    versioned = session.database.read_committed_snapshot or transaction.isolation != READ_COMMITTED
    if versioned or transaction.writing or not session.spid or _seeks(query, world):
        return

    def free() -> bool:
        owner = writer.owner
        written = owner.transaction.written if owner and owner.transaction else set()
        return not written & set(world.passed)

    if not free():
        database.wait(writer.turn, session, free, lambda: {writer.owner})
        writer.turn.release()


def _seeks(query: tree.Query, world: World) -> bool:
    """Whether it looks for one key of one table; a small one is scanned if nothing forbids it."""
    if not isinstance(query, tree.Select) or not isinstance(query.source, tree.Table):
        return False
    if "FORCESEEK" not in query.source.hints:
        return False
    table = next(iter(world.touched.values()), None)
    wanted = set(_equal(query.where))
    return table is not None and any(
        wanted >= {table.by_id(id).name.lower() for id, _ in key.columns} for key in _unique(table)
    )


def _unique(table: Table) -> Iterator[Key]:
    return (key for key in table.keys if key.unique)


def _equal(where: tree.Expression | None) -> Iterator[str]:
    """The columns that have to be equal to something."""
    match where:
        case tree.Logic("AND", parts):
            for part in parts:
                yield from _equal(part)
        case tree.Binary("=", tree.Name(parts), _):
            yield parts[-1].lower()
