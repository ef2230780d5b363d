"""A ground to walk on: one small source, one destination, and somebody who looks at it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hygge_core import faults
from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.flow import move
from hygge_core.engine.world import World
from hygge_core.records import Opened, RunType, Watermark
from hygge_core.task import Result, Retry, Task, WatermarkSetting
from hygge_core.testing.plans import Crash
from hygge_core.testing.promises import completes

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.plugins import Plugins
    from hygge_core.records import RunRecord

FLOW = ENTITY = "walk"


class Ground(ABC):
    """What the walk needs to know of a store: how to open it, and what a reader sees there.

    ``store``, ``home`` and ``journal`` are what a flow's tables would be; ``root`` is a fresh
    directory of the ground's own. ``atomic`` says that a reader sees all of a load or nothing.
    """

    plugins: Plugins
    root: Path
    home: Opened
    store: Opened
    journal: Opened | None = None
    atomic: bool = True

    @abstractmethod
    def offer(self, rows: pl.DataFrame) -> None:
        """From now on the source holds exactly ``rows``."""

    @abstractmethod
    def visible(self) -> pl.DataFrame | None:
        """What a reader finds at the destination now; ``None``: there is none."""

    @abstractmethod
    def leftovers(self) -> Sequence[str]:
        """What lies around beside the destination and the journal, as names."""

    def fill(self, rows: pl.DataFrame, run_type: RunType) -> None:
        """``rows`` are what the source holds, and one undisturbed run has moved them."""
        self.offer(rows)
        completes(self.run(run_type))

    def durable(self) -> str:
        """All that a later start can know, with run ids and times left out.

        Starts that find equal texts do the same, so the walk takes only one of them further. Each
        ground is a state of its own unless a subclass knows better.
        """
        return new_run_id()

    def task(self, run_type: RunType) -> Task:
        """A fresh task on this ground; rows are told apart by ``id``, which only grows."""
        return Task(
            run_id=new_run_id(),
            flow_run_id="f",
            coordinator_run_id="c",
            project="walk",
            root=str(self.root),
            flow=FLOW,
            entity=ENTITY,
            run_type=run_type,
            home=self.home,
            store=self.store,
            journal=self.journal,
            watermark=WatermarkSetting(column="id") if self.journal else None,
            retry=Retry(attempts=2, max_wait_seconds=0.0),
        )

    def run(self, run_type: RunType, plan: faults.Plan | None = None) -> Result | None:
        """One process's life: a run under ``plan``; ``None`` when it crashed.

        What a dead process's kernel frees is freed: connections and locks are closed.
        """
        with World(self.plugins, root=self.root, project="walk") as world:
            if plan is None:
                return move(self.task(run_type), world)
            with faults.planned(plan):
                try:
                    return move(self.task(run_type), world)
                except Crash:
                    return None

    def watermark(self) -> Watermark | None:
        """What the journal has; ``None`` without a journal."""
        if self.journal is None:
            return None
        with World(self.plugins, root=self.root) as world:
            return world.journal(self.journal).get_watermark(FLOW, ENTITY)

    def runs(self) -> Sequence[RunRecord]:
        """Every run that the journal knows; empty without a journal."""
        if self.journal is None:
            return ()
        with World(self.plugins, root=self.root) as world:
            return world.journal(self.journal).runs(limit=1000)

    def rows_journalled(self) -> int | None:
        """The rows of all ``complete`` events: what the journal says was moved in all."""
        if self.journal is None:
            return None
        with World(self.plugins, root=self.root) as world:
            events = world.journal(self.journal).events(limit=1000)
        return sum(event.row_count or 0 for event in events if event.event_type == "complete")
