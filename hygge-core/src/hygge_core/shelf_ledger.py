"""The ledger of flows without a journal: one small JSON file per unfinished run, on the shelf."""

from __future__ import annotations

from hygge_core.jsons import from_plain, to_plain
from hygge_core.records import RunRecord
from hygge_core.shelf import Shelf
from hygge_core.staging import Places


class ShelfLedger:
    """``KeepsLedger`` over ``shelf``: each state replaces the one before, durably."""

    shelf: Shelf
    places: Places

    def open_runs(self, flow: str, entity: str) -> tuple[RunRecord, ...]:
        """Unfinished runs of this entity that were recorded here, oldest first."""
        found = []
        for entry in self.shelf.list(self.places.ledger):
            plain = self.shelf.read_json(entry.name) if entry.name.endswith(".json") else None
            if plain is not None:
                found.append(from_plain(plain, RunRecord))
        mine = [run for run in found if (run.ref.flow, run.ref.entity) == (flow, entity)]
        return tuple(sorted(mine, key=lambda run: run.started))

    def advance(self, run: RunRecord) -> None:
        """Record the run's new state; ``rolled_back`` and ``done`` forget it."""
        name = f"{self.places.ledger}/{run.ref.run_id}.json"
        if run.state in ("rolled_back", "done"):
            self.shelf.delete(name)
        else:
            self.shelf.write_json(name, to_plain(run))
