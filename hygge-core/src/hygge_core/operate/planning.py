"""What a run would do, entity by entity; no row is read and nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from hygge_core.engine.modes import refuse_limited, refuse_unsound
from hygge_core.engine.rows.guessing import guessed
from hygge_core.failures import ends, failure_of
from hygge_core.operate.lookback import journal_of
from hygge_core.records import Ask, RunType
from hygge_core.task import Failure

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.records import RunRecord, Watermark
    from hygge_core.watermark import Follower


@frozen(kw_only=True)
class Recovery:
    """A run that was left open: ``direction`` is what the next run does with it first."""

    run_id: str
    state: str
    direction: str


@frozen(kw_only=True)
class Plan:
    """What ``hygge run`` would do with one entity.

    ``low`` is the stored watermark as typed text, exclusive; empty: from the beginning, or there
    is no watermark. ``columns`` are the home's (name, type) pairs and ``estimated_rows`` its guess,
    both unknown offline. ``failure`` is why it would fail.
    """

    name: str
    run_type: RunType
    mode: str
    source: str
    destination: str
    journal: str = ""
    watermark: str = ""
    low: str = ""
    limit: int | None = None
    recovery: tuple[Recovery, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    estimated_rows: int | None = None
    failure: Failure | None = None


def plan(
    entities: Iterable[Entity],
    world: World,
    *,
    run_type: RunType | None = None,
    limit: int | None = None,
    offline: bool = False,
) -> Iterator[Plan]:
    """The plan of each entity in turn; what stands in the way of one is its ``failure``.

    ``offline`` opens nothing: neither homes nor journals.
    """
    for entity in entities:
        planned = Plan(
            name=entity.name,
            run_type=run_type or entity.run_type,
            mode="",
            source=entity.source,
            destination=entity.destination,
            journal=world.address("journal", entity.journal) if entity.journal else "",
            watermark=entity.watermark.name if entity.watermark else "",
            limit=limit,
        )
        try:
            planned = _decided(entity, world, planned)
            if not offline:
                planned = _remembered(entity, world, planned)
                stored = _stored(entity, world, planned)
                planned = evolve(planned, low=spelled(stored))
                planned = _seen(entity, world, planned, stored)
                _fits(entity, world, planned, stored)
        except ends() as exc:  # what a plugin raises stands in its entity's plan
            planned = evolve(planned, failure=failure_of(exc, world.plugins))
        yield planned


def _decided(entity: Entity, world: World, planned: Plan) -> Plan:
    """What the configuration alone decides; the store may have the last word on the run type."""
    run_type = world.run_type(entity.store, planned.run_type)
    mode = "append" if run_type == "incremental" else "replace"
    entity.task(run_id="", flow_run_id="", coordinator_run_id="", run_type=run_type)  # or refuses
    planned = evolve(planned, run_type=run_type, mode=mode)
    if run_type == "full_drop":
        return planned
    refuse_limited(planned.limit)
    return planned


def _remembered(entity: Entity, world: World, planned: Plan) -> Plan:
    """What the journal knows: how far the entity got, and what a crash left."""
    journal = journal_of(entity, world)
    if journal is None:
        return planned
    open_runs = journal.open_runs(entity.flow, entity.entity)
    return evolve(planned, recovery=tuple(map(_due, open_runs)))


def _stored(entity: Entity, world: World, planned: Plan) -> Watermark | None:
    """The watermark that a run would go on from.

    Raises ``FlowError`` where a run would: it is of another destination, or is not known although
    rows were moved.
    """
    journal = journal_of(entity, world)
    if entity.watermark is None or planned.mode != "append" or journal is None:
        return None
    stored = journal.get_watermark(entity.flow, entity.entity)
    moved = journal.get_last_run(entity.flow, entity.entity, event_type="complete")
    place = world.place("store", entity.store)
    refuse_unsound(stored, entity.name, place, moved=bool(moved and moved.row_count))
    return stored


def _seen(entity: Entity, world: World, planned: Plan, stored: Watermark | None) -> Plan:
    """What the home says of its columns and its size, for the range that a run would ask for."""
    from hygge_core.engine.rows.following import followed
    from hygge_core.types import spell_schema  # polars: only where a home is opened

    ask, follower = _asked(entity, planned, stored)
    with world.home_of(entity) as home:
        if follower is not None:
            ask = followed(home, ask, follower, entity.home)
        columns = spell_schema(home.schema(ask))
        rows = guessed(home, ask)
    return evolve(planned, columns=columns, estimated_rows=rows)


def _asked(entity: Entity, planned: Plan, stored: Watermark | None) -> tuple[Ask, Follower | None]:
    """What a run would ask for, which the watermark narrows where rows are appended.

    Raises ``FlowError`` where a run would: the watermark is of another column.
    """
    from hygge_core.watermark import Follower, Tracker

    ask = Ask(entity=entity.entity, limit=planned.limit, drift=entity.drift)
    setting = entity.watermark
    if setting is not None and setting.kind:
        return ask, Follower(setting, stored)
    if setting is not None and planned.mode == "append" and planned.journal:
        ask = evolve(ask, range=Tracker(setting, stored).range(None))
    return ask, None


def _fits(entity: Entity, world: World, planned: Plan, stored: Watermark | None) -> None:
    """Raise what a run would, where the entity names columns that the source does not have."""
    from hygge_core.operate.fitting import demand_columns
    from hygge_core.types import parse_schema

    demand_columns(entity, world, parse_schema(planned.columns), stored)


def _due(run: RunRecord) -> Recovery:
    directions = {"open": "back", "blocked": "blocked"}
    direction = directions.get(run.state, "forward")
    return Recovery(run_id=run.ref.run_id, state=run.state, direction=direction)


def spelled(watermark: Watermark | None) -> str:
    """``"2013-01-01T05:00:00 (datetime[us, UTC])"``; empty where there is no mark."""
    if watermark is None or watermark.mark is None:
        return ""
    return f"{watermark.mark.value} ({watermark.mark.type})"
