"""What a session says first, how it proves that it lives, and how it begins and ends its work."""

from __future__ import annotations

from hygge_mssql.statements.statement import statement

SET_UP = statement(
    "session.set_up",
    "SET LANGUAGE us_english; SET XACT_ABORT ON; SET NOCOUNT OFF;"
    " SET LOCK_TIMEOUT {milliseconds}; SET CONTEXT_INFO {application}",
    source="t-sql/statements/set-statements-transact-sql",
    does="messages in English, errors that undo everything, rows counted whatever the server's user"
    " options are, no endless wait, and who we are",
)
ALIVE = statement(
    "session.alive",
    "SELECT 1",
    source="t-sql/queries/select-transact-sql",
    does="finds out whether a connection that waited still lives",
)
WHO = statement(
    "session.who",
    """SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)),
              CAST(SERVERPROPERTY('EngineEdition') AS int), DB_NAME(), ORIGINAL_LOGIN()""",
    source="t-sql/functions/serverproperty-transact-sql",
    does="tells the server's version, the database and the login, for `hygge check`",
)
MAY = statement(
    "session.may",
    "SELECT HAS_PERMS_BY_NAME(?, ?, ?)",
    source="t-sql/functions/has-perms-by-name-transact-sql",
    does="tells whether this login has a permission on something",
)
# By its name: on Azure SQL Database, DB_ID() is not the number that sys.databases has.
SNAPSHOT_STATE = statement(
    "session.snapshot_state",
    "SELECT CAST(snapshot_isolation_state AS int) FROM sys.databases WHERE name = DB_NAME()",
    source="t-sql/functions/db-id-transact-sql",
    does="tells whether the database allows snapshot isolation",
)
SNAPSHOT = statement(
    "session.snapshot",
    "SET TRANSACTION ISOLATION LEVEL SNAPSHOT",
    source="t-sql/statements/set-transaction-isolation-level-transact-sql",
    does="lets a reading see one moment of the database",
)
READ_COMMITTED = statement(
    "session.read_committed",
    "SET TRANSACTION ISOLATION LEVEL READ COMMITTED",
    source="t-sql/statements/set-transaction-isolation-level-transact-sql",
    does="gives a session back as it was",
)
BEGIN = statement(
    "session.begin",
    "BEGIN TRANSACTION",
    source="t-sql/language-elements/begin-transaction-transact-sql",
    does="begins",
)
COMMIT = statement(
    "session.commit",
    "COMMIT TRANSACTION",
    source="t-sql/language-elements/commit-transaction-transact-sql",
    does="makes it durable",
)
ROLLBACK = statement(
    "session.rollback",
    "IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION",
    source="t-sql/language-elements/rollback-transaction-transact-sql",
    does="undoes what an error has not undone already",
)
APPLOCK = statement(
    "session.applock",
    """DECLARE @got int; EXEC @got = sp_getapplock @Resource = ?, @LockMode = 'Exclusive',
       @LockOwner = 'Transaction', @LockTimeout = ?; SELECT @got""",
    source="relational-databases/system-stored-procedures/sp-getapplock-transact-sql",
    does="shuts out other loads of one table until the transaction is over",
)
HOLD = statement(
    "session.hold",
    """DECLARE @got int; EXEC @got = sp_getapplock @Resource = ?, @LockMode = 'Exclusive',
       @LockOwner = 'Session', @LockTimeout = 0; SELECT @got""",
    source="relational-databases/system-stored-procedures/sp-getapplock-transact-sql",
    does="takes a lock that lives as long as this session: the proof that its owner lives",
)
LET_GO = statement(
    "session.let_go",
    "EXEC sp_releaseapplock @Resource = ?, @LockOwner = 'Session'",
    source="relational-databases/system-stored-procedures/sp-releaseapplock-transact-sql",
    does="gives such a lock back",
)
