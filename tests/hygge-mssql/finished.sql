-- Every text that hygge sends, finished, with its documentation; see finished.py for what is alike.

-- catalogue.object_type
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-objects-transact-sql
SELECT RTRIM(type) FROM sys.objects WHERE object_id = OBJECT_ID(?)

-- catalogue.columns
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-columns-transact-sql
SELECT c.name, COALESCE(TYPE_NAME(CASE WHEN c.user_type_id < 256 THEN c.user_type_id ELSE c.system_type_id END), TYPE_NAME(c.user_type_id)), CAST(c.max_length AS type), CAST(c.precision AS type), CAST(c.scale AS type), CASE WHEN OBJECTPROPERTY(c.object_id, 'IsView') = 1 THEN 1 ELSE c.is_nullable END, c.collation_name, c.is_identity, c.is_computed, CAST(c.generated_always_type AS type), c.default_object_id FROM sys.columns AS c WHERE c.object_id = OBJECT_ID(?) ORDER BY c.column_id

-- catalogue.describe
-- https://learn.microsoft.com/sql/relational-databases/system-dynamic-management-views/sys-dm-exec-describe-first-result-set-transact-sql
SELECT d.name, COALESCE(TYPE_NAME(d.system_type_id), d.user_type_name), CAST(d.max_length AS type), CAST(d.precision AS type), CAST(d.scale AS type), d.is_nullable, d.collation_name, d.error_message FROM sys.dm_exec_describe_first_result_set(?, NULL, 0) AS d WHERE COALESCE(d.is_hidden, 0) = 0 ORDER BY d.column_ordinal
SELECT d.name, COALESCE(TYPE_NAME(d.system_type_id), d.user_type_name), CAST(d.max_length AS type), CAST(d.precision AS type), CAST(d.scale AS type), d.is_nullable, d.collation_name, d.error_message FROM sys.dm_exec_describe_first_result_set(?, ?, 0) AS d WHERE COALESCE(d.is_hidden, 0) = 0 ORDER BY d.column_ordinal

-- catalogue.tables
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql
SELECT s.name, t.name FROM sys.tables AS t INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id WHERE t.is_ms_shipped = 0 ORDER BY s.name, t.name

-- catalogue.primary_keys
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-key-constraints-transact-sql
SELECT s.name, t.name, c.name FROM sys.key_constraints AS k INNER JOIN sys.tables AS t ON t.object_id = k.parent_object_id INNER JOIN sys.schemas AS s ON s.schema_id = t.schema_id INNER JOIN sys.index_columns AS i ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id INNER JOIN sys.columns AS c ON c.object_id = i.object_id AND c.column_id = i.column_id WHERE k.type = 'PK' ORDER BY s.name, t.name, i.key_ordinal

-- catalogue.primary_key
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-key-constraints-transact-sql
SELECT c.name FROM sys.key_constraints AS k INNER JOIN sys.index_columns AS i ON i.object_id = k.parent_object_id AND i.index_id = k.unique_index_id INNER JOIN sys.columns AS c ON c.object_id = i.object_id AND c.column_id = i.column_id WHERE k.type = 'PK' AND k.parent_object_id = OBJECT_ID(?) ORDER BY i.key_ordinal

-- catalogue.rows
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-partitions-transact-sql
SELECT SUM(p.rows) FROM sys.partitions AS p WHERE p.object_id = OBJECT_ID(?) AND p.index_id IN (0, 1)

-- catalogue.indexes
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-indexes-transact-sql
SELECT CAST(i.type AS type) FROM sys.indexes AS i WHERE i.object_id = OBJECT_ID(?) AND i.type > 0

-- catalogue.unique
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-index-columns-transact-sql
SELECT CAST(i.index_id AS type), c.name FROM sys.indexes AS i INNER JOIN sys.index_columns AS k ON k.object_id = i.object_id AND k.index_id = i.index_id INNER JOIN sys.columns AS c ON c.object_id = k.object_id AND c.column_id = k.column_id WHERE i.object_id = OBJECT_ID(?) AND i.is_unique = 1 AND k.key_ordinal > 0 ORDER BY i.index_id, k.key_ordinal

