"""Looking back: what the journal knows now answers where that is enough, its history the rest."""

from __future__ import annotations

from collections.abc import Sequence

from hygge_adls.journal.log import Log
from hygge_core.recalling import Recalls, Sought
from hygge_core.records import FlowEvent, RunRecord, Watermark


class LakeRecalls(Recalls):
    """The asking half of the journal on a lake."""

    _log: Log

    def seek_events(self, sought: Sought) -> Sequence[FlowEvent]:
        if sought.verb == "get_last_run":
            return self._log.read(lambda state: sought.events(state.endings.values()))
        return sought.events(self._log.history().events.values())

    def seek_runs(self, sought: Sought) -> Sequence[RunRecord]:
        if sought.verb == "open_runs":
            return self._log.read(lambda state: sought.runs(state.runs.values()))
        return sought.runs(self._log.history().runs.values())

    def seek_watermarks(self, sought: Sought) -> Sequence[tuple[str, str, Watermark]]:
        return self._log.read(lambda state: sought.watermarks(state.watermarks))

    def counters(self) -> tuple[int, int]:
        """See :class:`hygge_core.protocols.Mirrors`."""
        return self._log.read(lambda state: (state.committed, state.published))
