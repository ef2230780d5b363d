"""One contestant, in a process of its own: ``contestants.py NAME ROOT``; it prints what it cost.

``ROOT/bench.json`` says where the server is. Only what happens after the imports is measured: wall
seconds, and the CPU seconds of this process with all of its threads. The server is another process.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import mssql_py_core  # noqa: F401  # the driver loads it at the first bulk load
import mssql_python
import polars as pl
import pyarrow as pa  # noqa: F401  # so does the driver's Arrow reader

import hygge_mssql.home.home
import hygge_mssql.store.store  # noqa: F401  # what opens late, and is not to be measured
from hygge_core import config, plugins
from hygge_core.engine.coordinator import Coordinator
from hygge_core.engine.world import World
from hygge_core.records import Ask

BATCH = 65_536
LOAD_BATCH = 102_400


class Bench:
    """What the contestants share: the server, the rows on this host, a place for new ones."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.told = json.loads((root / "bench.json").read_text())
        self.out = root / "out"

    def connect(self) -> Any:
        mssql_python.pooling(enabled=False)
        return mssql_python.connect(**self.told["driver"], autocommit=True)

    def arrow(self) -> Iterator[pl.DataFrame]:
        cursor = self.connect().cursor()
        cursor.execute("SELECT * FROM dbo.source")
        for batch in cursor.arrow_reader(BATCH):
            yield pl.DataFrame(batch)

    def tuples(self) -> Iterator[pl.DataFrame]:
        """As ``polars.read_database`` does with such a driver: row tuples, then columns."""
        cursor = self.connect().cursor()
        cursor.execute("SELECT * FROM dbo.source")
        names = [column[0] for column in cursor.description]
        while rows := cursor.fetchmany(BATCH):
            yield pl.DataFrame([tuple(row) for row in rows], schema=names, orient="row")

    def home(self) -> Iterator[pl.DataFrame]:
        """hygge's home alone, without engine and store."""
        loaded = plugins.load()
        (entity,) = self.entities("read", loaded)
        with World(loaded, root=self.root) as world, world.home_of(entity) as home:
            yield from home.read(Ask(entity="read"))

    def entities(self, flow: str, loaded: Any) -> list[Any]:
        project = config.load(start=self.root, plugins=loaded)
        return [each for each in project.entities if each.flow == flow]

    def run(self, flow: str) -> int:
        """A whole run of hygge: staged, counted, checked, committed."""
        loaded = plugins.load()
        project = config.load(start=self.root, plugins=loaded)
        entities = [each for each in project.entities if each.flow == flow]
        (result,) = Coordinator(project, loaded, lambda event: None).run(entities).results
        assert result.outcome == "complete", result
        return int(result.rows_written)

    def rows(self) -> Iterator[pl.DataFrame]:
        for file in sorted((self.root / "rows").glob("*.parquet")):
            yield from pl.read_parquet(file).iter_slices(LOAD_BATCH)

    def load(self, put: Callable[[Any, pl.DataFrame], None]) -> int:
        cursor = self.connect().cursor()
        done = 0
        for frame in self.rows():
            put(cursor, frame)
            done += frame.height
        return done


def kept(frames: Iterator[pl.DataFrame], out: Path) -> int:
    """Write each batch as Parquet, and count."""
    out.mkdir(exist_ok=True)
    rows = 0
    for number, frame in enumerate(frames):
        frame.write_parquet(out / f"{number:05}.parquet")
        rows += frame.height
    return rows


def counted(frames: Iterator[pl.DataFrame]) -> int:
    return sum(frame.height for frame in frames)


def bulk_arrow(cursor: Any, frame: pl.DataFrame) -> None:
    cursor.bulkcopy_arrow(
        "dbo.loaded",
        frame,
        batch_size=LOAD_BATCH,
        timeout=0,
        column_mappings=frame.columns,
        keep_nulls=True,
        table_lock=True,
    )


def bulk_tuples(cursor: Any, frame: pl.DataFrame) -> None:
    cursor.bulkcopy(
        "dbo.loaded", frame.iter_rows(), batch_size=LOAD_BATCH, timeout=0, keep_nulls=True
    )


#: Each reads or writes all rows once and says how many they were.
CONTESTANTS: dict[str, Callable[[Bench], int]] = {
    "read: the driver's Arrow": lambda b: counted(b.arrow()),
    "read: hygge's home": lambda b: counted(b.home()),
    "read: row tuples": lambda b: counted(b.tuples()),
    "to Parquet: the driver's Arrow": lambda b: kept(b.arrow(), b.out),
    "to Parquet: hygge run": lambda b: b.run("read"),
    "to Parquet: row tuples": lambda b: kept(b.tuples(), b.out),
    "load: the driver's Arrow": lambda b: b.load(bulk_arrow),
    "load: hygge run": lambda b: b.run("load"),
    "load: row tuples": lambda b: b.load(bulk_tuples),
}


def cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    name, root = sys.argv[1:]
    bench = Bench(Path(root))
    began, cpu_before = time.perf_counter(), cpu()
    rows = CONTESTANTS[name](bench)
    cost = {"rows": rows, "seconds": time.perf_counter() - began, "cpu": cpu() - cpu_before}
    sys.stdout.write(json.dumps(cost))
    sys.stdout.flush()
    os._exit(0)  # nothing that a driver does at its end is part of it