-- catalogue.kept
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-tables-transact-sql
SELECT CAST(t.temporal_type AS type), t.is_tracked_by_cdc, t.is_published, t.is_merge_published, t.is_memory_optimized, OBJECTPROPERTY(t.object_id, 'TableHasForeignRef') FROM sys.tables AS t WHERE t.object_id = OBJECT_ID(?)

-- catalogue.referenced
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-foreign-keys-transact-sql
SELECT OBJECT_SCHEMA_NAME(f.parent_object_id), OBJECT_NAME(f.parent_object_id), CAST(f.delete_referential_action AS type), f.is_disabled FROM sys.foreign_keys AS f WHERE f.referenced_object_id = OBJECT_ID(?)

-- catalogue.indexed_views
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-sql-dependencies-transact-sql
SELECT COUNT(*) FROM sys.views AS v INNER JOIN sys.sql_dependencies AS d ON d.object_id = v.object_id INNER JOIN sys.indexes AS i ON i.object_id = v.object_id WHERE d.class = 1 AND d.referenced_major_id = OBJECT_ID(?)

-- journal.make_schema
-- https://learn.microsoft.com/sql/t-sql/statements/create-schema-transact-sql
IF SCHEMA_ID(N'x') IS NULL EXEC(N'x')

-- journal.create_index
-- https://learn.microsoft.com/sql/t-sql/statements/create-index-transact-sql
CREATE INDEX [x] ON [x].[x] ([x])

-- journal.version
-- https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql
SELECT version FROM [x].[x]

-- journal.put_version
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (version) VALUES (?)

-- journal.raise_version
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET version = ?

-- journal.put_event
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id, schema_version) SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM [x].[x] WHERE id = ?)

-- journal.look_back
-- https://learn.microsoft.com/sql/t-sql/queries/top-transact-sql
SELECT TOP (?) flow_name, entity, watermark FROM [x].[x] ORDER BY flow_name, entity
SELECT TOP (?) flow_name, entity, watermark FROM [x].[x] WHERE flow_name = ? AND entity = ? ORDER BY flow_name, entity
SELECT TOP (?) flow_name, entity, watermark FROM [x].[x] WHERE flow_name = ? ORDER BY flow_name, entity
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] ORDER BY seq DESC
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] WHERE (run_id = ? OR coordinator_run_id = ?) ORDER BY seq DESC
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] WHERE entity = ? ORDER BY seq DESC
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] WHERE flow_name = ? AND entity = ? AND event_type = ? AND event_type IN ('complete', 'fail', 'skip') ORDER BY seq DESC
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] WHERE flow_name = ? AND entity = ? AND event_type IN ('complete', 'fail', 'skip') ORDER BY seq DESC
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] WHERE flow_name = ? AND event_type IN ('complete', 'fail', 'skip') ORDER BY seq DESC
SELECT TOP (?) id, timestamp, flow_name, entity, event_type, row_count, duration, watermark, metadata, run_id, coordinator_run_id FROM [x].[x] WHERE flow_name = ? ORDER BY seq DESC
SELECT TOP (?) record FROM [x].[x] ORDER BY seq DESC
SELECT TOP (?) record FROM [x].[x] WHERE (run_id = ? OR coordinator_run_id = ?) ORDER BY seq DESC
SELECT TOP (?) record FROM [x].[x] WHERE flow = ? AND entity = ? AND state IN ('open', 'decided', 'committed', 'blocked') ORDER BY seq
SELECT TOP (?) record FROM [x].[x] WHERE flow = ? ORDER BY seq DESC
SELECT TOP (?) record FROM [x].[x] WHERE state = ? ORDER BY seq DESC

-- journal.get_watermark
-- https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql
SELECT watermark FROM [x].[x] WHERE flow_name = ? AND entity = ?

