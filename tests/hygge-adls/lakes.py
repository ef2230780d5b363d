"""A lake to test on: a fresh account, and hygge's own classes opened on it."""

from __future__ import annotations

import io
import re
import shutil
import sqlite3
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
from dfs import DfsServer

from hygge_adls.account import Account
from hygge_adls.settings.connections import AdlsConnection
from hygge_core import plugins
from hygge_core.config import structure
from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.flow import move
from hygge_core.engine.world import World
from hygge_core.files.memory import tables
from hygge_core.records import Ask, Opened
from hygge_core.task import Retry, Task, WatermarkSetting
from hygge_core.testing.ground import Ground

FAST = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
PLUGINS = plugins.load()
#: Lakes of tests ask for their secrets in the environment, as everybody's do.
KEY_VARIABLE = "HYGGE_TEST_LAKE_KEY"
SAS_VARIABLE = "HYGGE_TEST_LAKE_SAS"


def sign_in(server: DfsServer) -> dict[str, object]:
    """The keys of a connection to ``server``."""
    return {"account_url": server.url, "auth": "key", "key": {"env": KEY_VARIABLE}}


def connection(server: DfsServer, word: str = "adls") -> str:
    """The TOML of ``[connections.lake]``: with the account key, in OneLake with a signature."""
    auth, variable = ("sas", SAS_VARIABLE) if word == "onelake" else ("key", KEY_VARIABLE)
    return f"""
[connections.lake]
type = "{word}"
account_url = "{server.url}"
auth = "{auth}"
{auth} = {{ env = "{variable}" }}
"""


@contextmanager
def account_at(server: DfsServer):
    account = Account(structure(AdlsConnection, sign_in(server)))
    try:
        yield account
    finally:
        account.close()


class LakeGround(Ground):
    """A memory home, a lake of its own, and a journal on this host.

    A folder of a lake is replaced by two renames. Between them the old content is out of sight but
    there, in ``.hygge/old``: the ground looks there, for that is what the next start goes on from.
    """

    atomic = False
    folder = "out"

    def __init__(self, root: Path, server: DfsServer, *, journal: bool) -> None:
        self.plugins = PLUGINS
        self.root = root
        self.server = server
        self.home = Opened(type="memory", table={"table": str(root)})
        self.store = self.lake_store()
        if journal:
            self.journal = Opened(type="sqlite", table={"path": str(root / "journal.db")})

    def lake_store(self) -> Opened:
        place = {"filesystem": "lake", "path": f"{self.folder}/walk", "rows_per_file": 2}
        return Opened(type="adls", table={**sign_in(self.server), **place})

    def offer(self, rows: pl.DataFrame) -> None:
        tables[str(self.root)] = rows

    def visible(self) -> pl.DataFrame | None:
        return visible(self.server, self.folder)

    def leftovers(self) -> list[str]:
        return [n for n in self.server.files("lake") if ".hygge/" in n]

    def durable(self) -> str:
        told = [f"{TORN.sub('', n)} {_told(n, b)}" for n, b in self.server.files("lake").items()]
        local = [_journal(path) for path in sorted(self.root.glob("*.db"))]
        return RUN_ID.sub("RUN", "\n".join(sorted(told) + local))


def visible(server: DfsServer, folder: str) -> pl.DataFrame | None:
    """The rows of ``folder/walk``, or what a swap has put aside; ``None``: there are none."""
    files = server.files("lake")
    live = {n: b for n, b in files.items() if n.startswith(f"{folder}/walk/")}
    aside = {n: b for n, b in files.items() if n.startswith(f"{folder}/.hygge/old/")}
    seen = live or aside
    return pl.concat([pl.read_parquet(io.BytesIO(b)) for b in seen.values()]) if seen else None


