"""What these tests share: a journal, a database, and the records that go in and out of them."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import polars as pl
import pytest

from hygge_core.jsons import from_json, to_json
from hygge_core.records import (
    Ask,
    FlowEvent,
    Load,
    LoadRef,
    Manifest,
    Mark,
    Opened,
    Owner,
    RunRecord,
    Watermark,
)
from hygge_core.scene import Scene
from hygge_journal_sqlite.home.home import open_home
from hygge_journal_sqlite.journal.journal import open_journal
from hygge_journal_sqlite.settings import SqliteHomeConfig, SqliteJournalConfig, SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store

FLOW, ENTITY = "sales", "orders"
OWNER = Owner(host="here", pid=1, started="2013-01-01T00:00:00", name="contoso")

_ROWS = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Callable]:
    """Opens the journal, as often as one likes; all of them are closed in the end."""
    with ExitStack() as closing:

        def opened(**config):
            config = {"path": path, "busy_timeout_seconds": 5.0, **config}
            return closing.enter_context(open_journal(SqliteJournalConfig(**config), Scene()))

        yield opened


@pytest.fixture
def journal(opened):
    return opened()


@pytest.fixture
def make():
    """Makers of records."""
    return Makers


class Makers:
    flow, entity, owner = FLOW, ENTITY, OWNER

    @staticmethod
    def event(kind="complete", **given):
        return FlowEvent(**{"event_type": kind, "flow_name": FLOW, "entity": ENTITY, **given})

    @staticmethod
    def run(run_id="r1", state="open", **given):
        entity = given.pop("entity", ENTITY)
        return RunRecord(
            ref=LoadRef(run_id=run_id, flow=FLOW, entity=entity),
            state=state,
            **{
                "run_type": "incremental",
                "epoch": 1,
                "destination": "out",
                "store": Opened(type="parquet", table={"path": "out"}),
                **given,
            },
        )

    @staticmethod
    def watermark(value: int):
        return Watermark(column="id", mark=Mark("int64", str(value)))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "shop.db"


@pytest.fixture
def run(database: Path) -> Iterator[Callable]:
    """Runs SQL on the database, as somebody else would."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")

        def run(sql, *rows):
            return connection.executemany(sql, rows) if rows else connection.execute(sql)

        yield run


@pytest.fixture
def home(database: Path) -> Iterator[Callable]:
    """Opens a home on the database."""
    with ExitStack() as closing:

        def opened(table="orders", **config):
            if "query" not in config:
                config["table"] = table
            config = SqliteHomeConfig(path=database, **config)
            return closing.enter_context(open_home(config, Scene(flow=FLOW, entity=ENTITY)))

        yield opened


@pytest.fixture
def rows(home) -> Callable[..., pl.DataFrame]:
    """All that a home reads, in one frame."""

    def rows(table="orders", *, ask=None, **config) -> pl.DataFrame:
        opened, ask = home(table, **config), ask or Ask(entity=ENTITY)
        read = list(opened.read(ask))
        return pl.concat(read) if read else opened.schema(ask).to_frame()

    return rows


@pytest.fixture
def store(database: Path) -> Iterator[Callable]:
    """Opens a store on the database; what it warns of is in its ``said``."""
    with ExitStack() as closing:

        def opened(table="orders", **config):
            said: list[str] = []
            scene = Scene(flow=FLOW, entity=ENTITY, warn=said.append)
            config = SqliteStoreConfig(path=database, table=table, **config)
            made = closing.enter_context(open_store(config, scene))
            made.said = said
            return made

        yield opened


@pytest.fixture
def load(store) -> Callable:
    """Moves a frame through a store of its own, all the way."""
    counter = iter(range(10_000))

    def load(frame: pl.DataFrame, mode="append", table="orders", **config):
        opened = store(table, **config)
        staging = opened.begin(_new_load(frame, mode, f"load-{next(counter)}"))
        for batch in frame.iter_slices(3):
            staging.write(batch)
        manifest = staging.seal()
        opened.commit(manifest)
        opened.cleanup(manifest)
        opened.close()
        return opened

    return load


@pytest.fixture
def new_load():
    return _new_load


def _new_load(frame, mode="append", run_id="r1", **given) -> Load:
    ref = LoadRef(run_id=run_id, flow=FLOW, entity=ENTITY)
    return Load(ref=ref, mode=mode, schema=frame.schema, **given)


@pytest.fixture
def sealed(store, new_load):
    """A sealed load, with its manifest gone through JSON."""

    def sealed(frame=_ROWS, mode="append", run_id="r1", opened=None, **given):
        staging = (opened or store()).begin(new_load(frame, mode, run_id, **given))
        staging.write(frame)
        return from_json(to_json(staging.seal()), Manifest)

    return sealed


@pytest.fixture
def python():
    """Starts a real process of Python; its ``stdout`` can be read line by line."""
    started: list[subprocess.Popen] = []

    def python(code: str, *arguments: object) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield python
    for process in started:
        process.kill()
        process.communicate()
