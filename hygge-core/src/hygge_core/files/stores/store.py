"""The stores ``parquet``, ``csv`` and ``ndjson`` on a local file system."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from hygge_core.files.disk.border import speaking
from hygge_core.files.disk.ground import examined, refuse_unsound
from hygge_core.files.disk.locking import held
from hygge_core.files.disk.pieces import cloned, pieces_of
from hygge_core.files.local import LocalShelf
from hygge_core.files.stores import writing
from hygge_core.files.stores.taking import SCHEMA_MARK, refusal
from hygge_core.files.stores.values import refuse_types
from hygge_core.staged import Copied, StagedWriter
from hygge_core.staged.carrying import copied_to, digested
from hygge_core.staged.gathering import Cut
from hygge_core.types import parse_schema, spell_schema

if TYPE_CHECKING:
    from hygge_core.files.settings.stores import (
        CsvStoreConfig,
        FileStoreConfig,
        NdjsonStoreConfig,
        ParquetStoreConfig,
    )
    from hygge_core.protocols import GivenFile
    from hygge_core.records import Load, Owner
    from hygge_core.scene import Scene
    from hygge_core.staged.staging import StagedLoad


class FileStore(StagedWriter):
    """A directory of files; what the formats have in common."""

    shelf: LocalShelf

    def __init__(self, config: FileStoreConfig, *, suffix: str) -> None:
        self.table = Path(os.path.abspath(config.path))  # noqa: PTH100  # resolve() follows links
        cut = Cut(rows=config.rows_per_file, by=config.partition_by)
        super().__init__(LocalShelf(self.table.parent), self.table.name, suffix=suffix, cut=cut)

    def begin(self, load: Load) -> StagedLoad:
        refuse_unsound(self.table)
        staged = super().begin(load)
        # Rows are not open to more people while they are staged than they are in the table.
        self.shelf.made_like(self.places.stage(load.ref.run_id), self.places.live)
        return staged

    def lock(self, owner: Owner) -> AbstractContextManager[None]:
        """Hold the table for a whole run. Raises ``LeaseHeld`` naming the other owner."""
        refuse_unsound(self.table)
        with speaking(self.table):
            path = self.shelf.made(f".hygge/locks/{self.table.name}.lock")
        return held(path, str(owner))

    def check(self) -> Iterator[tuple[str, str, str]]:
        return examined(self.table)


class ParquetStore(FileStore):
    """Parquet files, written by Polars; every type that Polars can write."""

    def __init__(self, config: ParquetStoreConfig) -> None:
        super().__init__(config, suffix=".parquet")
        self._config = config

    def check_schema(self, schema: pl.Schema) -> None:
        writing.refuse_not_parquet(schema)
        super().check_schema(schema)

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        whole = json.dumps(spell_schema(load.schema)) if self.cut.by else ""
        marks = {SCHEMA_MARK: whole} if whole else {}
        return writing.write_parquet(frame, path, self._config, marks)

    def refusal(self, load: Load, file: GivenFile) -> str:
        return refusal(self.cut, self._config, file)

    def carry(self, file: GivenFile, name: str, heed: Callable[[int], None]) -> Copied:
        """The blocks themselves where the file system can share them, their bytes elsewhere."""
        with self.shelf.staging_file(name) as path:
            if file.path is not None and cloned(file.path, path):
                return digested(pieces_of(lambda: path.open("rb")), file, heed)
            return copied_to(path, file, heed)

    def known_schema(self) -> pl.Schema | None:
        """The columns of the newest file, those of its folders included."""
        paths = [
            self.shelf.path(entry.name)
            for entry in self.shelf.list(self.places.live)
            if entry.name.endswith(self.suffix) and not _hidden(entry.name)
        ]
        if not paths:
            return None
        with speaking(self.table):
            newest = max(paths, key=lambda path: (path.stat().st_mtime_ns, path))
        with speaking(newest):
            marked = pl.read_parquet_metadata(newest).get(SCHEMA_MARK)
            return parse_schema(json.loads(marked)) if marked else _footer(newest)


class CsvStore(FileStore):
    """CSV files that tell NULL from an empty string; no nested values, no binary."""

    def __init__(self, config: CsvStoreConfig) -> None:
        super().__init__(config, suffix=".csv")
        self._config = config

    def check_schema(self, schema: pl.Schema) -> None:
        refuse_types(schema, nested=False, word="CSV")
        super().check_schema(schema)

    def form(self) -> dict[str, Any]:
        return super().form() | self._config.form

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        return writing.write_csv(frame, path, self._config)


class NdjsonStore(FileStore):
    """One JSON object per row; nested values are themselves, no binary, no NaN."""

    def __init__(self, config: NdjsonStoreConfig) -> None:
        super().__init__(config, suffix=".ndjson")

    def check_schema(self, schema: pl.Schema) -> None:
        refuse_types(schema, nested=True, word="NDJSON")
        super().check_schema(schema)

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        return writing.write_ndjson(frame, path)


@contextmanager
def open_parquet_store(config: ParquetStoreConfig, _: Scene) -> Iterator[ParquetStore]:
    with closing(ParquetStore(config)) as store:
        yield store


@contextmanager
def open_csv_store(config: CsvStoreConfig, _: Scene) -> Iterator[CsvStore]:
    with closing(CsvStore(config)) as store:
        yield store


@contextmanager
def open_ndjson_store(config: NdjsonStoreConfig, _: Scene) -> Iterator[NdjsonStore]:
    with closing(NdjsonStore(config)) as store:
        yield store


def _footer(path: Path) -> pl.Schema:
    return pl.Schema(pl.read_parquet_schema(path))


def _hidden(name: str) -> bool:
    return any(piece.startswith((".", "_")) for piece in name.split("/")[1:])
