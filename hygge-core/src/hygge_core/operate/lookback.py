"""What the journals remember of earlier runs: which entities failed, and which never ran."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from hygge_core.errors import ConfigError
from hygge_core.recalling import ALL
from hygge_core.records import FlowEvent
from hygge_core.task import WELL

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.protocols import Journal

_RECENT = 1000  # a run ends with an event; what is newer than it are edits by hand


def journal_of(entity: Entity, world: World) -> Journal | None:
    """The entity's journal, or ``None`` where there is none, or none yet: looking makes no file."""
    if entity.journal is None or not world.exists(entity.journal):
        return None
    return world.journal(entity.journal)


def journals(entities: Iterable[Entity], world: World) -> dict[str, Journal]:
    """Every journal of these entities that is there, under its address; no two under the same."""
    found: dict[str, Journal] = {}
    for entity in entities:
        journal = journal_of(entity, world)
        if journal is None or entity.journal is None or journal in found.values():
            continue
        address = world.address("journal", entity.journal)
        namesakes = sum(each.partition(" (")[0] == address for each in found)
        found[f"{address} ({namesakes + 1})" if namesakes else address] = journal
    return dict(sorted(found.items()))


def failed(entities: Iterable[Entity], world: World) -> set[str]:
    """The names of those whose last run failed or was left open. Raises ``JournalError``."""
    return {entity.name for entity in entities if _is_failed(entity, journal_of(entity, world))}


def _is_failed(entity: Entity, journal: Journal | None) -> bool:
    if journal is None:
        return False
    last = journal.get_last_run(entity.flow, entity.entity)
    left_open = journal.open_runs(entity.flow, entity.entity)
    return bool(left_open) or (last is not None and last.event_type == "fail")


def unfinished(
    entities: Iterable[Entity], world: World, run_id: str | None = None
) -> tuple[str, tuple[Entity, ...]]:
    """The run (by default the last one) and those that failed or never ran in it.

    Raises ``ConfigError`` when no journal knows of the run.
    """
    entities = tuple(entities)
    found = journals(entities, world)
    run_id = run_id or _last_run(found.values())
    told = [
        event for journal in found.values() for event in journal.events(run_id=run_id, limit=ALL)
    ]
    if not (run_id and told):
        raise unknown_run(run_id)
    called, well = _called(told), _well(told)
    return run_id, tuple(
        entity
        for entity in entities
        if (entity.flow, entity.entity) in called and (entity.flow, entity.entity) not in well
    )


def unknown_run(run_id: str | None) -> ConfigError:
    """What to say of a run that no journal knows, or of the last one where nothing ran."""
    what = f"no journal of this project knows a run {run_id}" if run_id else "nothing ran yet"
    return ConfigError(what, hint="`hygge journal runs` lists the runs that are remembered")


def _last_run(journals: Iterable[Journal]) -> str | None:
    """The newest coordinator's run in any of them."""
    told = [event for journal in journals for event in journal.events(limit=_RECENT)]
    runs = [event for event in told if event.coordinator_run_id]
    return max(runs, key=lambda event: event.timestamp).coordinator_run_id if runs else None


def _called(events: Iterable[FlowEvent]) -> set[tuple[str, str | None]]:
    """Who was selected for the run, as its roll call has it, and whoever has an event in it."""
    return {
        (event.flow_name, entity)
        for event in events
        for entity in (*event.metadata.get("selected", ()), event.entity)
    }


def _well(events: Iterable[FlowEvent]) -> set[tuple[str, str | None]]:
    return {(event.flow_name, event.entity) for event in events if event.event_type in WELL}
