"""Change Tracking: what changed in a table since a version, and which rows are gone.

The server keeps the keys of changed rows for as long as its retention says
(https://learn.microsoft.com/sql/relational-databases/track-changes/work-with-change-tracking-sql-server).
A reading takes the changes after the last version up to the one that was current when it began,
joined with the rows as they are now. A row that changed once more meanwhile has a later version: it
is left for the next reading. What the join does not find is gone, whatever the change was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from hygge_core.errors import HomeError
from hygge_core.markers import ROW_MARKER, Marker
from hygge_core.records import Changes, Mark
from hygge_mssql.catalogue import Column
from hygge_mssql.home.selected import Selected
from hygge_mssql.home.source import Query
from hygge_mssql.names import Name, quoted
from hygge_mssql.server.session import Session
from hygge_mssql.statements import reading as ask

CHANGE_TRACKING = "change_tracking"
_AFRESH = "read the whole table once more: hygge run --full-drop -s NAME"


def reach(session: Session, table: Name, asked: Changes) -> Mark:
    """The version that is current now.

    Raises ``HomeError`` where the table is not tracked, or where the changes since
    ``asked.since`` are not all known.
    """
    current, oldest = session.one(ask.CHANGE_VERSION.sql, table.sql) or (None, None)
    if current is None:
        raise HomeError(
            f"{session.place} does not track changes",
            hint="turn it on: ALTER DATABASE ... SET CHANGE_TRACKING = ON (CHANGE_RETENTION = 7"
            f" DAYS), and for the table {table.sql} ENABLE CHANGE_TRACKING",
        )
    if oldest is None:
        raise HomeError(
            f"{session.place}: changes of {table} are not tracked, or not for this login to see",
            hint=f"turn it on: ENABLE CHANGE_TRACKING for {table.sql}; this login's user"
            " needs VIEW CHANGE TRACKING on it",
        )
    last = version(asked.since)
    if last is not None:
        _refuse_gap(session, table, last, int(oldest), int(current))
    return Mark(CHANGE_TRACKING, str(current))


def version(mark: Mark | None) -> int | None:
    """The version of a mark. Raises ``HomeError`` for one that is none."""
    if mark is None:
        return None
    if mark.type != CHANGE_TRACKING or not mark.value.isascii() or not mark.value.isdigit():
        raise HomeError(
            f"the watermark {mark.value!r} ({mark.type}) is no version of Change Tracking",
            hint=_AFRESH,
        )
    return int(mark.value)


def _refuse_gap(session: Session, table: Name, last: int, oldest: int, current: int) -> None:
    if last < oldest:
        raise HomeError(
            f"{session.place}: the changes of {table} were read up to version {last}, but the"
            f" server knows them from version {oldest} on only",
            hint=f"they were kept too short a time, or the table was truncated: {_AFRESH}; a longer"
            " CHANGE_RETENTION, or more frequent runs, keep it from happening again",
        )
    if last > current:
        raise HomeError(
            f"{session.place}: the changes of {table} were read up to version {last}, but the"
            f" database is at version {current}",
            hint=f"it was restored from a backup, or is another one: {_AFRESH}",
        )


def marker(changes: Changes, keys: Sequence[str]) -> Selected:
    """The column that says of each row whether it is there or gone."""
    there, gone = int(Marker.UPSERT), int(Marker.DELETE)
    sql = f"CASE WHEN t.{quoted(keys[0])} IS NULL THEN {gone} ELSE {there} END"
    return Selected(
        column=Column(name=ROW_MARKER, type="int", nullable=False),
        sql=str(there) if changes.since is None else sql,
        dtype=pl.Int32(),
        answered=pl.Int32(),
    )


def origins(changes: Changes, columns: Sequence[Column], keys: Sequence[str]) -> Mapping[str, str]:
    """Where each column is read: a key is told by the change, all else by the row, if it is there.

    Raises ``HomeError`` for a table that has a marker of its own.
    """
    if any(each.name == ROW_MARKER for each in columns):
        raise HomeError(
            f"the table has a column {ROW_MARKER} of its own, and Change Tracking tells one too",
            hint="follow a column instead: watermark = { column = ... }",
        )
    if changes.since is None:
        return {}
    return {each.name: "c." if each.name in keys else "t." for each in columns}


def since(table: Name, changes: Changes, keys: Sequence[str], listed: str) -> Query:
    """What selects the changed rows; ``listed`` stands between SELECT and FROM."""
    return Query(
        sql=ask.CHANGES.with_(
            columns=listed,
            table=table.sql,
            since=str(version(changes.since)),
            until=str(version(changes.until)),
            join=" AND ".join(f"t.{quoted(key)} = c.{quoted(key)}" for key in keys),
        )
    )
