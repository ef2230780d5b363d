"""Runs, events and watermarks of a project, out of all its journals, newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from attrs import field, frozen

from hygge_core.operate import amend
from hygge_core.operate.lookback import journal_of, journals, unknown_run
from hygge_core.recalling import ALL
from hygge_core.records import Watermark

if TYPE_CHECKING:
    from hygge_core.config import Entity
    from hygge_core.engine.world import World
    from hygge_core.protocols import Journal
    from hygge_core.records import FlowEvent, RunRecord

T = TypeVar("T")

KEEP = timedelta(days=180)


@frozen(kw_only=True)
class Remembered:
    """How far one entity got, and the address of the journal that knows it."""

    flow: str
    entity: str
    watermark: Watermark
    journal: str


@frozen
class History:
    """``journals`` by address; ``only`` these (flow, entity) pairs, or everything for ``None``.

    ``retentions`` by address: how long it is configured to keep what is finished.
    """

    journals: dict[str, Journal]
    only: frozenset[tuple[str, str | None]] | None = None
    retentions: dict[str, timedelta] = field(factory=dict)

    def runs(self, *, run_id: str | None = None, limit: int = 100) -> list[RunRecord]:
        """Entities' runs; ``run_id`` is an entity's run or a coordinator's."""
        asked = limit if self.only is None else ALL
        found = self._all(lambda journal: journal.runs(run_id=run_id, limit=asked))
        wanted = [run for run in found if self._wants(run.ref.flow, run.ref.entity)]
        return sorted(wanted, key=lambda run: run.started, reverse=True)[:limit]

    def events(self, *, run_id: str | None = None, limit: int = 100) -> list[FlowEvent]:
        """Events, of runs and of edits; ``run_id`` as in ``runs``."""
        asked = limit if self.only is None else ALL
        found = self._all(lambda journal: journal.events(run_id=run_id, limit=asked))
        wanted = [event for event in found if self._wants(event.flow_name, event.entity)]
        return sorted(wanted, key=lambda event: event.timestamp, reverse=True)[:limit]

    def of_run(self, run_id: str) -> tuple[list[RunRecord], list[FlowEvent]]:
        """All runs and events of ``run_id``. Raises ``ConfigError`` when nobody remembers it."""
        runs, events = self.runs(run_id=run_id, limit=ALL), self.events(run_id=run_id, limit=ALL)
        if not (runs or events):
            raise unknown_run(run_id)
        return runs, events

    def watermarks(self) -> list[Remembered]:
        """Every current watermark, by name."""
        return [
            Remembered(flow=flow, entity=entity, watermark=watermark, journal=address)
            for address, journal in self.journals.items()
            for flow, entity, watermark in journal.watermarks()
            if self._wants(flow, entity)
        ]

    def prune(self, keep: timedelta | None, *, project: str) -> dict[str, int]:
        """Forget what is older than ``keep``; how many rows went, by journal.

        ``None``: what is older than the journal's ``retention``, or than ``KEEP`` without one.
        """
        return {
            address: amend.prune(
                journal,
                self.retentions.get(address, KEEP) if keep is None else keep,
                project=project,
            )
            for address, journal in self.journals.items()
        }

    def _all(self, ask: Callable[[Journal], Sequence[T]]) -> list[T]:
        return [each for journal in self.journals.values() for each in ask(journal)]

    def _wants(self, flow: str, entity: str | None) -> bool:
        return self.only is None or (flow, entity) in self.only


def history(
    entities: Iterable[Entity], world: World, *, chosen: Iterable[Entity] | None = None
) -> History:
    """What their journals remember of ``entities``, or of the ``chosen`` ones alone: no other
    journal is opened then."""
    entities = tuple(entities if chosen is None else chosen)
    only = None if chosen is None else frozenset((each.flow, each.entity) for each in entities)
    found = journals(entities, world)
    return History(found, only, dict(_retentions(entities, world, found)))


def _retentions(
    entities: Iterable[Entity], world: World, found: dict[str, Journal]
) -> Iterator[tuple[str, timedelta]]:
    """The longest ``retention`` that anybody who uses a journal has said."""
    for address, journal in found.items():
        said = [
            entity.retention_seconds
            for entity in entities
            if entity.retention_seconds and journal_of(entity, world) is journal
        ]
        if said:
            yield address, timedelta(seconds=max(said))
