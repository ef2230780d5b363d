"""What a login has to be allowed for a load, as far as the server tells it beforehand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hygge_mssql.names import Name, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.statements import session as say

#: ALTER on a schema is to make tables in it and to truncate them, and not to read or fill them
#: (https://learn.microsoft.com/sql/relational-databases/security/permissions-database-engine).
_OF_A_SCHEMA = ("ALTER", "SELECT", "INSERT", "DELETE")

Finding = tuple[str, str, str]


def examined(session: Session, database: str, table: Name, *, updates: bool) -> Iterator[Finding]:
    """Whether staging tables can be made beside ``table`` and moved into it; ``updates``: rows of
    it are there, and get new values."""
    made = "tables can be made in the database"
    yield _asked(session, "DATABASE", quoted(database), made, ("CREATE TABLE",))
    what = f"tables can be made and filled in the schema {table.schema}"
    yield _asked(session, "SCHEMA", quoted(table.schema), what, _OF_A_SCHEMA)
    if updates:
        yield _asked(session, "OBJECT", table.sql, f"rows of {table} can be updated", ("UPDATE",))


def _asked(session: Session, kind: str, on: str, what: str, permissions: Sequence[str]) -> Finding:
    may = {each: session.value(say.MAY.sql, on, kind, each) for each in permissions}
    if None in may.values():
        return what, f"the {kind.lower()} {on} is not there", f"CREATE {kind} {on}"
    missing = ", ".join(each for each, allowed in may.items() if not allowed)
    if not missing:
        return what, "ok", ""
    where = "" if kind == "DATABASE" else f" ON {kind}::{on}"
    return what, f"this login has no {missing}", f"GRANT {missing}{where} TO this login's user"
