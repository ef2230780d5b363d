"""The journal's tables, and the way from each older version of them to this one.

Texts are compared by their code points, and times are ISO text of one width in UTC, which sorts
like the time; what the server's own clock decides (leases) is ``datetime2``. A migration is a tuple
of statements; all that are due run in one transaction. A published migration is never edited: what
changes is a new one at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from hygge_core.errors import JournalError
from hygge_mssql import catalogue
from hygge_mssql.created import column_sql
from hygge_mssql.names import Name, names_sql, quoted, text_sql
from hygge_mssql.server.session import Session
from hygge_mssql.statements import journal as say
from hygge_mssql.statements import loading
from hygge_mssql.store.loads import SEQUENCE, take_turn, word

#: ISO text with microseconds and offset.
_STAMP = 32


@frozen
class Places:
    """The journal's tables, quoted, for the statements."""

    schema: str

    def __getitem__(self, table: str) -> str:
        return self.name(table).sql

    def name(self, table: str) -> Name:
        return Name(self.schema, table)


def _long(name: str, *, nullable: bool = False) -> str:
    return column_sql(name, "nvarchar(max)", nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> str:
    return column_sql(name, "bigint", nullable=nullable)


_TABLES: dict[str, tuple[str, ...]] = {
    "flow_events": (
        SEQUENCE,
        f"{word('id', 64)} UNIQUE",
        word("timestamp", _STAMP),
        word("flow_name", 256),
        word("entity", 256, nullable=True),
        word("event_type", 16),
        _number("row_count", nullable=True),
        column_sql("duration", "float(53)"),
        _long("watermark", nullable=True),
        _long("metadata"),
        word("run_id", 64, nullable=True),
        word("coordinator_run_id", 64, nullable=True),
        _number("schema_version"),
    ),
    "flow_watermarks": (
        word("flow_name", 256),
        word("entity", 256),
        _long("watermark"),
        word("run_id", 64, nullable=True),
        column_sql("updated", "datetime2(7)", nullable=False),
        "PRIMARY KEY ([flow_name], [entity])",
    ),
    "runs": (
        SEQUENCE,
        f"{word('run_id', 64)} UNIQUE",
        word("flow", 256),
        word("entity", 256),
        word("state", 16),
        _number("epoch"),
        word("coordinator_run_id", 64),
        word("started", _STAMP),
        word("updated", _STAMP),
        _long("record"),
    ),
    "leases": (
        word("flow", 256),
        word("entity", 256),
        _number("epoch"),
        _long("owner", nullable=True),
        column_sql("session_lock", "int", nullable=False),
        column_sql("expires", "datetime2(7)", nullable=False),
        "PRIMARY KEY ([flow], [entity])",
    ),
    "mirror": (
        f"{column_sql('only_one', 'int', nullable=False)} PRIMARY KEY",
        _number("committed"),
        _number("published"),
    ),
}
_INDEXES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("flow_events_by_entity", "flow_events", ("flow_name", "entity", "event_type", "seq")),
    ("flow_events_by_run", "flow_events", ("run_id", "seq")),
    ("flow_events_by_coordinator", "flow_events", ("coordinator_run_id", "seq")),
    ("runs_by_entity", "runs", ("flow", "entity", "state", "seq")),
    ("runs_by_coordinator", "runs", ("coordinator_run_id", "seq")),
)

Migration = Callable[[Places], Sequence[str]]


def _first(places: Places) -> Sequence[str]:
    tables = [
        loading.CREATE_TABLE.with_(table=places[table], columns=", ".join(columns))
        for table, columns in _TABLES.items()
    ]
    indexes = [
        say.CREATE_INDEX.with_(index=quoted(name), table=places[table], columns=names_sql(columns))
        for name, table, columns in _INDEXES
    ]
    return [*tables, *indexes, say.FIRST_COUNTERS.with_(mirror=places["mirror"])]


#: ``MIGRATIONS[n]`` leads from version n to n + 1; version 0 is no journal yet.
MIGRATIONS: tuple[Migration, ...] = (_first,)


def migrate(session: Session, places: Places, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the journal to the newest version. Raises ``JournalError`` for one of a newer hygge."""
    if _version(session, places, len(migrations)) == len(migrations):
        return
    with session.transaction():
        take_turn(session, f"make the journal {places.schema}")
        # Another process may have done it since.
        version = _version(session, places, len(migrations))
        if version == 0:
            _begin(session, places)
        for migration in migrations[version:]:
            for statement in migration(places):
                session.execute(statement)
        raised = say.RAISE_VERSION.with_(versions=places["journal_version"])
        session.execute(raised, len(migrations))


def _begin(session: Session, places: Places) -> None:
    create = f"CREATE SCHEMA {quoted(places.schema)}"
    session.execute(say.MAKE_SCHEMA.with_(name=text_sql(places.schema), create=text_sql(create)))
    versions = places["journal_version"]
    column = column_sql("version", "int", nullable=False)
    session.execute(loading.CREATE_TABLE.with_(table=versions, columns=column))
    session.execute(say.PUT_VERSION.with_(versions=versions), 0)


def _version(session: Session, places: Places, newest: int) -> int:
    if not catalogue.is_table(session, places.name("journal_version")):
        return 0
    found = session.value(say.VERSION.with_(versions=places["journal_version"]))
    version = int(found or 0)
    if version > newest:
        raise JournalError(
            f"the journal {places.schema} in {session.place} is of version {version}; this hygge"
            f" knows up to {newest}",
            hint="nothing in it was changed; upgrade with `pip install -U hygge-mssql`",
        )
    return version
