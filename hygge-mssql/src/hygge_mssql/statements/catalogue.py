"""What the database says of its tables: columns, keys, sizes, indexes. Read, never written."""

from __future__ import annotations

from hygge_mssql.statements.statement import statement

OBJECT_TYPE = statement(
    "catalogue.object_type",
    "SELECT RTRIM(type) FROM sys.objects WHERE object_id = OBJECT_ID(?)",
    source="relational-databases/system-catalog-views/sys-objects-transact-sql",
    does="tells whether a name is a table (U), a view (V), something else, or nothing",
)
# Below 256 are the server's own types; a vector would be a varbinary below them. What a view says
# is as of when it was made: since then, its columns may have come to have NULLs
# (https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-refreshview-transact-sql).
COLUMNS = statement(
    "catalogue.columns",
    """SELECT c.name, COALESCE(TYPE_NAME(CASE WHEN c.user_type_id < 256 THEN c.user_type_id
                                     ELSE c.system_type_id END), TYPE_NAME(c.user_type_id)),
              CAST(c.max_length AS int), CAST(c.precision AS int), CAST(c.scale AS int),
              CASE WHEN OBJECTPROPERTY(c.object_id, 'IsView') = 1 THEN 1 ELSE c.is_nullable END,
              c.collation_name, c.is_identity, c.is_computed,
              CAST(c.generated_always_type AS int), c.default_object_id
       FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id""",
    source="relational-databases/system-catalog-views/sys-columns-transact-sql",
    does="lists the columns of a table or view with their types",
)
DESCRIBE = statement(
    "catalogue.describe",
    """SELECT d.name, COALESCE(TYPE_NAME(d.system_type_id), d.user_type_name),
              CAST(d.max_length AS int), CAST(d.precision AS int), CAST(d.scale AS int),
              d.is_nullable, d.collation_name, d.error_message
       FROM sys.dm_exec_describe_first_result_set(?, {declared}, 0) AS d
       WHERE COALESCE(d.is_hidden, 0) = 0 ORDER BY d.column_ordinal""",
    source="relational-databases/system-dynamic-management-views/"
    "sys-dm-exec-describe-first-result-set-transact-sql",
    does="lists the columns of a query with their types, without running it",
)
TABLES = statement(
    "catalogue.tables",
    """SELECT s.name, t.name FROM sys.tables AS t
       INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       WHERE t.is_ms_shipped = 0 ORDER BY s.name, t.name""",
    source="relational-databases/system-catalog-views/sys-tables-transact-sql",
    does="lists the tables that this login may see",
)
PRIMARY_KEYS = statement(
    "catalogue.primary_keys",
    """SELECT s.name, t.name, c.name FROM sys.key_constraints AS k
       INNER JOIN sys.tables AS t ON t.object_id = k.parent_object_id
       INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id
       INNER JOIN sys.index_columns AS i
           ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id
       INNER JOIN sys.columns AS c ON c.object_id = i.object_id AND c.column_id = i.column_id
       WHERE k.type = 'PK' ORDER BY s.name, t.name, i.key_ordinal""",
    source="relational-databases/system-catalog-views/sys-key-constraints-transact-sql",
    does="lists the primary key columns of all tables, in their order",
)
PRIMARY_KEY = statement(
    "catalogue.primary_key",
    """SELECT c.name FROM sys.key_constraints AS k
       INNER JOIN sys.index_columns AS i
           ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id
       INNER JOIN sys.columns AS c ON c.object_id = i.object_id AND c.column_id = i.column_id
       WHERE k.type = 'PK' AND k.parent_object_id = OBJECT_ID(?) ORDER BY i.key_ordinal""",
    source="relational-databases/system-catalog-views/sys-key-constraints-transact-sql",
    does="lists the primary key columns of a table, in their order",
)
ROWS = statement(
    "catalogue.rows",
    "SELECT SUM(p.rows) FROM sys.partitions AS p"
    " WHERE p.object_id = OBJECT_ID(?) AND p.index_id IN (0, 1)",
    source="relational-databases/system-catalog-views/sys-partitions-transact-sql",
    does="tells about how many rows a table has",
)
INDEXES = statement(
    "catalogue.indexes",
    "SELECT CAST(i.type AS int) FROM sys.indexes AS i"
    " WHERE i.object_id = OBJECT_ID(?) AND i.type > 0",
    source="relational-databases/system-catalog-views/sys-indexes-transact-sql",
    does="tells what kinds of index a table has",
)
UNIQUE = statement(
    "catalogue.unique",
    """SELECT CAST(i.index_id AS int), c.name FROM sys.indexes AS i
       INNER JOIN sys.index_columns AS k
           ON k.object_id = i.object_id AND k.index_id = i.index_id
       INNER JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id
       WHERE i.object_id = OBJECT_ID(?) AND i.is_unique = 1 AND k.key_ordinal > 0
       ORDER BY i.index_id, k.key_ordinal""",
    source="relational-databases/system-catalog-views/sys-index-columns-transact-sql",
    does="tells which columns of a table together are never twice the same",
)
KEPT = statement(
    "catalogue.kept",
    """SELECT CAST(t.temporal_type AS int), t.is_tracked_by_cdc, t.is_published,
              t.is_merge_published, t.is_memory_optimized,
              OBJECTPROPERTY(t.object_id, 'TableHasForeignRef')
       FROM sys.tables AS t WHERE t.object_id = OBJECT_ID(?)""",
    source="relational-databases/system-catalog-views/sys-tables-transact-sql",
    does="tells what a table is, for which it cannot be truncated",
)
REFERENCED = statement(
    "catalogue.referenced",
    """SELECT OBJECT_SCHEMA_NAME(f.parent_object_id), OBJECT_NAME(f.parent_object_id),
              CAST(f.delete_referential_action AS int), f.is_disabled
       FROM sys.foreign_keys AS f WHERE f.referenced_object_id = OBJECT_ID(?)""",
    source="relational-databases/system-catalog-views/sys-foreign-keys-transact-sql",
    does="lists the tables that refer to one, and what becomes of their rows with its own",
)
INDEXED_VIEWS = statement(
    "catalogue.indexed_views",
    """SELECT COUNT(*) FROM sys.views AS v
       INNER JOIN sys.sql_dependencies AS d ON d.object_id = v.object_id
       INNER JOIN sys.indexes AS i ON i.object_id = v.object_id
       WHERE d.class = 1 AND d.referenced_major_id = OBJECT_ID(?)""",
    source="relational-databases/system-catalog-views/sys-sql-dependencies-transact-sql",
    does="tells whether a view with an index stands on a table",
)
