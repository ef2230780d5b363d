"""One load while it is staged: gathered, written file by file, counted and digested.

It publishes nothing and decides nothing: leave it at any moment, and nobody ever saw it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core.errors import PluginError, StoreError
from hygge_core.records import Manifest, Part
from hygge_core.shelf import Overlaps
from hygge_core.staged.convoy import Convoy
from hygge_core.staged.gathering import Gathering, nothing

if TYPE_CHECKING:
    import polars as pl

    from hygge_core.protocols import GivenFile
    from hygge_core.records import Load
    from hygge_core.staged.writer import StagedWriter


class StagedLoad:
    """What ``StagedWriter.begin`` returns where one file is done with before the next."""

    def __init__(self, writer: StagedWriter, load: Load) -> None:
        self._writer = writer
        self._load = load
        self._gathering = Gathering(writer.cut)
        self._files = 0
        self._handed = 0
        self.convoy: Convoy[Part] = Convoy(
            writer.shelf.files_at_once if isinstance(writer.shelf, Overlaps) else 0
        )

    def write(self, batch: pl.DataFrame) -> None:
        """Stage ``batch``. Raises ``StoreError``, also when its schema is not the load's."""
        if batch.schema != self._load.schema:
            raise StoreError(
                f"a batch has the schema {dict(batch.schema)}, but this load settled on "
                f"{dict(self._load.schema)}"
            )
        self._handed += batch.height
        for folder, frame in self._gathering.add(batch):
            self._stage(folder, frame)

    def take(self, file: GivenFile, heed: Callable[[int], None]) -> None:
        """Stage ``file`` as it is. Raises ``StoreError``, transient when it changed meanwhile."""
        self.convoy.room()
        self._files += 1
        self._handed += file.rows
        writer, load = self._writer, self._load
        part = Part(
            staged=writer.staged_name(load, "", self._files),
            final=writer.final_name(load, "", self._files),
            rows=file.rows,
            bytes=file.bytes,
        )
        self.convoy.send(partial(self._carried, file, part, heed))

    def _carried(self, file: GivenFile, part: Part, heed: Callable[[int], None]) -> Part:
        """Carry the file, and look whether it arrived as it was looked at."""
        copied = self._writer.carry(file, part.staged, heed)
        entry = self._writer.shelf.entry(part.staged)
        if not copied.is_of(file) or entry is None or entry.bytes != part.bytes:
            raise StoreError(f"{file.name} changed while it was copied", transient=True)
        return evolve(part, sha256=copied.sha256, etag=entry.etag)

    def seal(self) -> Manifest:
        """Stage what is left, make all of it durable, and write the manifest beside it."""
        for folder, frame in self._gathering.rest():
            self._stage(folder, frame)
        if not self._files and self._load.mode == "full_drop":
            self._stage(*nothing(self._load.schema, self._writer.cut.by))
        parts = tuple(self.convoy.arrived())
        staged = sum(part.rows for part in parts)
        if staged != self._handed:
            raise StoreError(f"{self._handed:,} rows were handed over, {staged:,} are staged")
        return self._writer.sealed(self._load, parts)

    def _stage(self, folder: str, frame: pl.DataFrame) -> None:
        """Encode a file here; it is digested and travels, or is synced, beside the next one."""
        self.convoy.room()
        self._files += 1
        writer, load = self._writer, self._load
        name = writer.staged_name(load, folder, self._files)
        final = writer.final_name(load, folder, self._files)
        with ExitStack() as inside:
            path = inside.enter_context(writer.shelf.staging_file(name))
            rows = _counted(writer.encode(load, frame, path), writer)
            if rows != frame.height:
                where = writer.shelf.address(name)
                raise StoreError(
                    f"{where}: {frame.height:,} rows were written, but {rows:,} rows are there",
                    transient=True,
                )
            part = Part(staged=name, final=final, rows=rows, bytes=path.stat().st_size)
            leaving = inside.pop_all()
        self.convoy.send(partial(self._left, leaving, path, part))

    def _left(self, leaving: ExitStack, path: Path, part: Part) -> Part:
        """Digest the file, make it durable, and look at it."""
        with leaving:
            digest = _sha256(path)
        shelf = self._writer.shelf
        entry = shelf.entry(part.staged)
        if entry is None or entry.bytes != part.bytes:
            raise StoreError(
                f"{shelf.address(part.staged)}: {part.bytes:,} bytes were written, but "
                f"{entry.bytes if entry else 0:,} bytes are there",
                transient=True,
            )
        return evolve(part, sha256=digest, etag=entry.etag)


class LoadAside(StagedLoad):
    """What it returns where files travel, or are synced, beside the next ones (``StagesAside``)."""

    def watch(self, failed: Callable[[BaseException], None]) -> None:
        """Tell ``failed`` of a file that could not be digested or sent."""
        self.convoy.watch(failed)


def _counted(rows: object, writer: object) -> int:
    """The rows that ``encode`` counted. Raises ``PluginError`` for a writer that did not."""
    if isinstance(rows, int):
        return rows
    whose = f"{type(writer).__module__}.{type(writer).__qualname__}"
    raise PluginError(
        f"{whose}.encode() gave {rows!r}, not the number of rows in the file",
        hint="this is a defect of the store's plugin: tell its author",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
