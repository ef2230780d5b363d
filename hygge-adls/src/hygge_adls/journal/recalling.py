"""Looking back: what a journal answers without changing anything."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

from hygge_adls.journal.log import Log
from hygge_adls.journal.state import State
from hygge_core.records import EventType, FlowEvent, RunRecord, RunState, Watermark
from hygge_core.states import OVER


class Recalls:
    """The asking half of :class:`hygge_core.protocols.Journal`."""

    _log: Log

    def get_last_run(
        self, flow_name: str, entity: str | None = None, *, event_type: EventType | None = None
    ) -> FlowEvent | None:
        known = self._log.read(lambda state: list(state.endings.items()))
        return next(
            (
                event
                for (flow, of, ended), event in reversed(known)
                if flow == flow_name and entity in (None, of) and event_type in (None, ended)
            ),
            None,
        )

    def get_watermark(self, flow_name: str, entity: str) -> Watermark | None:
        return self._log.read(lambda state: state.watermarks.get((flow_name, entity)))

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        def ask(state: State) -> list[RunRecord]:
            return [
                run
                for run in state.runs.values()
                if (run.ref.flow, run.ref.entity) == (flow, entity) and run.state not in OVER
            ]

        return self._log.read(ask)

    def runs(
        self,
        *,
        flow: str | None = None,
        run_id: str | None = None,
        state: RunState | None = None,
        limit: int = 100,
    ) -> Sequence[RunRecord]:
        known = self._log.history().runs.values()
        return [
            run
            for run in reversed(known)
            if flow in (None, run.ref.flow)
            and run_id in (None, run.ref.run_id, run.coordinator_run_id)
            and state in (None, run.state)
        ][:limit]

    def events(
        self,
        *,
        flow: str | None = None,
        entity: str | None = None,
        run_id: str | None = None,
        limit: int = 100,
    ) -> Sequence[FlowEvent]:
        known = self._log.history().events.values()
        found = (
            event
            for event in reversed(known)
            if flow in (None, event.flow_name)
            and entity in (None, event.entity)
            and run_id in (None, event.run_id, event.coordinator_run_id)
        )
        return list(islice(found, limit))

    def watermarks(self, flow: str | None = None) -> Sequence[tuple[str, str, Watermark]]:
        known = self._log.read(lambda state: sorted(state.watermarks.items(), key=lambda e: e[0]))
        return [(*key, watermark) for key, watermark in known if flow in (None, key[0])]

    def counters(self) -> tuple[int, int]:
        return self._log.read(lambda state: (state.committed, state.published))
