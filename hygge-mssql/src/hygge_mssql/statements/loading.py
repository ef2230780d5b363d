"""How rows are staged: a table of their own, loaded in bulk, counted, and thrown away."""

from __future__ import annotations

from hygge_mssql.statements.statement import statement

CREATE_TABLE = statement(
    "loading.create_table",
    "CREATE TABLE {table} ({columns})",
    source="t-sql/statements/create-table-transact-sql",
    does="makes a staging table, or one of hygge's own",
)
CREATE_COLUMNSTORE = statement(
    "loading.create_columnstore",
    "CREATE CLUSTERED COLUMNSTORE INDEX {index} ON {table}",
    source="t-sql/statements/create-columnstore-index-transact-sql",
    does="makes the staging table what the destination is",
)
DROP_TABLE = statement(
    "loading.drop_table",
    "DROP TABLE IF EXISTS {table}",
    source="t-sql/statements/drop-table-transact-sql",
    does="removes a staging table",
)
COUNT = statement(
    "loading.count",
    "SELECT COUNT_BIG(*) FROM {table}",
    source="t-sql/functions/count-big-transact-sql",
    does="counts what was staged, or published",
)
TWINS = statement(
    "loading.twins",
    "SELECT TOP (1) {keys}, COUNT_BIG(*) FROM {table} GROUP BY {keys} HAVING COUNT_BIG(*) > 1",
    source="t-sql/queries/select-group-by-transact-sql",
    does="finds two staged rows with one key",
)
KEYLESS = statement(
    "loading.keyless",
    "SELECT COUNT_BIG(*) FROM {table} WHERE {missing}",
    source="t-sql/queries/is-null-transact-sql",
    does="counts staged rows without a key",
)
LONG_KEYS = statement(
    "loading.long_keys",
    "SELECT COUNT_BIG(*) FROM {table} WHERE {length} > ?",
    source="t-sql/functions/datalength-transact-sql",
    does="counts staged rows whose key has more bytes than a clustered index takes",
)
