"""``journal``: what the verbs of a long history cost, beside those of a short one."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from bench import HERE, Bench
from cost import run
from report import Table


def journal(bench: Bench) -> Iterator[Table]:
    """One table: microseconds (medians) with a short and with a long history, called in turn."""
    events = bench.pick(5_000, 100_000, 1_000_000)
    runs = bench.pick(500, 10_000, 100_000)
    out = bench.fresh("journal")
    _, told = run([sys.executable, HERE / "journal_steps.py", out, str(events), str(runs)])
    found = json.loads(told)
    yield Table(
        title="journal",
        above=f"SQLite; the long history has {events:,} events more, and {runs:,} finished runs "
        f"of the same entity; the short one {found['few']}. "
        f"The long one is a file of {found['bytes'] / (1 << 20):,.1f} MiB.",
        head=("", "short, µs", "long, µs", "long / short"),
        rows=[
            (verb, f"{short * 1e6:,.0f}", f"{long * 1e6:,.0f}", f"{long / short:.2f}")
            for verb, (short, long) in found["verbs"].items()
        ],
        notes=[
            f"While the long one grew: the first {found['sample']:,} events took "
            f"{found['first'] * 1e6:,.0f} µs each, the last {found['last'] * 1e6:,.0f} µs "
            f"({found['last'] / found['first']:.2f})."
        ],
    )
