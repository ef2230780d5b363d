"""``scale``: many tiny tables in one run; nothing may grow with their number."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from bench import HERE, Bench
from cost import run
from projects import project
from report import MIB, Table

_ROWS = 10
_AT_ONCE = 8


def scale(bench: Bench) -> Iterator[Table]:
    """One table: what the process held, and what an entity cost, after each tenth of them."""
    source = bench.source("mix", _ROWS, tables=bench.pick(50, 200, 2_000))
    out = bench.fresh("scale")
    folder = project(
        out / "project",
        home={"type": "parquet", "path": source.folder},
        store={"type": "parquet", "path": out / "lake"},
        journal=out / "journal.db",
        entities=source.tables,
        flow={"watermark": {"column": "id", "primary_key": "id"}},
    )
    _, told = run([sys.executable, HERE / "scale_steps.py", folder, str(_AT_ONCE)])
    seen = json.loads(told)
    rows = []
    before = seen[0]
    for now in seen[1:]:
        moved = now[0] - before[0]
        rows.append(
            (
                f"{now[0]:,}",
                f"{(now[1] - before[1]) / moved * 1e3:,.1f}",
                f"{(now[2] - before[2]) / moved * 1e3:,.1f}",
                f"{now[3] / MIB:,.0f}",
                str(now[4]),
            )
        )
        before = now
    yield Table(
        title="scale",
        above=f"{len(source.tables):,} tables of {_ROWS} rows, {_AT_ONCE} at a time, with a "
        "journal, in one process; each line is of the entities since the line before.",
        head=("entities", "ms each", "CPU ms each", "MiB held", "files open"),
        rows=rows,
    )
