"""One fresh journal: to open as often as one likes, here and in processes of their own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import Popen
from typing import TYPE_CHECKING, Any

from attrs import evolve

from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.world import World
from hygge_core.records import (
    FlowEvent,
    Manifest,
    Mark,
    Opened,
    Owner,
    Part,
    RunRecord,
    Ties,
    Watermark,
    now,
)
from hygge_core.states import FOLLOWS
from hygge_core.testing.another import another
from hygge_core.testing.stores.place import reference

if TYPE_CHECKING:
    from hygge_core.protocols import Journal
    from hygge_core.records import EventType, Lease, RunState
    from hygge_core.testing.subjects import JournalSubject

FLOW = ENTITY = "walk"
#: A name of Latin-1 on a disk of UTF-8, as Python tells it; it gets into what a run says.
NOT_UTF8 = "caf\udce9.csv"
OWNER = Owner(host="here", pid=1, started="2013-01-01T00:00:00+00:00", name="the kit")
OTHER = Owner(host="there", pid=2, started="2013-01-01T00:00:01+00:00", name="the other")
#: How each state is reached from nothing.
PATHS: dict[str, tuple[RunState, ...]] = {
    "none": (),
    "open": ("open",),
    "decided": ("open", "decided"),
    "blocked": ("open", "decided", "blocked"),
    "committed": ("open", "decided", "committed"),
    "done": ("open", "decided", "committed", "done"),
    "rolled_back": ("open", "rolled_back"),
}
STATES: tuple[RunState, ...] = ("open", "decided", "blocked", "committed", "done", "rolled_back")


class JournalPlace:
    """A journal of ``subject`` below ``root``."""

    def __init__(self, subject: JournalSubject, root: Path) -> None:
        self.subject = subject
        self.root = root
        self.plugins = subject.plugins()

    @contextmanager
    def opened(self, table: dict[str, Any] | None = None) -> Iterator[Journal]:
        """The journal as a new process would open it."""
        here = self.subject.opened(self.root)
        with World(self.plugins, root=self.root) as world:
            yield world.journal(evolve(here, table=table) if table else here)

    def exists(self) -> bool:
        """Whether its kind says that it is there already."""
        with World(self.plugins, root=self.root) as world:
            return world.exists(self.subject.opened(self.root))

    def told(self) -> list[str]:
        """What is told of it before it is opened."""
        opened = self.subject.opened(self.root)
        with World(self.plugins, root=self.root) as world:
            return [repr(world.config_of("journal", opened)), world.address("journal", opened)]

    def process(self, verb: str, *words: str) -> AbstractContextManager[Popen[str]]:
        """A process of its own that opens the journal and does ``verb``, for a minute at most."""
        script = str(Path(__file__).with_name("process.py"))
        return another(script, self.subject, self.root, verb, *words)


def event(kind: EventType = "complete", **more: Any) -> FlowEvent:
    """An event of the kit's entity."""
    return FlowEvent(**{"event_type": kind, "flow_name": FLOW, "entity": ENTITY, **more})


def rich_event() -> FlowEvent:
    """An event with everything in it."""
    return event(
        row_count=7,
        duration=1.25,
        watermark=watermark("7"),
        metadata={"note": "Grüße 🦊", "file": NOT_UTF8, "nested": {"list": [1, None, "x", 0.1]}},
        run_id="run",
        coordinator_run_id="coordinator",
    )


def watermark(value: str = "1") -> Watermark:
    """A watermark with everything in it; its text is kept to the last digit."""
    return Watermark(
        column="ModifiedAt",
        mark=Mark("datetime[ns]", f"2013-01-01T05:00:00.00000000{value}"),
        primary_key=("a", "Größe"),
        ties=Ties(rows=2, total="18446744073709551615", digests={"00ff00ff00ff00ff": 2}),
        nulls=3,
    )


def run(lease: Lease | None = None, **more: Any) -> RunRecord:
    """A run of the kit's entity, as it begins."""
    told = {
        "ref": reference(new_run_id()),
        "state": "open",
        "run_type": "incremental",
        "epoch": lease.epoch if lease else 1,
        "destination": "there",
        "store": Opened(type="memory", table={"table": "x"}),
        "coordinator_run_id": "coordinator",
    }
    return RunRecord(**{**told, **more})


def manifest(of: RunRecord) -> Manifest:
    """A small manifest of a run."""
    return Manifest(
        ref=of.ref,
        mode="append",
        destination="there",
        parts=(Part(staged="a", final="b", rows=7, bytes=9, sha256="00", etag="x"),),
        rows=7,
        schema=(("id", "int64"),),
        watermark=watermark("2"),
        extra={"any": {"thing": [1, "x"]}},
    )


def brought_to(journal: Journal, lease: Lease, state: str, **more: Any) -> RunRecord:
    """A run that has gone all the way to ``state``; ``none``: it is not recorded."""
    record = run(lease, **more)
    for step in PATHS[state]:
        record = evolve(record, state=step)
        journal.advance(lease, record)
    return record


def following(before: str) -> set[str]:
    """The states that may follow ``before``, the same again among them."""
    known: dict[str, frozenset[RunState]] = {
        state or "none": after for state, after in FOLLOWS.items()
    }
    return {before, *known[before]}


def long_ago(days: int) -> dict[str, Any]:
    """``started`` and ``updated`` of a run that was over so many days ago."""
    then = now() - timedelta(days=days)
    return {"started": then, "updated": then}
