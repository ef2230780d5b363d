"""The files of a journal on the lake that never change: changes as tables that people can read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from uuid import uuid4

import polars as pl

from hygge_adls.journal.head import undamaged
from hygge_adls.journal.state import Change
from hygge_adls.lake.lake import Lake
from hygge_core.errors import JournalError
from hygge_core.files.elsewhere import on_this_host
from hygge_core.jsons import to_json

Changes = Sequence[tuple[int, Change]]
_SCHEMA = {"version": pl.Int64, "kind": pl.String, "about": pl.String, "change": pl.String}


class Files:
    """The folder ``folder``. Names carry the version that a file reaches to."""

    def __init__(self, lake: Lake, folder: str) -> None:
        self.lake = lake
        self.folder = folder

    def path(self, name: str) -> str:
        return f"{self.folder}/{name}"

    def put(self, kind: str, version: int, changes: Changes) -> str:
        """Write a new file of (version, change); its name."""
        name = f"{kind}-{version:020d}-{uuid4().hex[:8]}.parquet"
        with on_this_host(self.lake.address(self.path(name)), JournalError) as path:
            _frame(changes).write_parquet(path)
            self.lake.upload(self.path(name), path)
        return name

    def changes(self, name: str) -> Iterator[tuple[int, Change]]:
        """What ``put`` wrote. Raises ``NameMissing``."""
        content = self.lake.read(self.path(name))
        with undamaged(self.lake.address(self.path(name))):
            for version, text in pl.read_parquet(content).select("version", "change").iter_rows():
                yield version, json.loads(text)

    def require_none(self) -> None:
        """Where nothing was ever spilled there may be no head yet. Raises ``JournalError``.

        Whoever began anew beside the files of an older journal would move all rows once more.
        """
        for entry in self.lake.list(self.folder):
            if entry.name.rpartition("/")[2].startswith(("segment-", "now-")):
                raise JournalError(
                    f"{self.lake.address(self.path('head.json'))} is gone, and "
                    f"{self.lake.address(entry.name)} is there",
                    hint="put a copy of it back; or begin another journal, in a folder of its own",
                )

    def torn(self, version: int) -> str:
        """A name for a head that is on its way."""
        return f"torn-{version:020d}-{uuid4().hex[:8]}.part"

    def sweep(self, needed: set[str], before: int) -> None:
        """Remove what somebody wrote and did not get to use: a head beyond ``before`` stands."""
        for entry in list(self.lake.list(self.folder)):
            name = entry.name.rpartition("/")[2]
            version = name.partition("-")[2].partition("-")[0]
            if name not in needed and version.isdigit() and int(version) < before:
                self.lake.delete(entry.name)


def _frame(changes: Changes) -> pl.DataFrame:
    """Readable by people too: which flow, entity and run a change is about."""
    rows = [
        (version, change["kind"], _about(change), to_json(change)) for version, change in changes
    ]
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def _about(change: Change) -> str:
    value = change["value"] if isinstance(change["value"], dict) else {}
    ref = value.get("ref", {})
    named = value.get("flow_name") or ref.get("flow"), value.get("entity") or ref.get("entity")
    key = change["key"]
    told = key if isinstance(key, list) else filter(None, named)
    return ".".join(map(str, told))
