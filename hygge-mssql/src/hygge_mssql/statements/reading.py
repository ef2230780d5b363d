"""How rows are read: one SELECT, its bounds, and what Change Tracking knows."""

from __future__ import annotations

from hygge_mssql.statements.statement import statement

SELECT = statement(
    "reading.select",
    "SELECT {top}{columns} FROM {source}{where}",
    source="t-sql/queries/select-transact-sql",
    does="reads the columns and rows that were asked for",
)
DECLARE = statement(
    "reading.declare",
    "DECLARE @{name} {type} = ?;",
    source="t-sql/language-elements/declare-local-variable-transact-sql",
    does="gives a query of the user's the value of one of its parameters",
)
ROWVERSIONS = statement(
    "reading.rowversions",
    "SELECT CAST(MIN_ACTIVE_ROWVERSION() AS binary(8)), CAST(@@DBTS AS binary(8))",
    source="t-sql/functions/min-active-rowversion-transact-sql",
    does="tells below which rowversion no transaction is still under way, and which was the last",
)
HOLD_TABLE = statement(
    "reading.hold_table",
    "SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM {source} WITH (TABLOCK, HOLDLOCK)) AS held",
    source="t-sql/queries/hints-transact-sql-table",
    does="keeps writers out while the readers of several ranges open their snapshots together",
)
TOUCH = statement(
    "reading.touch",
    "SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM {source}) AS touched",
    source="t-sql/statements/set-transaction-isolation-level-transact-sql",
    does="opens a transaction's snapshot: its first statement does",
)
CHANGE_VERSION = statement(
    "reading.change_version",
    "SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(?))",
    source="relational-databases/system-functions/change-tracking-current-version-transact-sql",
    does="tells up to which version changes are known, and from which on",
)
CHANGES = statement(
    "reading.changes",
    "SELECT {columns} FROM"
    " CHANGETABLE(CHANGES {table}, {since}) AS c LEFT OUTER JOIN {table} AS t ON {join}"
    " WHERE c.SYS_CHANGE_VERSION <= {until}",
    source="relational-databases/system-functions/changetable-transact-sql",
    does="reads the rows that changed since a version, and the keys of those that are gone",
)
