"""The stores ``adls`` and ``onelake``: the local stores' rules and encoders, on a lake's shelf."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import polars as pl
from attrs import evolve

from hygge_adls.account import Account, opened
from hygge_adls.lake.passing import Passing, all_of
from hygge_adls.lake.ranged import Footers
from hygge_adls.lake.shelf import LakeShelf
from hygge_core.errors import StoreError
from hygge_core.files.elsewhere import (
    SCHEMA_MARK,
    refusal,
    refuse_not_parquet,
    refuse_types,
    skipped,
    write_csv,
    write_ndjson,
    write_parquet,
)
from hygge_core.staged import Convoy, Copied, Cut, Digesting, StagedWriter
from hygge_core.types import parse_schema, spell_schema

if TYPE_CHECKING:
    from hygge_adls.settings.kinds import AdlsStoreConfig, OneLakeStoreConfig
    from hygge_core.protocols import GivenFile
    from hygge_core.records import Load, Manifest, Part
    from hygge_core.scene import Scene
    from hygge_core.staged import StagedLoad

    StoreConfig = AdlsStoreConfig | OneLakeStoreConfig

_FEW = 3
#: Seconds between looks at a load that is half published; then it is an error.
_LOOKS = (0.2, 1.0, None)


class LakeStore(StagedWriter):
    """A directory of files on a lake; what the formats have in common."""

    shelf: LakeShelf

    def __init__(self, account: Account, config: StoreConfig) -> None:
        root, _, live = config.place.rpartition("/")
        self.account = account
        self.config = config
        cut = Cut(rows=config.rows_per_file, by=config.partition_by)
        shelf = LakeShelf(account.lake(config.container), root)
        super().__init__(shelf, live, suffix=f".{config.format}", cut=cut)

    def begin(self, load: Load) -> StagedLoad:
        self.account.require_hierarchy(self.config.container)
        return super().begin(load)

    def published(self, manifest: Manifest) -> tuple[Part, ...]:
        """As ever, but one listing tells of many parts what a look at each would."""
        if len(manifest.parts) <= _FEW:
            return super().published(manifest)
        live = {entry.name: entry for entry in self.shelf.list(self.places.live)}
        return tuple(
            part
            for part in manifest.parts
            if part.final in live and self.is_same(live[part.final], part)
        )

    def add(self, manifest: Manifest) -> None:
        """As ever; but several renames are under way at once, for their order does not matter."""
        with self._glanced(manifest):
            waiting = [part for part in manifest.parts if not self.is_settled(part)]
        renames: Convoy[None] = Convoy(self.shelf.files_at_once)
        for part in waiting:
            renames.room()
            renames.send(partial(self.show, part))
        renames.arrived()

    def _glanced(self, manifest: Manifest) -> AbstractContextManager[None]:
        """Of many parts two listings tell what three looks at each would."""
        parts = manifest.parts
        if len(parts) <= _FEW:
            return nullcontext()
        names = [name for part in parts for name in (part.staged, part.final)]
        folders = (self.places.files(manifest.ref.run_id), self.places.live)
        return self.shelf.glanced(names, folders)

    def remembered(self, load: Load) -> dict[str, Any]:
        """Of a full_drop also which folder is live, to swap that one and no other."""
        more = {}
        if load.mode == "full_drop":
            more["folder"] = self.shelf.folder_etag(self.places.live) or ""
        return super().remembered(load) | more

    def replace(self, manifest: Manifest) -> None:
        """As ever; but what went wrong may be that somebody else finishes this very load."""
        for seconds in _LOOKS:
            try:
                with self._glanced(manifest):
                    super().replace(manifest)
            except StoreError:
                if seconds is None or self.status(manifest) == "none":
                    raise
                time.sleep(seconds)  # between the two renames nobody finds anything
            else:
                return

    def swap(self, manifest: Manifest) -> None:
        """Compare and set: a folder that another coordinator swapped in meanwhile stays."""
        run_id, live = manifest.ref.run_id, self.places.live
        self.shelf.replace_tree(
            self.places.files(run_id),
            live,
            self.places.old(run_id),
            etag=manifest.extra.get("folder"),
        )

    def check(self) -> Iterator[tuple[str, str, str]]:
        """For ``hygge check``: the account, the filesystem, and that the path takes a file."""
        from hygge_adls.diagnosis import examined_store

        return examined_store(self)


class LakeParquetStore(LakeStore):
    """Parquet files, written by Polars, or taken as they are (``TakesFiles``)."""

    def check_schema(self, schema: pl.Schema) -> None:
        refuse_not_parquet(schema)
        super().check_schema(schema)

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        whole = json.dumps(spell_schema(load.schema)) if self.cut.by else ""
        marks = {SCHEMA_MARK: whole} if whole else {}
        return write_parquet(frame, path, self.config, marks)

    def refusal(self, load: Load, file: GivenFile) -> str:
        return refusal(self.cut, self.config, file)

    def carry(self, file: GivenFile, name: str, heed: Callable[[int], None]) -> Copied:
        """Straight from the source's bytes: this host keeps no copy."""
        digesting = Digesting(file, heed)
        with closing(Passing(all_of(file), digesting)) as stream:
            self.shelf.pour(name, cast(BinaryIO, stream), file.bytes)
        return digesting.copied()

    def known_schema(self) -> pl.Schema | None:
        """The columns of the newest file, those of its folders included."""
        live = self.places.live
        files = [
            entry
            for entry in self.shelf.list(live)
            if entry.name.endswith(self.suffix) and not skipped(entry.name[len(live) + 1 :])
        ]
        if not files:
            return None
        # Run ids begin with their time, so the last name is the newest file.
        newest = max(files, key=lambda entry: entry.name.rpartition("/")[2])
        whole = evolve(newest, name=self.shelf.path(newest.name))
        with Footers(self.shelf.lake).copy(whole) as copy:
            marked = pl.read_parquet_metadata(copy.path).get(SCHEMA_MARK)
            if marked:
                return parse_schema(json.loads(marked))
            return pl.Schema(pl.read_parquet_schema(copy.path))


class LakeCsvStore(LakeStore):
    """CSV files that tell NULL from an empty string; no nested values, no binary."""

    def check_schema(self, schema: pl.Schema) -> None:
        refuse_types(schema, nested=False, word="CSV")
        super().check_schema(schema)

    def form(self) -> dict[str, Any]:
        return super().form() | self.config.form

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        return write_csv(frame, path, self.config)


class LakeNdjsonStore(LakeStore):
    """One JSON object per row; nested values are themselves, no binary, no NaN."""

    def check_schema(self, schema: pl.Schema) -> None:
        refuse_types(schema, nested=True, word="NDJSON")
        super().check_schema(schema)

    def encode(self, load: Load, frame: pl.DataFrame, path: Path) -> int:
        return write_ndjson(frame, path)


_STORES: dict[str, Callable[[Account, StoreConfig], LakeStore]] = {
    "parquet": LakeParquetStore,
    "csv": LakeCsvStore,
    "ndjson": LakeNdjsonStore,
}


@contextmanager
def open_store(config: StoreConfig, scene: Scene) -> Iterator[LakeStore]:
    """The store of ``type = "adls"`` or ``"onelake"``."""
    with (
        opened(config, scene) as account,
        closing(_STORES[config.format](account, config)) as store,
    ):
        yield store
