"""The poller itself. It runs on the server's loop, between two requests."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import polars as pl
from attrs import define, field, frozen
from dfs import DfsServer
from dfs.account import Account
from dfs.calls import Call
from dfs.nodes import Directory, File
from dfs.tree import Filesystem, walk

from hygge_openmirroring.replay import Replica, Stuck, Table, Unknown, ZoneFile, surveyed
from hygge_openmirroring.replay.metadata import Unreadable, metadata_of
from hygge_openmirroring.replay.order import by_time, next_in_sequence


@define(kw_only=True)
class Manners:
    """How the service behaves where it may: see ``README.md``."""

    keeps: Literal["last", "none"] = "last"
    janitor: bool = False


@frozen
class Ingested:
    """A file that was read, after request number ``call``: its name and rows as they were."""

    call: int
    folder: str
    name: str
    rows: pl.DataFrame


@define(eq=False)
class Shown:
    """A mirrored table from its folder's birth to its end."""

    folder: str
    identity: Directory
    replica: Replica | None = None
    stuck: Stuck | None = None
    read: list[Ingested] = field(factory=list)
    last: int = 0

    @property
    def frame(self) -> pl.DataFrame:
        return self.replica.frame() if self.replica else pl.DataFrame()

    @property
    def problem(self) -> Stuck | None:
        if self.stuck is None and self.replica is not None:
            self.replica.frame()  # doubts are found when rows are applied
            self.stuck = self.replica.stuck
        return self.stuck


class Poller:
    """Watches the landing zone at ``root`` of ``filesystem`` while its block lasts.

    ``tables`` are shown now, by folder; ``dropped`` were shown once, in the order of their end.
    """

    def __init__(self, server: DfsServer, filesystem: str, root: str, **manners) -> None:
        self.server = server
        self.filesystem = filesystem
        self.root = root
        self.manners = Manners(**manners)
        self.tables: dict[str, Shown] = {}
        self.dropped: list[Shown] = []
        self.crashed: BaseException | None = None

    def __enter__(self) -> Poller:
        self._scratch = tempfile.TemporaryDirectory(prefix="poller-")
        self.server.watchers.append(self.look)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.watchers.remove(self.look)
        self._scratch.cleanup()
        if self.crashed is not None:
            raise self.crashed

    # --- for tests ---------------------------------------------------------------------------

    def shown(self, folder: str) -> Shown | None:
        """The table as Fabric would show it now; ``None``: there is none."""
        return self.tables.get(folder)

    def ever(self, folder: str) -> list[Shown]:
        """Every table that was shown under this name, the present one last."""
        now = self.tables.get(folder)
        return [each for each in self.dropped if each.folder == folder] + ([now] if now else [])

    def failures(self) -> list[str]:
        """Every table that ever stopped, or whose content could not be told."""
        every = [*self.dropped, *self.tables.values()]
        found = [f"{each.folder}: {each.problem}" for each in every if each.problem]
        return found + ([f"the poller itself: {self.crashed!r}"] if self.crashed else [])

    # --- after every request -----------------------------------------------------------------

    def look(self, account: Account, call: Call) -> None:
        """Take in all that is eligible. What goes wrong here is raised at the block's end."""
        try:
            self._look(account, call)
        except Exception as exc:  # noqa: BLE001  # not on the server's loop, but in the test
            self.crashed = self.crashed or exc

    def _look(self, account: Account, call: Call) -> None:
        tree = account.filesystems.get(self.filesystem)
        zone = tree.find(self.root) if tree else None
        files = list(self._files(zone)) if isinstance(zone, Directory) else []
        found = surveyed(files).tables
        assert tree is not None
        for folder in list(self.tables):
            if tree.find(f"{self.root}/{folder}") is not self.tables[folder].identity:
                self.dropped.append(self.tables.pop(folder))
        for folder, table in found.items():
            identity = tree.find(f"{self.root}/{folder}")
            assert isinstance(identity, Directory)
            shown = self.tables.setdefault(folder, Shown(folder, identity))
            if shown.stuck is None:
                self._ingest(tree, table, shown, call)

    def _files(self, zone: Directory):
        for path, node in walk(zone, recursive=True):
            if isinstance(node, File):
                yield ZoneFile(path=path, bytes=node.content.size, modified=_when(node))

    def _ingest(self, tree: Filesystem, table: Table, shown: Shown, call: Call) -> None:
        try:
            self._heed_metadata(tree, table, shown)
            for file, tied in self._eligible(table, shown):
                self._read(tree, shown, file, call, tied=tied)
        except Stuck as stuck:
            shown.stuck = stuck

    def _heed_metadata(self, tree: Filesystem, table: Table, shown: Shown) -> None:
        if table.metadata is None:
            if table.data or shown.read:
                raise Unknown("A2 U", "there is data, and no metadata", file=table.folder)
            return
        text = tree.file(f"{self.root}/{table.metadata.path}").content.whole()
        try:
            metadata = metadata_of(text)
        except Unreadable as exc:
            raise Unknown("A2 U", str(exc), file=table.metadata.path) from exc
        if shown.replica is None:
            shown.replica = Replica(metadata)
        elif shown.replica.metadata != metadata:
            shown.replica.remember(metadata)
            if shown.replica.stuck:
                raise shown.replica.stuck

    def _eligible(self, table: Table, shown: Shown):
        """The files to read in this look, each with whether its order is not known."""
        if table.inner:
            raise Unknown("A1.8 U", "a folder within the table", file=table.inner[0].path)
        if shown.replica is None:
            return
        if shown.replica.metadata.detection == "SequentialFileName":
            for file in next_in_sequence(table.data, shown.last):
                shown.last += 1
                yield file, False
            return
        read = {each.name for each in shown.read}
        for tied in by_time(file for file in table.data if file.name not in read):
            yield from ((file, at > 0) for at, file in enumerate(tied))

    def _read(
        self, tree: Filesystem, shown: Shown, file: ZoneFile, call: Call, *, tied: bool
    ) -> None:
        assert shown.replica is not None
        copy = Path(self._scratch.name) / "file.parquet"
        copy.write_bytes(tree.file(f"{self.root}/{file.path}").content.whole())
        shown.replica.take(file.name, copy, tied=tied)
        if shown.replica.stuck:
            raise shown.replica.stuck
        before = shown.read[-1] if shown.read else None
        shown.read.append(Ingested(call.number, shown.folder, file.name, pl.read_parquet(copy)))
        if self.manners.keeps == "none":
            self._put_aside(tree, file.path)
        elif before is not None:
            self._put_aside(tree, f"{shown.folder}/{before.name}")

    def _put_aside(self, tree: Filesystem, path: str) -> None:
        whole = f"{self.root}/{path}"
        if tree.find(whole) is None:
            return
        node = tree.take(whole)
        if not self.manners.janitor:
            folder, _, name = whole.rpartition("/")
            tree.put(f"{folder}/_ProcessedFiles/{name}", node)


def _when(file: File) -> datetime:
    return datetime.fromtimestamp(file.changed.ticks / 10_000_000, UTC)