-- journal.drop_watermark
-- https://learn.microsoft.com/sql/t-sql/statements/delete-transact-sql
DELETE FROM [x].[x] WHERE flow_name = ? AND entity = ?

-- journal.put_watermark
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (flow_name, entity, watermark, run_id, updated) VALUES (?, ?, ?, ?, SYSUTCDATETIME())

-- journal.state
-- https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
SELECT state FROM [x].[x] WITH (UPDLOCK, HOLDLOCK) WHERE run_id = ?

-- journal.put_run
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (run_id, flow, entity, state, epoch, coordinator_run_id, started, updated, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- journal.set_run
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET state = ?, epoch = ?, updated = ?, record = ? WHERE run_id = ?

-- journal.forget_runs
-- https://learn.microsoft.com/sql/t-sql/statements/delete-transact-sql
DELETE FROM [x].[x] WHERE updated < ? AND state NOT IN ('open', 'decided', 'committed', 'blocked') AND seq NOT IN (SELECT MAX(seq) FROM [x].[x] WHERE state NOT IN ('open', 'decided', 'committed', 'blocked') GROUP BY flow, entity)

-- journal.forget_events
-- https://learn.microsoft.com/sql/t-sql/statements/delete-transact-sql
DELETE FROM [x].[x] WHERE timestamp < ? AND (run_id IS NULL OR run_id NOT IN (SELECT run_id FROM [x].[x])) AND seq NOT IN (SELECT MAX(seq) FROM [x].[x] WHERE event_type IN ('complete', 'fail', 'skip') GROUP BY flow_name, entity, event_type)

-- journal.lease
-- https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
SELECT epoch, owner, session_lock, CAST(CASE WHEN expires < SYSUTCDATETIME() THEN 1 ELSE 0 END AS type) FROM [x].[x] WITH (UPDLOCK, HOLDLOCK) WHERE flow = ? AND entity = ?

-- journal.first_lease
-- https://learn.microsoft.com/sql/t-sql/functions/dateadd-transact-sql
INSERT INTO [x].[x] (flow, entity, epoch, owner, session_lock, expires) VALUES (?, ?, ?, ?, ?, DATEADD(millisecond, ?, SYSUTCDATETIME()))

-- journal.take_lease
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET epoch = ?, owner = ?, session_lock = ?, expires = DATEADD(millisecond, ?, SYSUTCDATETIME()) WHERE flow = ? AND entity = ?

-- journal.renew_lease
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET session_lock = ?, expires = DATEADD(millisecond, ?, SYSUTCDATETIME()) WHERE flow = ? AND entity = ? AND epoch = ?

-- journal.give_lease
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET owner = NULL, session_lock = 0 WHERE flow = ? AND entity = ? AND epoch = ?

-- journal.counters
-- https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql
SELECT committed, published FROM [x].[x]

-- journal.first_counters
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (only_one, committed, published) VALUES (1, 0, 0)

-- journal.committed
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET committed = committed + 1

-- journal.published
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE [x].[x] SET published = ? WHERE published < ?

-- loading.create_table
-- https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql
CREATE TABLE [x].[x] (...)

-- loading.create_columnstore
-- https://learn.microsoft.com/sql/t-sql/statements/create-columnstore-index-transact-sql
CREATE CLUSTERED COLUMNSTORE INDEX [x] ON [x].[x]

-- loading.drop_table
-- https://learn.microsoft.com/sql/t-sql/statements/drop-table-transact-sql
DROP TABLE IF EXISTS [x].[x]

-- loading.count
-- https://learn.microsoft.com/sql/t-sql/functions/count-big-transact-sql
SELECT COUNT_BIG(*) FROM [x].[x]

-- loading.twins
-- https://learn.microsoft.com/sql/t-sql/queries/select-group-by-transact-sql
SELECT TOP (1) [x], COUNT_BIG(*) FROM [x].[x] GROUP BY [x] HAVING COUNT_BIG(*) > 1

-- loading.keyless
-- https://learn.microsoft.com/sql/t-sql/queries/is-null-transact-sql
SELECT COUNT_BIG(*) FROM [x].[x] WHERE [x] IS NULL

-- loading.long_keys
-- https://learn.microsoft.com/sql/t-sql/functions/datalength-transact-sql
SELECT COUNT_BIG(*) FROM [x].[x] WHERE DATALENGTH([x]) + DATALENGTH([x]) > ?

-- publishing.insert
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] ([x]) SELECT [x] FROM [x].[x]
INSERT INTO [x].[x] WITH (TABLOCK) ([x]) SELECT [x] FROM [x].[x]

