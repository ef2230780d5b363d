"""Two journals, one with a long history; what their verbs cost, called in turn.

``python journal_steps.py FOLDER EVENTS RUNS`` prints JSON: seconds, medians.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from attrs import evolve

from hygge_core.engine.world import World
from hygge_core.plugins import load
from hygge_core.protocols import Journal
from hygge_core.records import (
    FlowEvent,
    Lease,
    LoadRef,
    Manifest,
    Mark,
    Opened,
    Part,
    RunRecord,
    Watermark,
)

FLOW, ENTITY = "bench", "orders"
FEW = 10
SAMPLE = 500


class History:
    """A journal and the one entity whose history it holds."""

    def __init__(self, world: World, path: Path) -> None:
        self.path = path
        self.journal: Journal = world.journal(Opened(type="sqlite", table={"path": str(path)}))
        self._lease: Lease = self.journal.acquire(FLOW, ENTITY, world.owner)
        self._runs = 0

    def event(self) -> None:
        """One more event, of a run that failed."""
        event = FlowEvent(event_type="fail", flow_name=FLOW, entity=ENTITY, run_id="another")
        self.journal.record_event(event)

    def run(self) -> None:
        """One more run, from INTENT to done, with its events and its watermark."""
        self._runs += 1
        before = self.journal.get_watermark(FLOW, ENTITY)
        after = Watermark(column="id", mark=Mark("int64", str(self._runs)), primary_key=("id",))
        run = RunRecord(
            ref=LoadRef(run_id=f"run-{self._runs:08}", flow=FLOW, entity=ENTITY),
            state="open",
            run_type="incremental",
            epoch=self._lease.epoch,
            destination="/lake/orders",
            store=Opened(type="parquet", table={"path": "/lake/orders"}),
            coordinator_run_id=f"coordinator-{self._runs:08}",
            watermark_before=before,
        )
        self._advance(run, event=self._ended(run, "start"))
        run = evolve(run, state="decided", manifest=_manifest(run, after))
        self._advance(run)
        run = evolve(run, state="committed")
        self._advance(run, event=self._ended(run, "complete"), watermark=after)
        self._advance(evolve(run, state="done"))

    def _advance(self, run: RunRecord, **told: Any) -> None:
        self.journal.advance(self._lease, run, **told)

    def _ended(self, run: RunRecord, event_type: Any) -> FlowEvent:
        return FlowEvent(
            event_type=event_type,
            flow_name=FLOW,
            entity=ENTITY,
            row_count=1_000,
            duration=1.5,
            run_id=run.ref.run_id,
            coordinator_run_id=run.coordinator_run_id,
        )


def _manifest(run: RunRecord, watermark: Watermark) -> Manifest:
    name = f"{run.ref.run_id}-00001.parquet"
    part = Part(staged=f".hygge/{name}", final=name, rows=1_000, bytes=9_999, sha256="0" * 64)
    schema = tuple((f"column_{n}", "int64") for n in range(20))
    return Manifest(
        ref=run.ref,
        mode="append",
        destination=run.destination,
        parts=(part,),
        rows=1_000,
        schema=schema,
        watermark=watermark,
    )


def verbs(history: History) -> dict[str, Callable[[], Any]]:
    """What a run asks of the journal, and what its user does."""
    journal = history.journal
    return {
        "record_event": history.event,
        "a whole run (4 transactions)": history.run,
        "get_watermark": lambda: journal.get_watermark(FLOW, ENTITY),
        "open_runs": lambda: journal.open_runs(FLOW, ENTITY),
        "get_last_run": lambda: journal.get_last_run(FLOW, ENTITY),
        "get_last_run, complete": lambda: journal.get_last_run(FLOW, ENTITY, event_type="complete"),
        "runs, the last 100": lambda: journal.runs(limit=100),
        "events, the last 100": lambda: journal.events(limit=100),
    }


def timed(call: Callable[[], Any]) -> float:
    """Seconds of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def compared(short: History, long: History, calls: int) -> dict[str, tuple[float, float]]:
    """Medians of each verb in both, called in turn."""
    found = {}
    beside = verbs(long)
    for name, verb in verbs(short).items():
        pairs = [(timed(verb), timed(beside[name])) for _ in range(calls)]
        found[name] = (median(one for one, _ in pairs), median(other for _, other in pairs))
    return found


def main(folder: Path, events: int, runs: int) -> dict[str, Any]:
    """Grow one journal, leave the other one young, and compare them."""
    with World(load(), root=folder) as world:
        short, long = History(world, folder / "short.db"), History(world, folder / "long.db")
        for history, count in ((short, FEW), (long, runs)):
            for _ in range(count):
                history.run()
        took = [timed(long.event) for _ in range(events)]
        sample = min(SAMPLE, events // 4)
        return {
            "verbs": compared(short, long, calls=200),
            "first": median(took[:sample]),
            "last": median(took[-sample:]),
            "sample": sample,
            "few": FEW,
            "bytes": long.path.stat().st_size,
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
