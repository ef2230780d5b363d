"""What one call of the benchmarks was asked for, and the sources that its measurements share."""

from __future__ import annotations

import json
import math
import shutil
import sys
from pathlib import Path
from typing import Any, Literal

from attrs import field, frozen

from cost import run
from turns import say

HERE = Path(__file__).parent
HYGGE = (sys.executable, "-m", "hygge_core")
_ALMOST = 1e-9

Size = Literal["quick", "default", "full"]


@frozen(kw_only=True)
class Source:
    """A table that was made: ``memory`` is the size of its values there, in bytes."""

    folder: Path
    form: str
    rows: int
    memory: int


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
        self, shape: str, rows: int, *, files: int = 1, form: str = "parquet", first: int = 0
    ) -> Source:
        """Make a source once; later calls, of later processes too, find it."""
        folder = self.work / "sources" / f"{shape}-{form}-{first}-{rows}-{files}" / "source"
        return self.made(folder, shape, rows, files=files, form=form, first=first)

    def made(
        self, folder: Path, shape: str, rows: int, *, files: int, form: str, first: int = 0
    ) -> Source:
        """The same in a folder of one's own choice."""
        note = folder.parent / f"{folder.name}.json"
        if not note.exists():
            say(f"  making {rows:,} rows of {shape} as {form}")
            shutil.rmtree(folder, ignore_errors=True)
            words = (HERE / "tables.py", shape, str(rows), str(files), form, folder)
            _, told = run([sys.executable, *words, "--first", str(first)])
            note.write_text(told)
        known = json.loads(note.read_text())
        return Source(folder=folder, form=form, rows=known["rows"], memory=known["memory"])

    def fresh(self, name: str) -> Path:
        """An empty folder for what a case writes."""
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def fingerprint(place: Path, form: str = "parquet") -> dict[str, Any]:
    """What a table holds, see ``fingerprint.py``; taken by a process of its own."""
    _, told = run([sys.executable, HERE / "fingerprint.py", place, form])
    found: dict[str, Any] = json.loads(told)
    return found


def differences(expected: dict[str, Any], found: dict[str, Any]) -> str:
    """What is not as expected, in words; empty where all is. Other columns may be there too."""
    wrong = [
        f"{what}: {found[what]}, not {expected[what]}"
        for what in ("rows", "ids", "folders")
        if found[what] != expected[what]
    ]
    for name, (nulls, kind, value) in expected["columns"].items():
        seen = found["columns"].get(name)
        if seen is None or seen[0] != nulls:
            wrong.append(f"{name}: {seen[0] if seen else 'no column'}, not {nulls} NULLs")
        elif seen[1] == kind and not math.isclose(seen[2], value, rel_tol=_ALMOST):
            wrong.append(f"{name}: measures {seen[2]}, not {value}")
    return "; ".join(wrong)