-- publishing.update
-- https://learn.microsoft.com/sql/t-sql/queries/update-transact-sql
UPDATE t SET [x] = s.[x] FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) INNER JOIN [x].[x] AS s ON t.[x] = CAST(s.[x] AS type)
UPDATE t SET [x] = s.[x] FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) INNER JOIN [x].[x] AS s ON t.[x] = CAST(s.[x] AS type) AND s.[x] <> 2 AND NOT EXISTS (SELECT 1 FROM [x].[x] AS later WHERE later.[x] = s.[x] AND later.[x] <> 0 AND later.[x] > s.[x]) AND s.[x] <> 0

-- publishing.insert_new
-- https://learn.microsoft.com/sql/t-sql/language-elements/exists-transact-sql
INSERT INTO [x].[x] ([x]) SELECT s.[x] FROM [x].[x] AS s WHERE (NOT EXISTS (SELECT 1 FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[x] = CAST(s.[x] AS type)))
INSERT INTO [x].[x] ([x]) SELECT s.[x] FROM [x].[x] AS s WHERE (s.[x] = 0 OR NOT EXISTS (SELECT 1 FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[x] = CAST(s.[x] AS type))) AND s.[x] <> 2 AND NOT EXISTS (SELECT 1 FROM [x].[x] AS later WHERE later.[x] = s.[x] AND later.[x] <> 0 AND later.[x] > s.[x])

-- publishing.last
-- https://learn.microsoft.com/sql/t-sql/language-elements/exists-transact-sql
INSERT INTO [x].[x] ([x]) SELECT s.[x] FROM [x].[x] AS s WHERE (s.[x] = 0 OR NOT EXISTS (SELECT 1 FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) WHERE t.[x] = CAST(s.[x] AS type))) AND s.[x] <> 2 AND NOT EXISTS (SELECT 1 FROM [x].[x] AS later WHERE later.[x] = s.[x] AND later.[x] <> 0 AND later.[x] > s.[x])
UPDATE t SET [x] = s.[x] FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) INNER JOIN [x].[x] AS s ON t.[x] = CAST(s.[x] AS type) AND s.[x] <> 2 AND NOT EXISTS (SELECT 1 FROM [x].[x] AS later WHERE later.[x] = s.[x] AND later.[x] <> 0 AND later.[x] > s.[x]) AND s.[x] <> 0

-- publishing.delete_marked
-- https://learn.microsoft.com/sql/t-sql/statements/delete-transact-sql
DELETE t FROM [x].[x] AS t WITH (UPDLOCK, HOLDLOCK) INNER JOIN [x].[x] AS s ON t.[x] = CAST(s.[x] AS type) WHERE s.[x] = 2

-- publishing.truncate
-- https://learn.microsoft.com/sql/t-sql/statements/truncate-table-transact-sql
TRUNCATE TABLE [x].[x]

-- publishing.delete_all
-- https://learn.microsoft.com/sql/t-sql/statements/delete-transact-sql
DELETE FROM [x].[x]

-- publishing.switch
-- https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
ALTER TABLE [x].[x] SWITCH TO [x].[x]

-- publishing.rename
-- https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-rename-transact-sql
EXEC sp_rename N'x', N'x'

-- publishing.add_column
-- https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
ALTER TABLE [x].[x] ADD [x] type

-- publishing.alter_column
-- https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql
ALTER TABLE [x].[x] ALTER COLUMN [x] type

-- publishing.changed
-- https://learn.microsoft.com/sql/t-sql/functions/cast-and-convert-transact-sql
SELECT COUNT_BIG(*) FROM [x].[x] WHERE [x] <> CAST(CAST([x] AS type) AS type)
SELECT COUNT_BIG(*) FROM [x].[x] WHERE [x] COLLATE Latin1_General_BIN2 <> CAST(CAST([x] AS type) AS type) COLLATE Latin1_General_BIN2
SELECT COUNT_BIG(*) FROM [x].[x] WHERE [x] COLLATE Latin1_General_BIN2 <> CAST(CAST([x] AS type) AS type) COLLATE Latin1_General_BIN2 OR DATALENGTH([x]) <> DATALENGTH(CAST(CAST([x] AS type) AS type))
SELECT COUNT_BIG(*) FROM [x].[x] WHERE UPPER([x]) COLLATE Latin1_General_BIN2 <> CAST(CAST([x] AS type) AS type) COLLATE Latin1_General_BIN2

-- publishing.constraints
-- https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-objects-transact-sql
SELECT COUNT(*) FROM sys.objects WHERE parent_object_id = OBJECT_ID(?) AND type IN ('C', 'F', 'TA', 'TR', 'UQ')

-- publishing.add_key
-- https://learn.microsoft.com/sql/t-sql/statements/alter-table-table-constraint-transact-sql
ALTER TABLE [x].[x] ADD PRIMARY KEY CLUSTERED ([x])
ALTER TABLE [x].[x] ADD PRIMARY KEY NONCLUSTERED ([x])

-- publishing.mark_of
-- https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
SELECT row_count FROM [x].[x] WITH (FORCESEEK) WHERE run_id = ?

-- publishing.newest_mark
-- https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
SELECT TOP (1) run_id FROM [x].[x] WITH (READCOMMITTEDLOCK, READPAST) WHERE flow = ? AND entity = ? ORDER BY seq DESC

-- publishing.put_mark
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (run_id, flow, entity, epoch, row_count, published) VALUES (?, ?, ?, ?, ?, SYSUTCDATETIME())

-- publishing.thin_marks
-- https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
DELETE FROM [x].[x] WITH (ROWLOCK, READCOMMITTEDLOCK, READPAST) WHERE flow = ? AND entity = ? AND seq NOT IN (SELECT TOP (8) seq FROM [x].[x] WITH (READCOMMITTEDLOCK, READPAST) WHERE flow = ? AND entity = ? ORDER BY seq DESC)

-- publishing.run_put
-- https://learn.microsoft.com/sql/t-sql/statements/insert-transact-sql
INSERT INTO [x].[x] (run_id, flow, entity, record) VALUES (?, ?, ?, ?)

-- publishing.run_drop
-- https://learn.microsoft.com/sql/t-sql/statements/delete-transact-sql
DELETE FROM [x].[x] WHERE run_id = ?

-- publishing.runs_open
-- https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql
SELECT record FROM [x].[x] WHERE flow = ? AND entity = ? ORDER BY seq

-- reading.select
-- https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql
SELECT ... FROM (query) AS [x]
SELECT ... FROM [x].[x]
SELECT ... FROM [x].[x] WHERE ...
SELECT TOP (1) ... FROM [x].[x]
SELECT TOP (1) ... FROM [x].[x] WHERE ...

-- reading.declare
-- https://learn.microsoft.com/sql/t-sql/language-elements/declare-local-variable-transact-sql
DECLARE @x type = ?;

-- reading.rowversions
-- https://learn.microsoft.com/sql/t-sql/functions/min-active-rowversion-transact-sql
SELECT CAST(MIN_ACTIVE_ROWVERSION() AS type), CAST(@@DBTS AS type)

-- reading.hold_table
-- https://learn.microsoft.com/sql/t-sql/queries/hints-transact-sql-table
SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM [x].[x] WITH (TABLOCK, HOLDLOCK)) AS held

