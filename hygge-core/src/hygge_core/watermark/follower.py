"""How far a source was read that knows by itself what changed: its own marks, given back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hygge_core.records import Changes, Mark, Watermark
from hygge_core.watermark.marks import refuse_another

if TYPE_CHECKING:
    from hygge_core.task import WatermarkSetting


class Follower:
    """Follows one attempt to read: make one per attempt, and throw it away with the attempt.

    ``before`` is how far earlier runs got, ``None`` where the content is replaced.
    """

    def __init__(self, setting: WatermarkSetting, before: Watermark | None) -> None:
        """Raise ``FlowError`` when the watermark was kept for something else."""
        refuse_another(setting, before)
        self._setting = setting
        self._since = before.mark if before is not None else None
        self._until: Mark | None = None

    @property
    def whole(self) -> bool:
        """Whether all rows are read, and none is told to be gone."""
        return self._since is None

    def changes(self, until: Mark | None = None) -> Changes:
        """What to ask of the home, up to ``until`` once it has said how far the changes go."""
        self._until = until
        return Changes(kind=self._setting.kind, since=self._since, until=until)

    def after(self) -> Watermark:
        """How far the source is read now."""
        return Watermark(kind=self._setting.kind, mark=self._until)
