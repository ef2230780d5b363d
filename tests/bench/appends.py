"""Incremental runs: what is new is appended, and a run that finds nothing new costs nothing."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bench import HERE, HYGGE, Bench, Source
from checking import differences, fingerprint
from cost import run
from projects import project
from report import MIB, Table, ratios
from turns import Contestant, in_turn


def appends(bench: Bench) -> Table:
    """Parquet → Parquet, what is newer than the last run; 1.00 is Polars with a filter."""
    rows = bench.pick(50_000, 1_000_000, 10_000_000)
    old = bench.source("mix", rows, files=10)
    new = bench.source("mix", rows // 10, first=rows)
    case = _Appending(bench.fresh("appends"), old, new)
    standings = in_turn([case.polars(), case.hygge(), case.nothing_new()], bench.turns)
    size = f"{new.rows:,} new rows after {old.rows:,}, {new.memory / MIB:,.0f} MiB of values."
    return ratios("appends", standings, above=f"{appends.__doc__} {size}")


class _Appending:
    """A lake that has the old rows already, and a source that has old and new ones."""

    def __init__(self, work: Path, old: Source, new: Source) -> None:
        self._work = work
        self._old = old
        self._new = new
        self._source = work / "source"
        self._both = work / "both"
        for place in (self._source, self._both):
            shutil.copytree(old.folder, place)
        shutil.copytree(new.folder, self._both, dirs_exist_ok=True)

    def polars(self) -> Contestant:
        """Knows the watermark by heart, and remembers nothing."""
        out = self._work / "polars"
        words = (HERE / "peers" / "polars_sink.py", self._both, out, "--after", self._old.rows - 1)
        return Contestant(
            name="Polars scan, filter → sink",
            command=(sys.executable, *map(str, words)),
            out=out,
            check=lambda: differences(fingerprint(self._new.folder), fingerprint(out)),
        )

    def hygge(self) -> Contestant:
        """One incremental run after a first one."""
        return self._hygge("hygge, an append", self._add, self._both)

    def nothing_new(self) -> Contestant:
        """The same where the source has not changed."""
        return self._hygge("hygge, nothing new", lambda: None, self._old.folder)

    def _hygge(self, name: str, then: Callable[[], None], holds: Path) -> Contestant:
        out = self._work / name.replace(", ", "-").replace(" ", "-")
        folder = project(
            self._work / f"project-{out.name}",
            home={"type": "parquet", "path": self._source},
            store={"type": "parquet", "path": out / "lake"},
            journal=out / "journal.db",
            flow={
                "run_type": "incremental",
                "watermark": {"column": "id", "primary_key": "id"},
                "lane": "rows",
            },
        )
        command = (*HYGGE, "-C", folder, "-q", "run")

        def before() -> None:
            for path in self._new.folder.iterdir():
                (self._source / path.name).unlink(missing_ok=True)
            run(command)
            then()

        return Contestant(
            name=name,
            command=command,
            out=out,
            before=before,
            check=lambda: differences(fingerprint(holds), fingerprint(out / "lake")),
        )

    def _add(self) -> None:
        shutil.copytree(self._new.folder, self._source, dirs_exist_ok=True)