-- reading.touch
-- https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
SELECT COUNT(*) FROM (SELECT TOP (1) 1 AS one FROM [x].[x]) AS touched

-- reading.change_version
-- https://learn.microsoft.com/sql/relational-databases/system-functions/change-tracking-current-version-transact-sql
SELECT CHANGE_TRACKING_CURRENT_VERSION(), CHANGE_TRACKING_MIN_VALID_VERSION(OBJECT_ID(?))

-- reading.changes
-- https://learn.microsoft.com/sql/relational-databases/system-functions/changetable-transact-sql
SELECT ... FROM CHANGETABLE(CHANGES [x].[x], 0) AS c LEFT OUTER JOIN [x].[x] AS t ON t.[x] = c.[x] WHERE c.SYS_CHANGE_VERSION <= 0

-- session.set_up
-- https://learn.microsoft.com/sql/t-sql/statements/set-statements-transact-sql
SET LANGUAGE us_english; SET XACT_ABORT ON; SET NOCOUNT OFF; SET LOCK_TIMEOUT 0; SET CONTEXT_INFO 0x

-- session.alive
-- https://learn.microsoft.com/sql/t-sql/queries/select-transact-sql
SELECT 1

-- session.who
-- https://learn.microsoft.com/sql/t-sql/functions/serverproperty-transact-sql
SELECT CAST(SERVERPROPERTY('ProductVersion') AS type), CAST(SERVERPROPERTY('EngineEdition') AS type), DB_NAME(), ORIGINAL_LOGIN()

-- session.may
-- https://learn.microsoft.com/sql/t-sql/functions/has-perms-by-name-transact-sql
SELECT HAS_PERMS_BY_NAME(?, ?, ?)

-- session.snapshot_state
-- https://learn.microsoft.com/sql/t-sql/functions/db-id-transact-sql
SELECT CAST(snapshot_isolation_state AS type) FROM sys.databases WHERE name = DB_NAME()

-- session.snapshot
-- https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
SET TRANSACTION ISOLATION LEVEL SNAPSHOT

-- session.read_committed
-- https://learn.microsoft.com/sql/t-sql/statements/set-transaction-isolation-level-transact-sql
SET TRANSACTION ISOLATION LEVEL READ COMMITTED

-- session.begin
-- https://learn.microsoft.com/sql/t-sql/language-elements/begin-transaction-transact-sql
BEGIN TRANSACTION

-- session.commit
-- https://learn.microsoft.com/sql/t-sql/language-elements/commit-transaction-transact-sql
COMMIT TRANSACTION

-- session.rollback
-- https://learn.microsoft.com/sql/t-sql/language-elements/rollback-transaction-transact-sql
IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION

-- session.applock
-- https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
DECLARE @got int; EXEC @got = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockOwner = 'Transaction', @LockTimeout = ?; SELECT @got

-- session.hold
-- https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-getapplock-transact-sql
DECLARE @got int; EXEC @got = sp_getapplock @Resource = ?, @LockMode = 'Exclusive', @LockOwner = 'Session', @LockTimeout = 0; SELECT @got

-- session.let_go
-- https://learn.microsoft.com/sql/relational-databases/system-stored-procedures/sp-releaseapplock-transact-sql
EXEC sp_releaseapplock @Resource = ?, @LockOwner = 'Session'

