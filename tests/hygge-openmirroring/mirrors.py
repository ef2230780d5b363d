"""A mirrored database to test on: OneLake with one item, the store opened on it, and its tables as
the service would show them."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
import pytest
from azure.storage.filedatalake import DataLakeServiceClient
from dfs import DfsServer
from zones import replayed

from hygge_core import plugins
from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.flow import move
from hygge_core.engine.world import World
from hygge_core.files.memory import tables
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Load, LoadRef, Manifest, Opened
from hygge_core.task import Retry, Task, WatermarkSetting

__all__ = ["Mirror", "mirror", "served"]

ITEM = "mirror"
SAS = "sv=2023-01-03&sp=rlwcd&sig=c2VjcmV0"
ZONE = f"{ITEM}/Files/LandingZone"
OWN = f"{ITEM}/Files/.hygge"
PLUGINS = plugins.load()
#: A project whose flow ``shop`` mirrors tables of the memory; ``{store}`` and ``{more}`` are TOML.
PROJECT = """
[project]
name = "p"
[journal]
type = "sqlite"
path = "journal.db"
[flows.shop.home]
type = "memory"
table = "source/{{entity}}"
[flows.shop.store]
type = "open_mirroring"
account_url = "{url}"
auth = "sas"
sas = {{ env = "HYGGE_TEST_LAKE_SAS" }}
workspace = "lake"
mirror_name = "{item}"
{store}
{more}
"""


class Mirror:
    """The workspace ``lake`` with a mirrored database; ``waits`` are those that were asked for."""

    def __init__(self, server: DfsServer, root: Path) -> None:
        server.seed("lake", {f"{ITEM}/Files": None})
        server.manners.onelake = True
        self.server = server
        self.root = root
        self.journal = "journal.db"
        self.waits: list[float] = []
        self.warnings: list[str] = []

    zone = ZONE

    # --- the store ---------------------------------------------------------------------------

    def table(self, **told) -> dict[str, object]:
        sas = {"env": "HYGGE_TEST_LAKE_SAS"}
        place = {"workspace": "lake", "mirror_name": ITEM, "table": "orders"}
        return {"account_url": self.server.url, "auth": "sas", "sas": sas, **place, **told}

    @contextmanager
    def store(self, **told):
        """The store, opened as a new process would; its waits take no time."""
        opened = Opened(type="open_mirroring", table=self.table(**told))
        scene = {
            "flow": "shop",
            "entity": "orders",
            "warn": self.warnings.append,
            "wait": lambda seconds, reason: self.waits.append(seconds),
        }
        with World(PLUGINS, root=self.root) as world, world.store(opened, **scene) as store:
            yield store

    def sealed(self, rows, mode="append", *, keys=(), run_id="", **told) -> Manifest:
        """A load, staged and sealed in a process that is over afterwards."""
        ref = LoadRef(run_id=run_id or new_run_id(), flow="shop", entity="orders")
        if keys:
            told["key_columns"] = list(keys)
        with self.store(**told) as store:
            load = Load(ref=ref, mode=mode, schema=rows.schema, keys=tuple(keys), epoch=1)
            staging = store.begin(load)
            staging.write(rows)
            return from_json(to_json(staging.seal()), Manifest)

    def commit(self, manifest: Manifest, **told):
        with self.store(**told) as store:
            receipt = store.commit(manifest)
            store.cleanup(manifest)
            return receipt

    def load(self, rows, mode="append", *, keys=(), **told) -> Manifest:
        """A whole load."""
        if keys:
            told["key_columns"] = list(keys)
        manifest = self.sealed(rows, mode, keys=keys, **told)
        self.commit(manifest, **told)
        return manifest

    def run(self, rows, run_type="incremental", *, watermark="id", more=None, **told):
        """One run of the engine with a journal; its result."""
        tables["source"] = rows
        task = Task(
            run_id=new_run_id(),
            flow_run_id="f",
            coordinator_run_id="c",
            project="p",
            root=str(self.root),
            flow="shop",
            entity="orders",
            run_type=run_type,
            home=Opened(type="memory", table={"table": "source"}),
            store=Opened(
                type="open_mirroring",
                table=self.table(**{"folder_deletion_wait_seconds": 0.0, **told}),
            ),
            journal=Opened(type="sqlite", table={"path": str(self.root / self.journal)}),
            watermark=WatermarkSetting(column=watermark, primary_key=("id",))
            if watermark
            else None,
            retry=Retry(attempts=2, max_wait_seconds=0.0),
            **(more or {}),
        )
        with World(PLUGINS, root=self.root, project="p") as world:
            return move(task, world)

    @contextmanager
    def project(self, *, store: str, more: str, **sources: pl.DataFrame):
        """The root of a project, written, that mirrors ``sources``: the entities that they name."""
        text = PROJECT.format(url=self.server.url, item=ITEM, store=store, more=more)
        (self.root / "hygge.toml").write_text(text)
        tables.update({f"source/{entity}": rows for entity, rows in sources.items()})
        try:
            yield self.root
        finally:
            for entity in sources:
                tables.pop(f"source/{entity}", None)

    # --- what is there -----------------------------------------------------------------------

    def files(self, below: str = "") -> dict[str, bytes]:
        """The files of the landing zone by their names in it."""
        found = self.server.files("lake", ZONE)
        return {n.removeprefix(f"{ZONE}/"): b for n, b in found.items() if below in n}

    def numbers(self, table: str = "orders") -> list[int]:
        names = (n.rpartition("/") for n in self.files())
        return sorted(int(n[:20]) for at, _, n in names if at == table and n[:20].isdigit())

    def own(self) -> list[str]:
        """What hygge keeps beside the landing zone, but for its records."""
        found = self.server.files("lake", OWN)
        return [n for n in found if "/.hygge/tables/" not in n]

    def put(self, name: str, content: bytes | None) -> None:
        self.server.seed("lake", {f"{ZONE}/{name}": content})

    def client(self):
        """The SDK's own, for what the service and people do."""
        service = DataLakeServiceClient(self.server.url, SAS)
        return service.get_file_system_client("lake")

    def remove(self, name: str) -> None:
        """Somebody removes a file."""
        path = f"{ZONE}/{name}".replace("LandingZone/../", "")
        self.client().get_file_client(path).delete_file()

    def remove_folder(self, name: str) -> None:
        path = f"{ZONE}/{name}".replace("LandingZone/../", "")
        self.client().get_directory_client(path).delete_directory()

    def record(self, table: str = "orders") -> bytes:
        """What hygge remembers of a table."""
        return self.server.files("lake", OWN)[f"{OWN}/tables/{table}/record.json"]

    def put_aside(self, number: int, folder: str = "_ProcessedFiles", table: str = "orders"):
        """The service has read a file, and moves it."""
        name = f"{number:020}.parquet"
        client = self.client().get_file_client(f"{ZONE}/{table}/{name}")
        self.client().get_directory_client(f"{ZONE}/{table}/{folder}").create_directory()
        client.rename_file(f"lake/{ZONE}/{table}/{folder}/{name}")

    def tables(self) -> dict[str, pl.DataFrame]:
        """Every table, as the files that are there replay."""
        with TemporaryDirectory() as folder:
            for name, content in self.files().items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            return replayed(Path(folder))

    def rows(self, table: str = "orders") -> list[tuple]:
        return sorted(self.tables()[table].rows(), key=repr)


def table_of(files: dict[str, bytes], folder: str) -> pl.DataFrame:
    """The table that the files of ``folder`` replay to; ``files`` by their names in the zone."""
    with TemporaryDirectory() as root:
        for name, content in files.items():
            path = Path(root) / "table" / name.removeprefix(f"{folder}/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return replayed(Path(root))["table"]


@contextmanager
def served(root: Path):
    """A mirror on a server of its own; hygge's retries come at once."""
    from hygge_adls.lake import retries

    with pytest.MonkeyPatch.context() as patch, DfsServer() as server:
        patch.setenv("HYGGE_TEST_LAKE_SAS", SAS)
        patch.setattr(retries, "FIRST_SECONDS", 0.001)
        yield Mirror(server, root)
    tables.pop("source", None)


@pytest.fixture
def mirror(tmp_path):
    with served(tmp_path) as mirror:
        yield mirror
