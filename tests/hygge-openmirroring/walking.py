"""A mirrored table to walk on: the store, a journal, and a poller that sees every instant."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import polars as pl
from attrs import frozen
from azure.storage.filedatalake import DataLakeServiceClient
from dfs import DfsServer
from mirrors import ITEM, OWN, PLUGINS, SAS, ZONE
from poller import Poller, Shown

from hygge_core.files.memory import tables
from hygge_core.records import Opened
from hygge_core.testing.ground import Ground
from hygge_core.testing.promises import keep, none_of
from hygge_core.testing.walk import MORE, OLD, OTHER, Walk

FAST = Path("/dev/shm") if Path("/dev/shm").is_dir() else None
ROWS_PER_FILE = 2


class MirrorGround(Ground):
    """A memory home, a mirrored database of its own, and a journal on this host.

    What a reader sees is what the poller makes of the landing zone. Told so many ``seconds`` the
    store waits after a deletion: none.
    """

    atomic = False

    def __init__(
        self, root: Path, server: DfsServer, poller: Poller, *, journal: bool = True, **told: object
    ) -> None:
        server.seed("lake", {f"{ITEM}/Files": None})
        server.manners.onelake = True
        self.plugins = PLUGINS
        self.root = root
        self.server = server
        self.poller = poller
        self.home = Opened(type="memory", table={"table": str(root)})
        place = {"workspace": "lake", "mirror_name": ITEM, "table": "walk"}
        sign_in = {"account_url": server.url, "auth": "sas", "sas": {"env": "HYGGE_TEST_LAKE_SAS"}}
        more = {"rows_per_file": ROWS_PER_FILE, "folder_deletion_wait_seconds": 0.0, **told}
        self.store = Opened(type="open_mirroring", table={**sign_in, **place, **more})
        if journal:
            self.journal = Opened(type="sqlite", table={"path": str(root / "journal.db")})

    @classmethod
    def beside(cls, other: MirrorGround) -> MirrorGround:
        """Another coordinator's ground: the same mirror and source, a journal of its own."""
        own = cls(other.root, other.server, other.poller)
        own.store = other.store
        own.journal = Opened(type="sqlite", table={"path": str(other.root / "other.db")})
        return own

    def remove(self, path: str) -> None:
        """The service, or a person, removes a file."""
        service = DataLakeServiceClient(self.server.url, SAS)
        service.get_file_system_client("lake").get_file_client(path).delete_file()

    def offer(self, rows: pl.DataFrame) -> None:
        tables[str(self.root)] = rows

    def visible(self) -> pl.DataFrame | None:
        shown = self.poller.shown("walk")
        return shown.frame if shown and shown.read else None

    def leftovers(self) -> list[str]:
        own = [n for n in self.server.files("lake", OWN) if "/.hygge/tables/" not in n]
        staged = [n for n in self.server.files("lake", f"{ZONE}/walk") if "/_2" in n]
        return own + staged


@contextmanager
def fresh(keeps: str = "last", *, janitor: bool = False, **told: object):
    """A ground with a server and a poller of its own."""
    root = Path(mkdtemp(prefix="walk-", dir=FAST))
    os.environ["HYGGE_TEST_LAKE_SAS"] = SAS
    try:
        with ExitStack() as stack:
            server = stack.enter_context(DfsServer())
            poller = stack.enter_context(Poller(server, "lake", ZONE, keeps=keeps, janitor=janitor))
            yield MirrorGround(root, server, poller, **told)
    finally:
        tables.pop(str(root), None)
        shutil.rmtree(root)


@frozen(kw_only=True)
class MirrorWalk(Walk):
    """The walk's promises as far as a mirror can keep them, and those that it adds.

    The service shows file after file, and after a deletion nothing: a full_drop is seen as the old
    table, none, and the new one growing. But at every instant (the poller looked at all of them):

    * no table stopped, and no table's content could not be told;
    * what was read of a table are whole batches in the order of the source, none left out, none
      twice.
    """

    def _never_mixed(self, ground: Ground, place: str) -> None:
        assert isinstance(ground, MirrorGround)
        poller = ground.poller
        none_of(poller.failures(), f"no table ever stops. {place}")
        lives = [shown for shown in poller.ever("walk") if shown.read]
        if self.run_type == "full_drop":  # a recovery makes it anew, and then the run itself
            stories = [batches(OLD), *[batches(OTHER)] * (len(lives) - 1)]
        else:
            stories = [[*batches(OLD), *batches(MORE)]]
            promise = f"no append makes a table anew. {place}"
            keep(len(lives) <= 1, promise, [ids(each) for each in lives])
        for shown, story in zip(lives, stories, strict=False):
            read = ids(shown)
            told = f"read {read} of {story}"
            keep(
                read == story[: len(read)],
                f"whole batches are read, in the order of the source. {place}",
                told,
            )
        first = stories[0][: len(batches(OLD))]
        keep(
            bool(lives) and ids(lives[0])[: len(first)] == first,
            f"the old content was there. {place}",
            [ids(each) for each in lives],
        )

    def _settled(self, ground: Ground, place: str) -> None:
        self._never_mixed(ground, place)
        super()._settled(ground, place)


def batches(rows: pl.DataFrame) -> list[list[int]]:
    """The ids of the files that a load of ``rows`` becomes."""
    return [
        rows["id"].slice(at, ROWS_PER_FILE).to_list() for at in range(0, rows.height, ROWS_PER_FILE)
    ]


def ids(shown: Shown) -> list[list[int]]:
    """The ids of the files that were read."""
    return [each.rows["id"].to_list() for each in shown.read]
