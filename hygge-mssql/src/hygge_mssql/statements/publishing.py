"""How staged rows become visible: one transaction with a mark, and then the rows."""

from __future__ import annotations

from hygge_mssql.statements.statement import statement

INSERT = statement(
    "publishing.insert",
    "INSERT INTO {target}{hint} ({columns}) SELECT {columns} FROM {staged}",
    source="t-sql/statements/insert-transact-sql",
    does="moves all staged rows",
)
UPDATE = statement(
    "publishing.update",
    "UPDATE t SET {assignments} FROM {target} AS t WITH (UPDLOCK, HOLDLOCK)"
    " INNER JOIN {staged} AS s ON {same_key}{last}",
    source="t-sql/queries/update-transact-sql",
    does="gives rows that are there their new values",
)
INSERT_NEW = statement(
    "publishing.insert_new",
    "INSERT INTO {target} ({columns}) SELECT {values} FROM {staged} AS s WHERE ({added}NOT EXISTS"
    " (SELECT 1 FROM {target} AS t WITH (UPDLOCK, HOLDLOCK) WHERE {same_key})){last}",
    source="t-sql/language-elements/exists-transact-sql",
    does="adds the rows whose key is not there yet",
)
LAST = statement(
    "publishing.last",
    "s.{marker} <> 2 AND NOT EXISTS (SELECT 1 FROM {staged} AS later WHERE {same_key}"
    " AND later.{marker} <> 0 AND later.{order} > s.{order})",
    source="t-sql/language-elements/exists-transact-sql",
    does="of several changes of one key, lets through what the last of them leaves",
)
DELETE_MARKED = statement(
    "publishing.delete_marked",
    "DELETE t FROM {target} AS t WITH (UPDLOCK, HOLDLOCK)"
    " INNER JOIN {staged} AS s ON {same_key} WHERE s.{marker} = 2",
    source="t-sql/statements/delete-transact-sql",
    does="removes the rows that the source has deleted",
)
TRUNCATE = statement(
    "publishing.truncate",
    "TRUNCATE TABLE {target}",
    source="t-sql/statements/truncate-table-transact-sql",
    does="empties the destination, within the transaction",
)
DELETE_ALL = statement(
    "publishing.delete_all",
    "DELETE FROM {target}",
    source="t-sql/statements/delete-transact-sql",
    does="empties a destination that other tables refer to",
)
SWITCH = statement(
    "publishing.switch",
    "ALTER TABLE {staged} SWITCH TO {target}",
    source="t-sql/statements/alter-table-transact-sql",
    does="hands the staged rows over without touching them",
)
RENAME = statement(
    "publishing.rename",
    "EXEC sp_rename {staged}, {table}",
    source="relational-databases/system-stored-procedures/sp-rename-transact-sql",
    does="makes the staging table the destination, where there is none yet",
)
ADD_COLUMN = statement(
    "publishing.add_column",
    "ALTER TABLE {target} ADD {column}",
    source="t-sql/statements/alter-table-transact-sql",
    does="adds a column that the source has and the destination has not",
)
ALTER_COLUMN = statement(
    "publishing.alter_column",
    "ALTER TABLE {target} ALTER COLUMN {column}",
    source="t-sql/statements/alter-table-transact-sql",
    does="widens a column, or gives it another type where no row is left",
)
CHANGED = statement(
    "publishing.changed",
    "SELECT COUNT_BIG(*) FROM {staged} WHERE {changed}",
    source="t-sql/functions/cast-and-convert-transact-sql",
    does="counts the staged rows with a value that a column of the destination would change",
)
CONSTRAINTS = statement(
    "publishing.constraints",
    "SELECT COUNT(*) FROM sys.objects WHERE parent_object_id = OBJECT_ID(?)"
    " AND type IN ('C', 'F', 'TA', 'TR', 'UQ')",
    source="relational-databases/system-catalog-views/sys-objects-transact-sql",
    does="tells whether a table has constraints or triggers that may refuse rows",
)
ADD_KEY = statement(
    "publishing.add_key",
    "ALTER TABLE {target} ADD PRIMARY KEY {kind} ({keys})",
    source="t-sql/statements/alter-table-table-constraint-transact-sql",
    does="gives a table that hygge makes its key",
)
# Marks of all entities stand in one table, and a publishing keeps its own locked until it is over:
# whoever passed it on the way to another one would wait for that, as a scan of a small table does.
MARK_OF = statement(
    "publishing.mark_of",
    "SELECT row_count FROM {loads} WITH (FORCESEEK) WHERE run_id = ?",
    source="t-sql/queries/hints-transact-sql-table",
    does="tells whether a load was published: what settles a lost answer",
)
NEWEST_MARK = statement(
    "publishing.newest_mark",
    "SELECT TOP (1) run_id FROM {loads} WITH (READCOMMITTEDLOCK, READPAST)"
    " WHERE flow = ? AND entity = ? ORDER BY seq DESC",
    source="t-sql/queries/hints-transact-sql-table",
    does="tells which load of an entity was the last, past those that are being published",
)
PUT_MARK = statement(
    "publishing.put_mark",
    """INSERT INTO {loads} (run_id, flow, entity, epoch, row_count, published)
       VALUES (?, ?, ?, ?, ?, SYSUTCDATETIME())""",
    source="t-sql/statements/insert-transact-sql",
    does="marks the load, in the transaction that publishes it",
)
THIN_MARKS = statement(
    "publishing.thin_marks",
    """DELETE FROM {loads} WITH (ROWLOCK, READCOMMITTEDLOCK, READPAST)
       WHERE flow = ? AND entity = ? AND seq NOT IN
       (SELECT TOP (8) seq FROM {loads} WITH (READCOMMITTEDLOCK, READPAST)
        WHERE flow = ? AND entity = ? ORDER BY seq DESC)""",
    source="t-sql/queries/hints-transact-sql-table",
    does="forgets all but the newest marks of an entity, past those that are being published",
)
RUN_PUT = statement(
    "publishing.run_put",
    "INSERT INTO {runs} (run_id, flow, entity, record) VALUES (?, ?, ?, ?)",
    source="t-sql/statements/insert-transact-sql",
    does="records a run of a flow without a journal",
)
RUN_DROP = statement(
    "publishing.run_drop",
    "DELETE FROM {runs} WHERE run_id = ?",
    source="t-sql/statements/delete-transact-sql",
    does="forgets such a run",
)
RUNS_OPEN = statement(
    "publishing.runs_open",
    "SELECT record FROM {runs} WHERE flow = ? AND entity = ? ORDER BY seq",
    source="t-sql/queries/select-transact-sql",
    does="lists such runs",
)
