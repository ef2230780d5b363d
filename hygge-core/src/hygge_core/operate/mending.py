"""``hygge recover``: finish or undo what a crash left, without moving anything new."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from attrs import evolve, frozen

from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.failing import ENDS, fallen
from hygge_core.engine.recovery import by_hand, by_ledger, is_left_open, recover
from hygge_core.engine.trip import embarked, there_and_back
from hygge_core.errors import ConfigError
from hygge_core.jsons import to_json
from hygge_core.operate.lookback import journal_of
from hygge_core.recalling import ALL, UNFINISHED
from hygge_core.states import OVER
from hygge_core.task import Failure

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.trip import Trip
    from hygge_core.engine.world import World
    from hygge_core.records import RunRecord
    from hygge_core.task import Task

Direction = Literal["forward", "undo"]


@frozen(kw_only=True)
class Mended:
    """What became of one entity's open runs: ``runs`` are settled, or ``failure`` says why not.

    ``warnings``: they are settled, and not all went well.
    """

    name: str
    runs: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None


def mend(entities: Sequence[Entity], world: World) -> Iterator[Mended]:
    """Settle every open run of these entities, and of those that their journals still know.

    One that cannot be settled stops no other.
    """
    for task in _to_mend(entities, world):
        try:
            runs, warnings = there_and_back(task, world, recover)
        except ENDS as exc:
            yield Mended(name=task.name, failure=fallen(task, exc, world.plugins).failure)
        else:
            yield Mended(name=task.name, runs=runs, warnings=warnings)


def _to_mend(entities: Sequence[Entity], world: World) -> Iterator[Task]:
    for entity in entities:
        if _has_open_runs(entity, world):
            yield _task(entity)
    configured = {(entity.flow, entity.entity) for entity in entities}
    for entity in _one_for_each_journal(entities):
        for run in _unfinished(entity, world):
            if (run.ref.flow, run.ref.entity) not in configured:
                configured.add((run.ref.flow, run.ref.entity))
                yield _task_of(run, entity)


def _has_open_runs(entity: Entity, world: World) -> bool:
    """Looked at without a lock, and nothing is made: in its journal, and in what its store keeps of
    runs from before there was one. Where that fails, the entity's own start says why."""
    try:
        journal = journal_of(entity, world)
        with world.store_of(entity) as store:
            return is_left_open(entity, journal, store)
    except ENDS:
        return True


def _one_for_each_journal(entities: Iterable[Entity]) -> Iterable[Entity]:
    return {to_json(entity.journal): entity for entity in entities if entity.journal}.values()


def _unfinished(entity: Entity, world: World) -> Iterator[RunRecord]:
    """The open runs of a journal, of entities that the configuration has no more included.

    Of one that cannot be asked nothing is known: its entities say so under their own names.
    """
    with suppress(*ENDS):
        journal = journal_of(entity, world)
        for state in UNFINISHED:
            yield from journal.runs(state=state, limit=ALL) if journal else ()


def _task_of(run: RunRecord, beside: Entity) -> Task:
    """What settling ``run`` needs: its record says where, the journal is that of ``beside``."""
    return evolve(
        _task(beside), flow=run.ref.flow, entity=run.ref.entity, store=run.store, watermark=None
    )


def mend_by_hand(
    entities: Sequence[Entity], world: World, run_id: str, direction: Direction
) -> Mended:
    """The operator's word on one open run. Raises ``ConfigError`` when nobody knows it as open."""

    def settle(trip: Trip) -> tuple[str, ...]:
        for each in by_ledger(trip):
            for run in each.ledger.open_runs():
                if run.ref.run_id == run_id:
                    by_hand(each, run, direction)
                    return (run_id,)
        raise _nobody_knows(run_id)  # somebody else has settled it meanwhile

    task = _task_with(run_id, entities, world)
    runs, warnings = there_and_back(task, world, settle)
    return Mended(name=task.name, runs=runs, warnings=warnings)


def _task_with(run_id: str, entities: Sequence[Entity], world: World) -> Task:
    """Whose run it is: asks the journals first, and then the stores, which want their lock for it.

    What keeps one from being looked at is raised only when no other knows the run.
    """
    unseen: BaseException | None = None
    for entity, look in (
        *((each, _in_journal) for each in _one_for_each_journal(entities)),
        *((each, _in_store) for each in sorted(entities, key=lambda each: bool(each.journal))),
    ):
        try:
            if task := look(run_id, entity, world):
                return task
        except ENDS as exc:
            unseen = unseen or exc
    raise unseen or _nobody_knows(run_id)


def _in_journal(run_id: str, entity: Entity, world: World) -> Task | None:
    """The entity's journal may know the run of any entity, of one that is gone as well."""
    journal = journal_of(entity, world)
    for run in journal.runs(run_id=run_id) if journal else ():
        if run.ref.run_id == run_id and run.state not in OVER:
            return _task_of(run, entity)
    return None


def _in_store(run_id: str, entity: Entity, world: World) -> Task | None:
    task = _task(entity)
    with embarked(task, world) as trip:
        runs = (run for each in by_ledger(trip) for run in each.ledger.open_runs())
        return task if any(run.ref.run_id == run_id for run in runs) else None


def _nobody_knows(run_id: str) -> ConfigError:
    return ConfigError(
        f"no unfinished run {run_id} is known", hint="`hygge recover` alone settles what there is"
    )


def _task(entity: Entity) -> Task:
    run_id = new_run_id()
    return entity.task(run_id=run_id, flow_run_id=run_id, coordinator_run_id=run_id)
