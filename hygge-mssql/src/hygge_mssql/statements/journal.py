"""The journal's statements: each verb is one transaction of a few of them."""

from __future__ import annotations

from hygge_mssql.statements.statement import statement

_SELECT = "t-sql/queries/select-transact-sql"
_INSERT = "t-sql/statements/insert-transact-sql"
_UPDATE = "t-sql/queries/update-transact-sql"
_DELETE = "t-sql/statements/delete-transact-sql"

MAKE_SCHEMA = statement(
    "journal.make_schema",
    "IF SCHEMA_ID({name}) IS NULL EXEC({create})",
    source="t-sql/statements/create-schema-transact-sql",
    does="makes the schema of the journal where it is missing",
)
CREATE_INDEX = statement(
    "journal.create_index",
    "CREATE INDEX {index} ON {table} ({columns})",
    source="t-sql/statements/create-index-transact-sql",
    does="makes what a verb looks up fast",
)
VERSION = statement(
    "journal.version",
    "SELECT version FROM {versions}",
    source=_SELECT,
    does="tells the version of the journal's tables",
)
PUT_VERSION = statement(
    "journal.put_version",
    "INSERT INTO {versions} (version) VALUES (?)",
    source=_INSERT,
    does="says the version of the journal's tables",
)
RAISE_VERSION = statement(
    "journal.raise_version",
    "UPDATE {versions} SET version = ?",
    source=_UPDATE,
    does="says the version that a migration led to",
)
PUT_EVENT = statement(
    "journal.put_event",
    """INSERT INTO {events} (id, timestamp, flow_name, entity, event_type, row_count, duration,
                             watermark, metadata, run_id, coordinator_run_id, schema_version)
       SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM {events} WHERE id = ?)""",
    source=_INSERT,
    does="appends an event; one that is there (a lost answer) is not appended again",
)
LOOK_BACK = statement(
    "journal.look_back",
    "SELECT TOP (?) {columns} FROM {table}{where} ORDER BY {order}",
    source="t-sql/queries/top-transact-sql",
    does="looks events, runs or watermarks up, a number of them in their order",
)
GET_WATERMARK = statement(
    "journal.get_watermark",
    "SELECT watermark FROM {watermarks} WHERE flow_name = ? AND entity = ?",
    source=_SELECT,
    does="looks one watermark up",
)
DROP_WATERMARK = statement(
    "journal.drop_watermark",
    "DELETE FROM {watermarks} WHERE flow_name = ? AND entity = ?",
    source=_DELETE,
    does="forgets a watermark",
)
PUT_WATERMARK = statement(
    "journal.put_watermark",
    """INSERT INTO {watermarks} (flow_name, entity, watermark, run_id, updated)
       VALUES (?, ?, ?, ?, SYSUTCDATETIME())""",
    source=_INSERT,
    does="sets a watermark",
)
STATE = statement(
    "journal.state",
    "SELECT state FROM {runs} WITH (UPDLOCK, HOLDLOCK) WHERE run_id = ?",
    source="t-sql/queries/hints-transact-sql-table",
    does="looks a run's state up, and keeps others from changing it meanwhile",
)
PUT_RUN = statement(
    "journal.put_run",
    """INSERT INTO {runs} (run_id, flow, entity, state, epoch, coordinator_run_id, started,
                           updated, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
    source=_INSERT,
    does="records a new run",
)
SET_RUN = statement(
    "journal.set_run",
    "UPDATE {runs} SET state = ?, epoch = ?, updated = ?, record = ? WHERE run_id = ?",
    source=_UPDATE,
    does="records a run's new state",
)
FORGET_RUNS = statement(
    "journal.forget_runs",
    """DELETE FROM {runs} WHERE updated < ?
       AND state NOT IN ('open', 'decided', 'committed', 'blocked')
       AND seq NOT IN (SELECT MAX(seq) FROM {runs}
                       WHERE state NOT IN ('open', 'decided', 'committed', 'blocked')
                       GROUP BY flow, entity)""",
    source=_DELETE,
    does="forgets old finished runs, but for each entity's last",
)
FORGET_EVENTS = statement(
    "journal.forget_events",
    """DELETE FROM {events} WHERE timestamp < ?
       AND (run_id IS NULL OR run_id NOT IN (SELECT run_id FROM {runs}))
       AND seq NOT IN (SELECT MAX(seq) FROM {events}
                       WHERE event_type IN ('complete', 'fail', 'skip')
                       GROUP BY flow_name, entity, event_type)""",
    source=_DELETE,
    does="forgets old events, but for those of kept runs, and the last of each way to end",
)
LEASE = statement(
    "journal.lease",
    """SELECT epoch, owner, session_lock, CAST(CASE WHEN expires < SYSUTCDATETIME() THEN 1 ELSE 0
              END AS int) FROM {leases} WITH (UPDLOCK, HOLDLOCK) WHERE flow = ? AND entity = ?""",
    source="t-sql/queries/hints-transact-sql-table",
    does="looks a lease up by the server's clock, and keeps others from taking it meanwhile",
)
FIRST_LEASE = statement(
    "journal.first_lease",
    """INSERT INTO {leases} (flow, entity, epoch, owner, session_lock, expires)
       VALUES (?, ?, ?, ?, ?, DATEADD(millisecond, ?, SYSUTCDATETIME()))""",
    source="t-sql/functions/dateadd-transact-sql",
    does="takes a lease for the first time",
)
TAKE_LEASE = statement(
    "journal.take_lease",
    """UPDATE {leases} SET epoch = ?, owner = ?, session_lock = ?,
              expires = DATEADD(millisecond, ?, SYSUTCDATETIME()) WHERE flow = ? AND entity = ?""",
    source=_UPDATE,
    does="takes a lease, with the next epoch",
)
RENEW_LEASE = statement(
    "journal.renew_lease",
    """UPDATE {leases} SET session_lock = ?, expires = DATEADD(millisecond, ?, SYSUTCDATETIME())
       WHERE flow = ? AND entity = ? AND epoch = ?""",
    source=_UPDATE,
    does="extends a lease",
)
GIVE_LEASE = statement(
    "journal.give_lease",
    """UPDATE {leases} SET owner = NULL, session_lock = 0
       WHERE flow = ? AND entity = ? AND epoch = ?""",
    source=_UPDATE,
    does="gives a lease back, and keeps its epoch",
)
COUNTERS = statement(
    "journal.counters",
    "SELECT committed, published FROM {mirror}",
    source=_SELECT,
    does="tells whether the mirrored copy is behind",
)
FIRST_COUNTERS = statement(
    "journal.first_counters",
    "INSERT INTO {mirror} (only_one, committed, published) VALUES (1, 0, 0)",
    source=_INSERT,
    does="begins to count for a mirrored copy",
)
COMMITTED = statement(
    "journal.committed",
    "UPDATE {mirror} SET committed = committed + 1",
    source=_UPDATE,
    does="counts a commit for the mirrored copy",
)
PUBLISHED = statement(
    "journal.published",
    "UPDATE {mirror} SET published = ? WHERE published < ?",
    source=_UPDATE,
    does="says how far the mirrored copy is",
)
