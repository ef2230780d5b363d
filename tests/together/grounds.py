"""The grounds that the walks of these tests are taken on: local files and SQLite."""

import re
import shutil
import sqlite3
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import polars as pl

from hygge_core import plugins
from hygge_core.files.memory import tables
from hygge_core.records import Opened
from hygge_core.testing.ground import Ground
from hygge_core.testing.walk import OLD

#: Memory, where there is some: a walk makes ten thousand fsyncs and asserts none of them.
FAST = Path("/dev/shm") if Path("/dev/shm").is_dir() else None

ACTIONS = ("crash", "error")


class LocalGround(Ground):
    """A memory home, and a destination in a directory of its own."""

    def __init__(self, root: Path, *, journal: bool) -> None:
        self.plugins = PLUGINS
        self.root = root
        self.home = Opened(type="memory", table={"table": str(root)})
        if journal:
            path = str(root / "journal" / "journal.db")
            self.journal = Opened(type="sqlite", table={"path": path})

    def offer(self, rows: pl.DataFrame) -> None:
        tables[str(self.root)] = rows

    def durable(self) -> str:
        files = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        told = [f"{path.relative_to(self.root)} {content(path)}" for path in files]
        return RUN_ID.sub("RUN", "\n".join(told))


def content(path: Path) -> str:
    """A file without what differs each time: times, ids, and how SQLite lays out its pages."""
    if path.suffix == ".db":
        with sqlite3.connect(path) as database:
            dump = "\n".join(line for line in database.iterdump() if "flow_events" not in line)
        return TIME.sub("", UNIQUE.sub("", dump))
    if path.suffix in (".json", ".part"):
        return TIME.sub("", UNIQUE.sub("", path.read_text()))
    return "" if path.name.endswith(("-wal", "-shm")) else str(path.stat().st_size)


class ParquetGround(LocalGround):
    atomic = False

    def __init__(self, root: Path, *, journal: bool) -> None:
        super().__init__(root, journal=journal)
        self.live = root / "out" / "walk"
        self.store = Opened(type="parquet", table={"path": str(self.live), "rows_per_file": 2})

    def visible(self) -> pl.DataFrame | None:
        files = sorted(self.live.glob("*.parquet"))
        return pl.concat([pl.read_parquet(file) for file in files]) if files else None

    def leftovers(self) -> list[str]:
        staging = self.root / "out" / ".hygge"
        files = [path for path in staging.rglob("*") if path.is_file() or path.is_symlink()]
        return [str(path) for path in files if "locks" not in path.parts]


class SqliteGround(LocalGround):
    def __init__(self, root: Path, *, journal: bool) -> None:
        super().__init__(root, journal=journal)
        self.database = root / "out.db"
        self.store = Opened(type="sqlite", table={"path": str(self.database), "table": "walk"})

    def visible(self) -> pl.DataFrame | None:
        with (
            closing(sqlite3.connect(self.database)) as database,
            suppress(sqlite3.OperationalError),
        ):
            rows = database.execute("SELECT id, name FROM walk").fetchall()
            return pl.DataFrame(rows, schema=OLD.schema, orient="row")
        return None

    def leftovers(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as database:
            tables_there = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
            names = {name for (name,) in tables_there}
            kept = {"walk", "__hygge_loads", "__hygge_runs"}
            runs = (
                database.execute("SELECT * FROM __hygge_runs").fetchall()
                if "__hygge_runs" in names
                else []
            )
        return sorted(names - kept) + [str(run) for run in runs]


RUN_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{16}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?")
UNIQUE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|walk-\w{8}|\"etag\": ?\"[^\"]*\"|[0-9a-f]{32}")
PLUGINS = plugins.load()
GROUNDS = {"parquet": ParquetGround, "sqlite": SqliteGround}
CASES = [
    (name, run_type, journal)
    for name in GROUNDS
    for run_type, journal in (("incremental", True), ("full_drop", True), ("full_drop", False))
]


@contextmanager
def fresh(ground: type[LocalGround], journal: bool):
    root = Path(mkdtemp(prefix="walk-", dir=FAST))
    try:
        yield ground(root, journal=journal)
    finally:
        tables.pop(str(root), None)
        shutil.rmtree(root)
