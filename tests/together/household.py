"""A project on disk, and every way that its user has to run it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from hygge_core import config, plugins
from hygge_core.cli import main
from hygge_core.engine.coordinator import Coordinator
from hygge_core.engine.world import World
from hygge_core.errors import StoreError
from hygge_core.events import EntityFinished, EntityStarted, Event
from hygge_core.plugins import Plugins
from hygge_core.records import FlowEvent, RunRecord, Watermark
from hygge_core.task import Result, Summary

STRANGERS = Path(__file__).parent / "strangers"
#: Set in the environment of every test; whatever prints it has failed.
CANARY = "c4n4ry-in-a-coal-mine"

#: What the script ``ten`` yields.
TEN = list(range(10))

PARQUET = '{ type = "parquet", path = "out", rows_per_file = 2 }'
STUMBLING = '{ type = "stumbling", path = "out", stumble = "trips" }'
ONE = """
[run]
{run}
[retry]
attempts = 3
max_wait = "0s"
[flows.f]
home = {{ type = "scripted", script = "{script}", diary = "diary"{home} }}
store = {store}
"""
MANY = """
[run]
concurrency = {concurrency}
[connections.erp]
type = "pool"
max_connections = 3
[flows.f]
home = {{ type = "scripted", script = "{script}" }}
store = {store}
[flows.f.entities]
{entities}
"""
JOURNAL = '[journal]\ntype = "sqlite"\npath = ".hygge/journal.db"\n'


@frozen
class Done:
    """How a command ended: its exit code, its data and its talk."""

    code: int
    out: str
    err: str


class Cut:
    """What is staged cannot be made visible: a run is decided and no more."""

    def reach(self, point, detail):
        if point in {"local.rename:before", "local.exchange:before"}:
            raise StoreError("the disk is gone")


class Household:
    """``root`` holds the project; its ``hygge.toml`` is whatever ``toml`` wrote last."""

    def __init__(self, root: Path, capsys: Any = None) -> None:
        self.root = root
        self._capsys = capsys
        self._started: list[Any] = []
        self.events: list[Event] = []

    # --- what is there -----------------------------------------------------------------------

    def toml(self, text: str, *, journal: bool = True) -> None:
        """Write ``hygge.toml``; by default with a SQLite journal."""
        said = textwrap.dedent(text)
        (self.root / "hygge.toml").write_text((JOURNAL if journal else "") + said)

    def one(self, script: str, *, store: str = PARQUET, home: str = "", run: str = "") -> None:
        """Write a project of one flow, ``f``, that plays ``script``."""
        self.toml(ONE.format(script=script, store=store, home=home, run=run))

    def many(
        self,
        *entities: str,
        script: str = "ten",
        store: str = '{ type = "parquet", path = "out" }',
        concurrency: int = 4,
    ) -> None:
        """Write a project whose flow ``f`` has these entities: lines of TOML, or names alone."""
        lines = "\n".join(each if "=" in each else f"{each} = {{}}" for each in entities)
        self.toml(MANY.format(script=script, store=store, concurrency=concurrency, entities=lines))

    def put(self, name: str, rows: pl.DataFrame) -> Path:
        """Write a Parquet file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(path)
        return path

    def text(self, name: str, text: str | bytes) -> Path:
        """Write any file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def rows(self, table: str = "out") -> pl.DataFrame:
        """What a reader finds in a destination of Parquet files."""
        files = sorted((self.root / table).glob("*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files])

    def ids(self, table: str = "out") -> list[Any]:
        """The ``id`` of every row there, sorted."""
        return self.rows(table).get_column("id").sort().to_list()

    def snapshot(self, table: str = "out") -> dict[str, str]:
        """Every file of a destination with the digest of its bytes."""
        root = self.root / table
        return {
            str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        }

    def leftovers(self) -> list[str]:
        """Staging, superseded content and unfinished records, wherever they lie."""
        return [
            str(path)
            for place in self.root.rglob(".hygge")
            for kind in ("stage", "old", "runs")
            for path in (place / kind).rglob("*")
            if path.is_file()
        ]

    # --- running it --------------------------------------------------------------------------

    def hygge(self, *words: str, **env: str) -> Done:
        """``hygge WORDS`` in a process of its own."""
        process = self.start(*words, **env)
        return self.finish(process)

    def start(self, *words: str, before: Callable[[], None] | None = None, **env: str) -> Any:
        """The same without waiting for it; ``before`` is called in the child before it starts."""
        process = subprocess.Popen(
            [sys.executable, "-m", "hygge_core", "-C", str(self.root), *words],
            env={**os.environ, "PYTHONPATH": str(STRANGERS), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=before,  # noqa: PLW1509  # it only gives up rights
        )
        self._started.append(process)
        return process

    def finish(self, process: Any, seconds: float = 60) -> Done:
        """Wait for ``process``."""
        try:
            out, err = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        return self._done(process.returncode, out, err)

    def end(self) -> None:
        """Kill what a failed test has left running, or stopped."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
                process.communicate()

    def call(self, *words: str) -> Done:
        """``hygge WORDS`` in this process: the same code without the half second of its start."""
        self._capsys.readouterr()
        code = main(["-C", str(self.root), *words])
        return self._done(code, *self._capsys.readouterr())

    def _done(self, code: int, out: str, err: str) -> Done:
        assert CANARY not in out + err
        assert "Traceback" not in err, err
        return Done(code, out, err)

    def project(self, *sets: str) -> Any:
        """The configuration as it is now."""
        return config.load(start=self.root, sets=sets, plugins=self.plugins)

    @cached_property
    def plugins(self) -> Plugins:
        """What is installed, the stranger's included."""
        return plugins.load()

    def run(self, *, sets: Sequence[str] = (), meanwhile: Any = None, **asked: Any) -> Summary:
        """A coordinator's run in this process; its events are in ``events``.

        ``meanwhile`` is called with the coordinator before it starts.
        """
        project = self.project(*sets)
        self.events.clear()
        coordinator = Coordinator(project, self.plugins, self.events.append)
        if meanwhile is not None:
            meanwhile(coordinator)
        return coordinator.run(project.entities, **asked)

    def move(self, **asked: Any) -> Result:
        """``run`` where there is but one entity: its result."""
        [result] = self.run(**asked).results
        return result

    def started(self) -> list[str]:
        """The entities of the last ``run``, in the order in which they started."""
        return [event.entity for event in self.events if isinstance(event, EntityStarted)]

    def finished(self) -> list[str]:
        """The same in the order in which they ended."""
        return [event.entity for event in self.events if isinstance(event, EntityFinished)]

    # --- what is remembered ------------------------------------------------------------------

    @contextlib.contextmanager
    def journal(self) -> Iterator[Any]:
        project = self.project()
        with World(self.plugins, root=self.root) as world:
            yield world.journal(project.entities[0].journal)

    def told(self, entity: str | None = None) -> list[FlowEvent]:
        """The events of the entities, newest first."""
        with self.journal() as journal:
            return [e for e in journal.events() if e.entity and entity in (None, e.entity)]

    def records(self) -> list[RunRecord]:
        """The runs, newest first."""
        with self.journal() as journal:
            return list(journal.runs())

    def watermark(self, flow: str) -> Watermark | None:
        with self.journal() as journal:
            return journal.get_watermark(flow, flow)


def until(true: Callable[[], Any], seconds: float = 60.0) -> None:
    """Wait for something that another process or thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.01)
