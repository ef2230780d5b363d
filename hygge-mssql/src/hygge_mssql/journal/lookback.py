"""Looking back: the journal's queries, each on an index, and what retention forgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from hygge_core.journal_rows import event_of, run_of, stamp
from hygge_core.records import FlowEvent, RunRecord
from hygge_mssql.journal.schema import Places
from hygge_mssql.session import Session
from hygge_mssql.statements import journal as say

#: A condition, and the values of its ``?``; no value: it is not asked for.
Condition = tuple[str, tuple[str | None, ...]]

_EITHER_RUN = "(run_id = ? OR coordinator_run_id = ?)"
_FINAL = "event_type IN ('complete', 'fail', 'skip')"


def _where(*conditions: Condition) -> tuple[str, list[str]]:
    """The conditions whose value is given, as SQL and values."""
    wanted = [(text, values) for text, values in conditions if None not in values]
    sql = " WHERE " + " AND ".join(text for text, _ in wanted) if wanted else ""
    return sql, [value for _, values in wanted for value in values if value is not None]


def events(
    session: Session,
    places: Places,
    *,
    flow: str | None,
    entity: str | None,
    run_id: str | None,
    limit: int,
) -> list[FlowEvent]:
    """Events, newest first."""
    return _events(
        session,
        places,
        limit,
        ("flow_name = ?", (flow,)),
        ("entity = ?", (entity,)),
        (_EITHER_RUN, (run_id, run_id)),
    )


def last_run(
    session: Session, places: Places, flow: str, entity: str | None, event_type: str | None
) -> FlowEvent | None:
    """The newest event that ended a run."""
    found = _events(
        session,
        places,
        1,
        ("flow_name = ?", (flow,)),
        ("entity = ?", (entity,)),
        ("event_type = ?", (event_type,)),
        (_FINAL, ()),
    )
    return found[0] if found else None


def _events(
    session: Session, places: Places, limit: int, *conditions: Condition
) -> list[FlowEvent]:
    where, values = _where(*conditions)
    sql = say.EVENTS.with_(events=places["flow_events"], where=where)
    return [event_of(row) for row in session.rows(sql, limit, *values)]


def runs(
    session: Session,
    places: Places,
    *,
    flow: str | None,
    run_id: str | None,
    state: str | None,
    limit: int,
) -> list[RunRecord]:
    """Runs, newest first."""
    where, values = _where(
        ("flow = ?", (flow,)), (_EITHER_RUN, (run_id, run_id)), ("state = ?", (state,))
    )
    sql = say.RUNS.with_(runs=places["runs"], where=where)
    return [run_of(record) for (record,) in session.rows(sql, limit, *values)]


def open_runs(session: Session, places: Places, flow: str, entity: str) -> Sequence[RunRecord]:
    """Unfinished runs, oldest first."""
    found = session.rows(say.OPEN_RUNS.with_(runs=places["runs"]), flow, entity)
    return [run_of(record) for (record,) in found]


def forget(session: Session, places: Places, before: datetime) -> int:
    """Delete finished runs and events older than ``before``; the number of rows that went.

    Each entity keeps its last finished run, and the events of the runs that are kept.
    """
    tables = {"runs": places["runs"], "events": places["flow_events"]}
    cutoff = stamp(before)
    runs_gone = session.execute(say.FORGET_RUNS.with_(**tables), cutoff)
    return runs_gone + session.execute(say.FORGET_EVENTS.with_(**tables), cutoff)