-- of a SELECT, for each column
-- https://learn.microsoft.com/sql/t-sql/queries/select-clause-transact-sql
4 AS [x]
CASE WHEN t.[x] IS NULL THEN 2 ELSE 4 END AS [x]
CAST(MAX([x]) AS type) AS [x]
CAST([x] AS type) AS [x]
CAST(c.[x] AS type) AS [x]
CAST(t.[x] AS type) AS [x]
CONVERT(type, MAX([x]), 126) AS [x]
CASE CAST(SQL_VARIANT_PROPERTY([x], 'BaseType') AS type) WHEN 'float' THEN CONVERT(type, CAST([x] AS type), 3) WHEN 'real' THEN CONVERT(type, CAST([x] AS type), 3) WHEN 'money' THEN CONVERT(type, CAST([x] AS type), 2) WHEN 'smallmoney' THEN CONVERT(type, CAST([x] AS type), 2) WHEN 'datetime' THEN CONVERT(type, CAST([x] AS type), 121) WHEN 'smalldatetime' THEN CONVERT(type, CAST([x] AS type), 121) WHEN 'binary' THEN CONVERT(type, CAST([x] AS type), 1) WHEN 'varbinary' THEN CONVERT(type, CAST([x] AS type), 1) WHEN 'char' THEN CASE WHEN DATALENGTH([x]) > 4000 THEN CONVERT(type, CAST([x] AS type)) ELSE CAST([x] AS type) END WHEN 'varchar' THEN CASE WHEN DATALENGTH([x]) > 4000 THEN CONVERT(type, CAST([x] AS type)) ELSE CAST([x] AS type) END ELSE CAST([x] AS type) END AS [x]
CONVERT(type, [x], 1) AS [x]
CONVERT(type, [x], 2) AS [x]
CONVERT(type, [x], 3) AS [x]
CONVERT(type, [x], 126) AS [x]
CONVERT(type, c.[x], 126) AS [x]
CONVERT(type, t.[x], 126) AS [x]
DATEPART(nanosecond, MAX([x])) % 1000 AS [x]
DATEPART(nanosecond, [x]) % 1000 AS [x]
DATEPART(nanosecond, c.[x]) % 1000 AS [x]
DATEPART(nanosecond, t.[x]) % 1000 AS [x]
MAX(CAST([x] AS type) COLLATE Latin1_General_BIN2) AS [x]
MAX([x] COLLATE Latin1_General_BIN2) AS [x]
MAX([x])
MAX([x]) AS [x]
MIN([x])
RTRIM(MAX([x] COLLATE Latin1_General_BIN2)) AS [x]
RTRIM([x]) AS [x]
RTRIM(c.[x]) AS [x]
RTRIM(t.[x]) AS [x]
[x] AS [x]
[x].AsBinaryZM() AS [x]
[x].ToString() AS [x]
c.[x] AS [x]
t.[x] AS [x]
t.[x].AsBinaryZM() AS [x]
t.[x].ToString() AS [x]

-- of a SELECT, for each condition
-- https://learn.microsoft.com/sql/t-sql/queries/where-transact-sql
1 = 0
CAST([x] AS type) COLLATE Latin1_General_BIN2 <= CAST(? AS type)
CAST([x] AS type) COLLATE Latin1_General_BIN2 >= CAST(? AS type)
[x] < CAST(? AS type)
[x] <= CAST(? AS type)
[x] <= CONVERT(type, ?, 1)
[x] > CAST(? AS type)
[x] > CONVERT(type, ?, 1)
[x] >= CAST(? AS type)
[x] >= CONVERT(type, ?, 1)
[x] COLLATE Latin1_General_BIN2 <= CAST(? AS type)
[x] COLLATE Latin1_General_BIN2 >= CAST(? AS type)
[x] IS NULL

-- of a CREATE TABLE, for each column
-- https://learn.microsoft.com/sql/t-sql/statements/create-table-transact-sql
PRIMARY KEY ([x])
[x] type
[x] type IDENTITY(1, 1) NOT NULL PRIMARY KEY
[x] type PRIMARY KEY
[x] type UNIQUE

-- of the tests: a query that can only be sent as it is
-- https://learn.microsoft.com/sql/t-sql/queries/with-common-table-expression-transact-sql
WITH some AS (SELECT [x] FROM dbo.orders WHERE [x] < 3) SELECT [x] FROM some
SELECT [x] FROM dbo.orders OPTION (MAXDOP 1)
SELECT [x] FROM dbo.orders ORDER BY COALESCE([x], 1)
WITH some AS (SELECT [x] FROM dbo.orders) SELECT [x] FROM some
