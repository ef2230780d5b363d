"""``replace = "switch"``: a staging table that is exactly the destination, swapped in at once.

ALTER TABLE ... SWITCH moves no row and keeps the destination's object, with its grants; it wants
two tables of the same columns and indexes
(https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql).
"""

from __future__ import annotations

from hygge_core.errors import StoreError
from hygge_mssql import catalogue
from hygge_mssql.created import column_sql
from hygge_mssql.names import Name, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.sqltypes import declared, same_type
from hygge_mssql.statements import loading
from hygge_mssql.store import emptying
from hygge_mssql.store.target import Shape, Target

_CLUSTERED_COLUMNSTORE = 5


def make_like(session: Session, found: Target, staged: Name, shape: Shape) -> None:
    """Make the staging table as the destination is. Raises ``StoreError`` where it cannot be."""
    kinds = catalogue.indexes(session, found.name)
    if kinds not in ((), (_CLUSTERED_COLUMNSTORE,)):
        _refuse(found, "it has indexes of its own")
    if why := emptying.hindrance(catalogue.kept(session, found.name)):
        _refuse(found, why)
    if {each.name for each in found.columns} != set(shape.columns):
        _refuse(found, "its columns are not those of the rows")
    for each in found.columns:
        if each.filled or not same_type(declared(each), shape.staged(each.name)):
            _refuse(found, f"its column {each.name!r} is {declared(each)}")
    columns = ", ".join(
        column_sql(each.name, declared(each), nullable=each.nullable, collation=each.collation)
        for each in found.columns
    )
    session.execute(loading.CREATE_TABLE.with_(table=staged.sql, columns=columns))
    if kinds:
        index = quoted(f"CCI_{staged.table}")
        session.execute(loading.CREATE_COLUMNSTORE.with_(index=index, table=staged.sql))


def _refuse(found: Target, why: str) -> None:
    raise StoreError(
        f'{found.name} cannot be replaced with replace = "switch": {why}',
        hint='set replace = "in_place"',
    )
