"""The states of runs, the watermarks and the events: what one transaction of the journal writes."""

from __future__ import annotations

from hygge_core.journal_rows import event_row, run_row, stamp, watermark_of
from hygge_core.jsons import to_json
from hygge_core.records import FlowEvent, RunRecord, Watermark
from hygge_core.states import demand_step, demand_watermark
from hygge_mssql.journal.schema import Places
from hygge_mssql.server.session import Session
from hygge_mssql.statements import journal as say


def put_run(session: Session, places: Places, run: RunRecord) -> bool:
    """Record the run's state; true when it had that state already. Raises ``JournalError``."""
    runs = places["runs"]
    before = session.value(say.STATE.with_(runs=runs), run.ref.run_id)
    repeated = demand_step(run, before)
    if before is None:
        session.execute(say.PUT_RUN.with_(runs=runs), *run_row(run))
    else:
        session.execute(
            say.SET_RUN.with_(runs=runs),
            run.state,
            run.epoch,
            stamp(run.updated),
            to_json(run),
            run.ref.run_id,
        )
    return repeated


def advance_watermark(
    session: Session, places: Places, run: RunRecord, watermark: Watermark, *, repeated: bool
) -> None:
    """Compare and set. ``repeated``: an answer was lost, so it may be set already."""
    flow, entity = run.ref.flow, run.ref.entity
    current = get_watermark(session, places, flow, entity)
    demand_watermark(run, current, watermark, repeated=repeated)
    set_watermark(session, places, flow, entity, watermark, run_id=run.ref.run_id)


def get_watermark(session: Session, places: Places, flow: str, entity: str) -> Watermark | None:
    """The current watermark."""
    ask = say.GET_WATERMARK.with_(watermarks=places["flow_watermarks"])
    return watermark_of(session.value(ask, flow, entity))


def set_watermark(
    session: Session,
    places: Places,
    flow: str,
    entity: str,
    watermark: Watermark | None,
    *,
    run_id: str | None,
) -> None:
    """Set the current watermark, or forget it."""
    table = places["flow_watermarks"]
    session.execute(say.DROP_WATERMARK.with_(watermarks=table), flow, entity)
    if watermark is not None:
        put = say.PUT_WATERMARK.with_(watermarks=table)
        session.execute(put, flow, entity, to_json(watermark), run_id)


def append_event(session: Session, places: Places, event: FlowEvent) -> None:
    """Append the event; one that is there already (a lost answer) is not appended again."""
    put = say.PUT_EVENT.with_(events=places["flow_events"])
    session.execute(put, *event_row(event), event.id)
