"""What a verb of a journal asks for, and how it is picked from records that are kept in memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Literal

from attrs import frozen

from hygge_core.records import FlowEvent, RunRecord, RunState, Watermark

Verb = Literal["get_last_run", "get_watermark", "open_runs", "runs", "events", "watermarks"]

#: The types of the events that end a run.
ENDING = ("complete", "fail", "skip")
#: The states of a run that is not over. An index on them is of this order: SQLite compares texts.
UNFINISHED: tuple[RunState, ...] = ("open", "decided", "committed", "blocked")
#: A limit that no journal reaches.
ALL = 2**31 - 1


@frozen(kw_only=True)
class Sought:
    """Which records ``verb`` asks for: what is ``None`` or empty is not asked about.

    * ``run_id`` is the entity's run or the coordinator's.
    * ``among`` are types of events or states of runs, words of hygge; ``kind`` is one of them.
    * ``limit`` counts records, newest first; only ``open_runs`` wants the oldest first.
    """

    verb: Verb
    flow: str | None = None
    entity: str | None = None
    run_id: str | None = None
    among: tuple[str, ...] = ()
    kind: str | None = None
    limit: int = ALL

    @property
    def oldest_first(self) -> bool:
        return self.verb == "open_runs"

    def events(self, kept: Iterable[FlowEvent]) -> list[FlowEvent]:
        """Those of ``kept``, which are from the oldest to the newest."""
        found = (
            event
            for event in reversed(list(kept))
            if self._is_of(event.flow_name, event.entity, event.event_type)
            and self.run_id in (None, event.run_id, event.coordinator_run_id)
        )
        return list(islice(found, self.limit))

    def runs(self, kept: Iterable[RunRecord]) -> list[RunRecord]:
        """Those of ``kept``, which are from the oldest to the newest."""
        known = list(kept)
        found = (
            run
            for run in (known if self.oldest_first else reversed(known))
            if self._is_of(run.ref.flow, run.ref.entity, run.state)
            and self.run_id in (None, run.ref.run_id, run.coordinator_run_id)
        )
        return list(islice(found, self.limit))

    def watermarks(
        self, kept: Mapping[tuple[str, str], Watermark]
    ) -> list[tuple[str, str, Watermark]]:
        """Those of ``kept``, by flow and entity."""
        named = sorted(kept)
        return [(*name, kept[name]) for name in named if self._is_named(*name)]

    def _is_named(self, flow: str, entity: str | None) -> bool:
        return self.flow in (None, flow) and self.entity in (None, entity)

    def _is_of(self, flow: str, entity: str | None, kind: str) -> bool:
        wanted = self.kind in (None, kind) and (not self.among or kind in self.among)
        return wanted and self._is_named(flow, entity)
