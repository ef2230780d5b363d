"""The ledger of flows without a journal: one small JSON file per unfinished run, on the shelf."""

from __future__ import annotations

from hygge_core.jsons import from_plain, to_plain
from hygge_core.records import RunRecord
from hygge_core.shelf import Shelf
from hygge_core.staged.places import Places
from hygge_core.states import OVER


class ShelfLedger:
    """``KeepsLedger`` over ``shelf``: each state replaces the one before, durably."""

    shelf: Shelf
    places: Places

    def open_runs(self, flow: str, entity: str) -> tuple[RunRecord, ...]:
        """Unfinished runs of this entity that were recorded here, oldest first.

        Called with the entity's lock held: what else lies there is a record that a crash cut short.
        """
        found = []
        for entry in self.shelf.list(self.places.ledger):
            if not entry.name.endswith(".json"):
                self.shelf.delete(entry.name)
            elif (plain := self.shelf.read_json(entry.name)) is not None:
                found.append(from_plain(plain, RunRecord))
        mine = [run for run in found if (run.ref.flow, run.ref.entity) == (flow, entity)]
        return tuple(sorted(mine, key=lambda run: run.started))

    def advance(self, run: RunRecord) -> None:
        """Record the run's new state; ``rolled_back`` and ``done`` forget it."""
        name = f"{self.places.ledger}/{run.ref.run_id}.json"
        if run.state in OVER:
            self.shelf.delete(name)
        else:
            self.shelf.write_json(name, to_plain(run))
