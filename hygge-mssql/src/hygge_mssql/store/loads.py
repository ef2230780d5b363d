"""One row per published load: the proof that it was, and which load came before it."""

from __future__ import annotations

from hygge_core.errors import StoreError
from hygge_core.records import LoadRef, Manifest
from hygge_mssql import catalogue
from hygge_mssql.created import column_sql
from hygge_mssql.names import LOADS, RUNS, Name
from hygge_mssql.server.session import Session
from hygge_mssql.statements import loading, publishing
from hygge_mssql.statements import session as say

#: By code points: two names that differ in a letter's case are two names.
EXACT = "Latin1_General_BIN2"
SEQUENCE = "[seq] bigint IDENTITY(1, 1) NOT NULL PRIMARY KEY"


def word(name: str, size: int, *, nullable: bool = False) -> str:
    """A column of short exact text."""
    return column_sql(name, f"nvarchar({size})", nullable=nullable, collation=EXACT)


_WHOSE = (SEQUENCE, f"{word('run_id', 64)} UNIQUE", word("flow", 256), word("entity", 256))
_LOAD_COLUMNS = (
    *_WHOSE,
    column_sql("epoch", "bigint", nullable=False),
    column_sql("row_count", "bigint", nullable=False),
    column_sql("published", "datetime2(7)", nullable=False),
)
_RUN_COLUMNS = (*_WHOSE, column_sql("record", "nvarchar(max)", nullable=False))


def prepare(session: Session, schema: str) -> None:
    """Make hygge's own tables where they are not yet."""
    for table, columns in ((LOADS, _LOAD_COLUMNS), (RUNS, _RUN_COLUMNS)):
        name = Name(schema, table)
        if not catalogue.is_table(session, name):
            _make(session, name, columns)


def _make(session: Session, name: Name, columns: tuple[str, ...]) -> None:
    with session.transaction():
        take_turn(session, f"make {name}")
        if not catalogue.is_table(session, name):  # another process may have been faster
            made = loading.CREATE_TABLE.with_(table=name.sql, columns=", ".join(columns))
            session.execute(made)


def take_turn(session: Session, what: str) -> None:
    """Shut out everybody else who does the same, until the transaction is over."""
    milliseconds = round(session.lock_seconds * 1000)
    got = session.value(say.APPLOCK.sql, f"hygge: {what}"[:255], milliseconds)
    if got is None or int(got) < 0:
        raise session.raising(
            f"somebody else is busy with it in {session.place}: {what}",
            hint="run again when they are through, or raise lock_seconds",
            transient=True,
        )


def rows_of(session: Session, schema: str, run_id: str) -> int | None:
    """How many rows a load published; ``None``: it did not."""
    table = Name(schema, LOADS)
    if not catalogue.is_table(session, table):
        return None
    found = session.value(publishing.MARK_OF.with_(loads=table.sql), run_id)
    return None if found is None else int(found)


def newest(session: Session, schema: str, ref: LoadRef) -> str:
    """The run id of the newest load of this flow and entity; empty: there was none."""
    sql = publishing.NEWEST_MARK.with_(loads=Name(schema, LOADS).sql)
    return str(session.value(sql, ref.flow, ref.entity) or "")


def put(session: Session, schema: str, manifest: Manifest) -> None:
    """Mark the load, if nobody else has published since its SEAL. Raises ``StoreError``.

    Epochs are kept for people only: they start again with a new journal.
    """
    ref = manifest.ref
    latest = newest(session, schema, ref)
    if latest != manifest.extra["after"]:
        raise StoreError(
            f"run {ref.run_id} of {ref.flow}.{ref.entity} is too late: run {latest or 'nothing'}"
            " is the newest there, and it was not when the rows were sealed",
            hint="their rows stay; run again to move what is newer",
        )
    session.execute(
        publishing.PUT_MARK.with_(loads=Name(schema, LOADS).sql),
        ref.run_id,
        ref.flow,
        ref.entity,
        manifest.epoch,
        manifest.rows,
    )


def thin(session: Session, schema: str, ref: LoadRef) -> None:
    """Forget all but the newest loads of this flow and entity."""
    session.execute(
        publishing.THIN_MARKS.with_(loads=Name(schema, LOADS).sql),
        ref.flow,
        ref.entity,
        ref.flow,
        ref.entity,
    )