class OneLakeGround(LakeGround):
    """The same in OneLake, which hears no keys; its journal is beside the data."""

    folder = "Raw.Lakehouse/Files"

    def __init__(self, root: Path, server: DfsServer, *, journal: bool) -> None:
        server.seed("lake", {self.folder: None})
        server.manners.onelake = True
        super().__init__(root, server, journal=journal)
        if journal:
            place = {"filesystem": "lake", "path": f"{self.folder}/.hygge_journal"}
            self.journal = Opened(type="parquet", table={**self.signed(), **place})

    def signed(self) -> dict[str, object]:
        sas = {"env": SAS_VARIABLE}
        return {"account_url": self.server.url, "auth": "sas", "sas": sas}

    def lake_store(self) -> Opened:
        place = {"workspace": "lake", "item": "Raw.Lakehouse", "path": "Files/walk"}
        return Opened(type="onelake", table={**self.signed(), **place, "rows_per_file": 2})


def _told(name: str, content: bytes) -> str:
    if name.endswith((".json", ".part")):
        return TIME.sub("", UNIQUE.sub("", content.decode()))
    return str(len(content))


def _journal(path: Path) -> str:
    with sqlite3.connect(path) as database:
        dump = "\n".join(line for line in database.iterdump() if "flow_events" not in line)
    return TIME.sub("", UNIQUE.sub("", dump))


RUN_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{16}")
TORN = re.compile(r"[0-9a-f]{32}(?=\.part$)")
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)?")
UNIQUE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f-]{27}|walk-\w{8}|\"(etag|folder)\": ?\"[^\"]*\"|[0-9a-f]{32}|:\d{4,5}\b"
)


@contextmanager
def fresh(ground: type[LakeGround], journal: bool):
    """A ground with a server of its own."""
    root = Path(mkdtemp(prefix="walk-", dir=FAST))
    try:
        with DfsServer() as server:
            yield ground(root, server, journal=journal)
    finally:
        tables.pop(str(root), None)
        shutil.rmtree(root)


#: Tokens that a notebook would give: the last one is good.
issued: list[str] = []


def token() -> str:
    """For ``token = "lakes:token"``."""
    return issued[-1]


def task_of(root: Path, home: Opened, store: Opened, **more) -> Task:
    """One entity's task, as a coordinator would hand it out."""
    ids = {"run_id": new_run_id(), "flow_run_id": "f", "coordinator_run_id": "c"}
    told = {"retry": Retry(attempts=2, max_wait_seconds=0.0), "run_type": "full_drop", **more}
    where = {"project": "p", "root": str(root), "flow": "shop", "entity": "orders"}
    return Task(**ids, **where, home=home, store=store, **told)


class Mover:
    """Moves frames to a lake's store, and reads what a lake's home finds: as runs do."""

    def __init__(self, server: DfsServer, root: Path, **more: object) -> None:
        self.server = server
        self.root = root
        self.more = more
        self.journal: dict[str, object] = {}

    def table(self, **told: object) -> dict[str, object]:
        return {**sign_in(self.server), "filesystem": "lake", **self.more, **told}

    def store(self, rows, run_type="full_drop", *, plan=None, word="adls", **told):
        """One run; its result."""
        tables["source"] = rows
        task = task_of(
            self.root,
            Opened(type="memory", table={"table": "source"}),
            Opened(type=word, table=self.table(**told)),
            run_type=run_type,
            journal=self._journal(),
            watermark=WatermarkSetting(column="id"),
        )
        with World(PLUGINS, root=self.root, project="p") as world:
            return move(task, world)

    def _journal(self) -> Opened:
        if self.journal:
            return Opened(type="parquet", table=self.journal)
        return Opened(type="sqlite", table={"path": str(self.root / "journal.db")})

    @contextmanager
    def home(self, word="adls", **told):
        """A home, opened."""
        opened = Opened(type=word, table=self.table(**told))
        with World(PLUGINS, root=self.root) as world, world.home(opened) as home:
            yield home

    def rows(self, ask=None, **told) -> pl.DataFrame:
        """All that a home reads."""
        ask = ask or Ask(entity="orders")
        with self.home(**told) as home:
            return pl.concat([home.schema(ask).to_frame(), *home.read(ask)])
