"""What one call of the benchmarks was asked for, and the sources that its measurements share."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Literal

from attrs import field, frozen
from cost import run
from turns import say

HERE = Path(__file__).parent
HYGGE = (sys.executable, "-m", "hygge_core")

Size = Literal["quick", "default", "full"]


@frozen(kw_only=True)
class Source:
    """A table that was made, or ``tables`` of them; ``memory`` is what their values take there."""

    folder: Path
    form: str
    rows: int
    memory: int
    tables: tuple[str, ...] = ()


@frozen(kw_only=True)
class Bench:
    """``work`` holds everything that is made; ``turns`` is how often each contestant runs."""

    work: Path
    size: Size = "default"
    turns: int = 3
    cases: frozenset[str] = field(factory=frozenset)

    def wants(self, benchmark: str, case: str) -> bool:
        """Whether the case is among those that were named; with no names, all are."""
        return not self.cases or not self.cases.isdisjoint({benchmark, f"{benchmark}.{case}"})

    def pick(self, quick: int, default: int, full: int) -> int:
        """The number that goes with the size."""
        return {"quick": quick, "default": default, "full": full}[self.size]

    def source(
        self,
        shape: str,
        rows: int,
        *,
        form: str = "parquet",
        files: int = 1,
        tables: int = 0,
        first: int = 0,
    ) -> Source:
        """Make a source once; later calls, those of later processes too, find it."""
        folder = self.work / "sources" / f"{shape}-{form}-{rows}-{files}-{tables}-{first}"
        note = folder.with_name(f"{folder.name}.json")
        if not note.exists():
            say(f"  making {rows:,} rows of {shape} as {form}")
            shutil.rmtree(folder, ignore_errors=True)
            options = {"--files": files, "--tables": tables, "--first": first}
            words = [word for option in options.items() for word in map(str, option)]
            script = HERE / "tables.py"
            _, told = run([sys.executable, script, shape, str(rows), form, folder, *words])
            note.write_text(told, encoding="utf-8")
        known = json.loads(note.read_text(encoding="utf-8"))
        names = tuple(f"t{n:03}" for n in range(tables))
        return Source(folder=folder, form=form, tables=names, **known)

    def fresh(self, name: str) -> Path:
        """An empty folder for what a case writes."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder
