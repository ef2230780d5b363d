"""Looking back: the journal's one query, on an index, and what retention forgets."""

from __future__ import annotations

from datetime import datetime

from hygge_core.journal_rows import stamp
from hygge_core.recalling import Select
from hygge_mssql.journal.schema import Places
from hygge_mssql.server.session import Row, Session
from hygge_mssql.statements import journal as say


def rows(session: Session, places: Places, select: Select) -> list[Row]:
    """What was asked for."""
    sql = say.LOOK_BACK.with_(
        columns=select.columns,
        table=places[select.table],
        where=select.where,
        order=select.order,
    )
    return session.rows(sql, select.limit, *select.values)


def forget(session: Session, places: Places, before: datetime) -> int:
    """Delete finished runs and events older than ``before``; the number of rows that went.

    Each entity keeps its last finished run, and its last event of each way to end; a run that is
    kept keeps its events.
    """
    tables = {"runs": places["runs"], "events": places["flow_events"]}
    cutoff = stamp(before)
    runs_gone = session.execute(say.FORGET_RUNS.with_(**tables), cutoff)
    return runs_gone + session.execute(say.FORGET_EVENTS.with_(**tables), cutoff)
