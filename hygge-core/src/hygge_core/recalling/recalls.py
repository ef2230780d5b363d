"""The verbs of a journal that look back, over three questions that it answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from hygge_core.recalling.sought import ENDING, UNFINISHED, Sought
from hygge_core.records import EventType, FlowEvent, RunRecord, RunState, Watermark


class Recalls(ABC):
    """The reading half of :class:`hygge_core.protocols.Journal`.

    Each question is answered from one consistent view of the journal, as it is at that moment.
    Raises ``JournalError``.
    """

    @abstractmethod
    def seek_events(self, sought: Sought) -> Sequence[FlowEvent]:
        """The events of ``get_last_run`` and ``events``."""

    @abstractmethod
    def seek_runs(self, sought: Sought) -> Sequence[RunRecord]:
        """The runs of ``open_runs`` and ``runs``."""

    @abstractmethod
    def seek_watermarks(self, sought: Sought) -> Sequence[tuple[str, str, Watermark]]:
        """(flow, entity, watermark) of ``get_watermark`` and ``watermarks``, by their names."""

    def get_last_run(
        self, flow_name: str, entity: str | None = None, *, event_type: EventType | None = None
    ) -> FlowEvent | None:
        sought = Sought(
            verb="get_last_run",
            flow=flow_name,
            entity=entity,
            among=ENDING,
            kind=event_type,
            limit=1,
        )
        return next(iter(self.seek_events(sought)), None)

    def get_watermark(self, flow_name: str, entity: str) -> Watermark | None:
        sought = Sought(verb="get_watermark", flow=flow_name, entity=entity, limit=1)
        return next((watermark for _, _, watermark in self.seek_watermarks(sought)), None)

    def open_runs(self, flow: str, entity: str) -> Sequence[RunRecord]:
        return self.seek_runs(Sought(verb="open_runs", flow=flow, entity=entity, among=UNFINISHED))

    def runs(
        self,
        *,
        flow: str | None = None,
        run_id: str | None = None,
        state: RunState | None = None,
        limit: int = 100,
    ) -> Sequence[RunRecord]:
        return self.seek_runs(
            Sought(verb="runs", flow=flow, run_id=run_id, kind=state, limit=limit)
        )

    def events(
        self,
        *,
        flow: str | None = None,
        entity: str | None = None,
        run_id: str | None = None,
        limit: int = 100,
    ) -> Sequence[FlowEvent]:
        return self.seek_events(
            Sought(verb="events", flow=flow, entity=entity, run_id=run_id, limit=limit)
        )

    def watermarks(self, flow: str | None = None) -> Sequence[tuple[str, str, Watermark]]:
        return self.seek_watermarks(Sought(verb="watermarks", flow=flow))
