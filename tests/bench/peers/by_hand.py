"""What hygge's commit of whole files needs, and nothing around it: the least that it could cost.

For each table: a journal entry, the footers and the highest id, the bytes copied and digested into
a staging folder, a manifest, the decision, one rename, an entry with the watermark; each step
synced before the next. There is no recovery, lease, configuration, plugin, check or message.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock

import pyarrow.parquet as pq
from asked import asked, tables
from copied import sync

_AT_ONCE = 4
_PIECE = 1 << 20


class Journal:
    """Each entry is a transaction of its own, on the disk when it returns."""

    def __init__(self, path: Path) -> None:
        self._alone = Lock()
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
            "CREATE TABLE entry (name TEXT, state TEXT, told TEXT)"
        )

    def add(self, name: str, state: str, told: object = None) -> None:
        with self._alone:
            self._db.execute("INSERT INTO entry VALUES (?, ?, ?)", (name, state, json.dumps(told)))


def digested(source: Path, target: Path) -> str:
    """Copy a file; its bytes are on the disk then."""
    digest = hashlib.sha256()
    with source.open("rb") as old, target.open("wb", buffering=0) as new:
        while piece := old.read(_PIECE):
            new.write(piece)
            digest.update(piece)
        os.fsync(new.fileno())
    return digest.hexdigest()


def highest(footer: pq.FileMetaData) -> int:
    """The highest id that the row groups tell of."""
    at = footer.schema.names.index("id")
    groups = (footer.row_group(number) for number in range(footer.num_row_groups))
    return max(group.column(at).statistics.max for group in groups)


def move(source: Path, target: Path, journal: Journal) -> None:
    """One table."""
    name = source.name
    journal.add(name, "staging")
    stage = target.parent / ".stage" / name
    files = stage / "files"
    files.mkdir(parents=True)
    told = []
    for path in sorted(source.glob("*.parquet")):
        footer = pq.read_metadata(path)
        told.append(
            (path.name, footer.num_rows, highest(footer), digested(path, files / path.name))
        )
    for folder in (files, stage, stage.parent):
        sync(folder)
    (stage / "manifest.part").write_text(json.dumps(told))
    sync(stage / "manifest.part")
    os.replace(stage / "manifest.part", stage / "manifest.json")
    sync(stage)
    journal.add(name, "decided", told)
    os.rename(files, target)
    for folder in (stage, target.parent, target):
        sync(folder)
    journal.add(name, "complete", {"watermark": max(top for _, _, top, _ in told)})
    shutil.rmtree(stage)
    sync(stage.parent)


said = asked()
lake = said.target / "lake"
lake.mkdir(parents=True)
journal = Journal(said.target / "journal.db")
with ThreadPoolExecutor(_AT_ONCE) as pool:
    ends = [pool.submit(move, old, lake / old.name, journal) for old, _ in tables(said)]
for end in ends:
    end.result()
