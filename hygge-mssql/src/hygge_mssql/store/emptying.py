"""How a destination is emptied: truncated, or row by row where the server refuses that.

TRUNCATE is refused for a table that others refer to, that is temporal, captured or published, and
for one under an indexed view
(https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql); a DELETE is not.
What a table is, is asked anew when it is emptied: it may have come since the decision.
"""

from __future__ import annotations

from hygge_core.errors import StoreError
from hygge_mssql import catalogue
from hygge_mssql.catalogue import HISTORY, Kept
from hygge_mssql.names import Name
from hygge_mssql.server.session import Session
from hygge_mssql.statements import loading, publishing

_INSTEAD = 'keep it up with run_type = "incremental" and key_columns'


def empty(session: Session, table: Name) -> None:
    """Take all rows of the table away. Raises ``StoreError`` where rows of others would go with
    them, or some stay."""
    kept = catalogue.kept(session, table)
    if not hindrance(kept):
        session.execute(publishing.TRUNCATE.with_(target=table.sql))
        return
    if kept.referenced:
        _demand_alone(session, table)
    session.execute(publishing.DELETE_ALL.with_(target=table.sql))
    left = int(session.value(loading.COUNT.with_(table=table.sql)))
    if left:
        raise StoreError(
            f"all rows of {table} were to be deleted, and {left:,} are still there",
            hint="a trigger of the table keeps them",
        )


def hindrance(kept: Kept) -> str:
    """Why a table cannot be emptied, or swapped, as a whole; empty: it can."""
    reasons = {
        "other tables refer to it": kept.referenced,
        "its history is kept (it is temporal)": kept.temporal,
        "its changes are captured (CDC)": kept.captured,
        "it is published for replication": kept.published,
        "it is memory-optimized": kept.in_memory,
        "an indexed view stands on it": kept.viewed,
    }
    return next((reason for reason, true in reasons.items() if true), "")


def may_refuse(kept: Kept, *, deleting: bool) -> bool:
    """Whether rows may be refused for what the table is, or a DELETE of some for what refers to
    them."""
    special = kept.viewed or kept.in_memory or kept.temporal == HISTORY
    return special or (deleting and kept.referenced)


def _demand_alone(session: Session, table: Name) -> None:
    found = catalogue.references(session, table)
    if not found:
        raise StoreError(
            f"{table} cannot be replaced: other tables refer to it, and this login may not see"
            " whether their rows would be deleted with its own",
            hint=f"GRANT VIEW DEFINITION TO this login's user, or {_INSTEAD}",
        )
    for each in found:
        if each.carries:
            raise StoreError(
                f"{table} cannot be replaced: {each.by} refers to it with ON DELETE, and its rows"
                " would be deleted or changed too",
                hint=_INSTEAD,
            )
