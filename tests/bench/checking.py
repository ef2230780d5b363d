"""Whether a table arrived: its fingerprint beside that of its source."""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

from bench import HERE
from cost import run

_ALMOST = 1e-9


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
