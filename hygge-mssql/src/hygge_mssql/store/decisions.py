"""The runs of flows without a journal, kept in the database that they settle in."""

from __future__ import annotations

from hygge_core.jsons import from_json, to_json
from hygge_core.records import RunRecord
from hygge_mssql import catalogue
from hygge_mssql.names import RUNS, Name
from hygge_mssql.server.session import Session
from hygge_mssql.statements import publishing
from hygge_mssql.store import loads


def put(session: Session, schema: str, run: RunRecord) -> None:
    """Record the run's state; finished runs are forgotten."""
    loads.prepare(session, schema)
    runs = Name(schema, RUNS).sql
    ref = run.ref
    with session.transaction():
        session.execute(publishing.RUN_DROP.with_(runs=runs), ref.run_id)
        if run.state not in ("done", "rolled_back"):
            session.execute(
                publishing.RUN_PUT.with_(runs=runs), ref.run_id, ref.flow, ref.entity, to_json(run)
            )


def unfinished(session: Session, schema: str, flow: str, entity: str) -> list[RunRecord]:
    """Unfinished runs, oldest first."""
    runs = Name(schema, RUNS)
    if not catalogue.is_table(session, runs):
        return []
    found = session.rows(publishing.RUNS_OPEN.with_(runs=runs.sql), flow, entity)
    return [from_json(record, RunRecord) for (record,) in found]
