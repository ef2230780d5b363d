"""The roll call: each flow's journal learns who was selected for a run, and how the flow ended.

Without it nobody could tell later which entities a stopped run never reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from hygge_core.engine.failing import ENDS
from hygge_core.jsons import to_json
from hygge_core.records import FlowEvent
from hygge_core.task import WELL

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.task import Result, Summary


def call(entities: Iterable[Entity], world: World, run_id: str) -> None:
    """One ``start`` event for each flow of the run: ``metadata.selected`` are its entities."""
    for members in _flows(entities):
        selected = [entity.entity for entity in members]
        event = FlowEvent(
            event_type="start",
            flow_name=members[0].flow,
            coordinator_run_id=run_id,
            metadata={"selected": selected},
        )
        _record(members[0], world, event)


def close(entities: Iterable[Entity], world: World, summary: Summary) -> None:
    """One ``complete`` or ``fail`` event for each flow: rows, seconds, and how many ended how."""
    for members in _flows(entities):
        flow = members[0].flow
        results = [result for result in summary.results if result.flow == flow]
        _record(
            members[0], world, _ended(flow, summary, results, missing=len(members) - len(results))
        )


def _ended(flow: str, summary: Summary, results: Sequence[Result], *, missing: int) -> FlowEvent:
    outcomes: dict[str, int] = {"not_started": missing} if missing else {}
    for result in results:
        outcomes[result.outcome] = outcomes.get(result.outcome, 0) + 1
    return FlowEvent(
        event_type="complete" if outcomes.keys() <= WELL else "fail",
        flow_name=flow,
        coordinator_run_id=summary.run_id,
        row_count=sum(result.rows_written for result in results),
        duration=summary.seconds,
        metadata={"outcomes": outcomes},
    )


def _flows(entities: Iterable[Entity]) -> list[list[Entity]]:
    """The entities by flow, and by journal where those of one flow have several."""
    flows: dict[tuple[str, str], list[Entity]] = {}
    for entity in entities:
        if entity.journal is not None:
            key = entity.flow, to_json(entity.journal)
            flows.setdefault(key, []).append(entity)
    return list(flows.values())


def _record(entity: Entity, world: World, event: FlowEvent) -> None:
    """A journal that cannot take it is passed over: its entities say so under their own names."""
    assert entity.journal is not None  # _flows saw to it
    with suppress(*ENDS):
        world.journal(entity.journal).record_event(event)
