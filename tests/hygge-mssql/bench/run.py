"""Mixed rows in and out of SQL Server: ``python tests/hygge-mssql/bench/run.py [--quick]``.

hygge beside the same driver by hand: its Arrow reading and bulk loading, and the row tuples that
most programs read. **The server is the double of the tests**: what it costs is its own process's
and not counted, so that only the client's CPU means anything; the wall times are the double's.
Contestants run in turn, each in a process of its own, and the medians' ratios are printed.

The exit code is 1 when rows were missing, never because something was slow.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

import polars as pl

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
sys.path[:0] = map(str, (HERE.parent, TESTS / "bench", TESTS / "doubles"))

from ground import Ground, double  # noqa: E402  # after the path is set
from project import connection  # noqa: E402
from report import Table, machine  # noqa: E402
from tds.process import TdsProcess  # noqa: E402
from turns import say  # noqa: E402

FLOWS = """
[journal]
type = "sqlite"
path = "journal.db"
[flows.read]
home = { type = "mssql", connection = "sql", table = "dbo.source" }
store = { type = "parquet", path = "out/hygge" }
[flows.load]
home = { type = "parquet", path = "rows" }
store = { type = "mssql", connection = "sql", table = "dbo.hygge" }
"""
COLUMNS = (
    "[id] bigint, [n] int, [f] float, [amount] decimal(18,4), [day] date, [at] datetime2(6),"
    " [yes] bit, [name] nvarchar({name}), [code] nvarchar({code})"
)
NAMES = (
    "read: the driver's Arrow",
    "read: hygge's home",
    "read: row tuples",
    "to Parquet: the driver's Arrow",
    "to Parquet: hygge run",
    "to Parquet: row tuples",
    "load: the driver's Arrow",
    "load: hygge run",
    "load: row tuples",
)


def mixed(rows: int) -> pl.DataFrame:
    """Nine columns of as many types; a tenth of the values are NULL."""
    n = pl.int_range(rows, eager=True).alias("id")
    made = n.to_frame().with_columns(
        n=(pl.col("id") * 7919 % 100_003).cast(pl.Int32),
        f=pl.col("id") / 7,
        amount=(pl.col("id") % 1_000_000 / 100).cast(pl.Decimal(18, 4)),
        day=pl.date(2013, 1, 1) + pl.duration(days=pl.col("id") % 3650),
        at=pl.datetime(2013, 1, 1) + pl.duration(microseconds=pl.col("id") * 123_457),
        yes=pl.col("id") % 3 == 0,
        name=pl.format("Kunde Nr. {} Ærø", pl.col("id") % 50_000),
        code=pl.format("C{}", pl.col("id") % 997),
    )
    return made.with_columns(
        pl.when((pl.col("id") + at) % 10 != 0).then(pl.col(name)).alias(name)
        for at, name in enumerate(made.columns[1:])
    )


def main(words: Sequence[str]) -> int:
    """Run all; returns the exit code."""
    said = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    said.add_argument("--quick", action="store_true", help="100,000 rows, one turn")
    said.add_argument("--rows", type=int, default=1_000_000, help="how many (1,000,000)")
    said.add_argument("--turns", type=int, default=3, help="how often each contestant runs (3)")
    asked = said.parse_args(words)
    rows, turns = (100_000, 1) if asked.quick else (asked.rows, asked.turns)
    sys.stdout.write(f"{machine()}\n\n")
    with tempfile.TemporaryDirectory(prefix="hygge-bench-") as folder, TdsProcess() as server:
        root = Path(folder)
        ground = double(server)
        prepare(root, ground, rows)
        table = contest(root, ground, rows, turns)
    sys.stdout.write(f"{table}\n")
    return 1 if table.wrong else 0


def prepare(root: Path, ground: Ground, rows: int) -> None:
    frame = mixed(rows)
    (root / "rows").mkdir()
    frame.write_parquet(root / "rows" / "rows.parquet")
    (root / "hygge.toml").write_text(f"{connection(ground)}\n{FLOWS}")
    told = ground.table
    driver = {
        "Server": f"{told['server']},{told['port']}",
        "Database": told["database"],
        "UID": told["user"],
        "PWD": ground.password,
        "Encrypt": "no",
        "TrustServerCertificate": "yes",
    }
    (root / "bench.json").write_text(json.dumps({"driver": driver}))
    ground.execute(f"CREATE TABLE dbo.source ({COLUMNS.format(name=50, code=20)})")
    with ground.cursor() as cursor:
        cursor.bulkcopy_arrow(
            "dbo.source", frame, column_mappings=frame.columns, keep_nulls=True, timeout=0
        )


def contest(root: Path, ground: Ground, rows: int, turns: int) -> Table:
    told: dict[str, list[dict[str, Any]]] = {name: [] for name in NAMES}
    wrong = []
    for turn in range(turns):
        for name in NAMES:
            say(f"  turn {turn + 1} of {turns}: {name}")
            shutil.rmtree(root / "out", ignore_errors=True)
            ground.execute(
                "DROP TABLE IF EXISTS dbo.loaded",
                f"CREATE TABLE dbo.loaded ({COLUMNS.format(name='max', code='max')})",
            )
            cost = once(name, root)
            told[name].append(cost)
            if cost["rows"] != rows:
                wrong.append(f"{name}: {cost['rows']:,} rows of {rows:,}")
    return Table(
        title=f"{rows:,} mixed rows, against the driver's own Arrow",
        above="CPU seconds of the client alone; the server is the double of the tests.",
        head=("", "CPU", "CPU s", "rows/s of CPU", "wall"),
        rows=[row(name, told, rows) for name in NAMES],
        wrong=wrong,
    )


def row(name: str, told: dict[str, list[dict[str, Any]]], rows: int) -> tuple[str, ...]:
    reference = told[f"{name.partition(':')[0]}: the driver's Arrow"]
    cpu, first = (median(cost["cpu"] for cost in costs) for costs in (told[name], reference))
    wall, second = (median(cost["seconds"] for cost in costs) for costs in (told[name], reference))
    return (
        name,
        f"{cpu / first:.2f}",
        f"{cpu:.2f}",
        f"{rows / cpu:,.0f}",
        f"{wall / second:.2f}",
    )


def once(name: str, root: Path) -> dict[str, Any]:
    words = [sys.executable, str(HERE / "contestants.py"), name, str(root)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=1800, check=False)
    if done.returncode:
        return {"rows": 0, "seconds": float("nan"), "cpu": float("nan"), "why": say(done.stderr)}
    return dict(json.loads(done.stdout))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
