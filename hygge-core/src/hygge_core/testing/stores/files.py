"""A store that takes whole Parquet files: they settle as they are, and as atomically as rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Literal

import pytest

from hygge_core.engine.coordinator import new_run_id
from hygge_core.engine.world import World
from hygge_core.errors import FlowError
from hygge_core.jsons import from_json, to_json
from hygge_core.protocols import GivesFiles, StagesFiles, TakesFiles
from hygge_core.records import Ask, Load, Manifest, Opened
from hygge_core.testing.contract import MODES
from hygge_core.testing.promises import broken, keep, none_of, promised, same
from hygge_core.testing.stores.faults import Fresh, commits_crash, stagings_crash
from hygge_core.testing.stores.place import declared, halves, incoming, reference
from hygge_core.testing.walk import OLD, OTHER

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import polars as pl

    from hygge_core.protocols import GivenFile, Staging, Store
    from hygge_core.records import Mode
    from hygge_core.testing.stores.place import StorePlace

CODECS: tuple[Literal["zstd", "snappy", "lz4", "gzip", "uncompressed"], ...] = (
    "zstd",
    "snappy",
    "lz4",
    "gzip",
    "uncompressed",
)
#: So few rows that no limit of a subject's table speaks against the file.
WHOLE, ROWS = OLD[:2], OLD[2:]


class StoreFiles:
    """The part of ``StoreContract`` for stores that are ``TakesFiles``."""

    every_step: ClassVar[int]

    def test_a_whole_file_settles_beside_rows(self, place: StorePlace) -> None:
        with _taking(place) as (store, load, file, _), promised("a load takes files and rows"):
            staging = store.begin(load)
            _take(staging, file)
            staging.write(ROWS.clone())
            keep(place.seen(OLD) is None, "a file is staged: no reader sees it", place.seen(OLD))
            manifest = staging.seal()
            rows = OLD.height
            keep(manifest.rows == rows, "Manifest.rows counts files and rows", manifest)
            for _ in range(2):
                receipt = store.commit(manifest)
                keep(receipt.rows == rows, "the receipt counts files and rows", receipt)
                same(place.seen(OLD), OLD, "a file and rows settle, each row once")
            store.cleanup(manifest)
        none_of(place.leftovers(), "nothing is left lying around")

    def test_a_file_that_changed_meanwhile_is_told(self, place: StorePlace) -> None:
        with _taking(place) as (store, load, file, path):
            staging = store.begin(load)
            OTHER.write_parquet(path, compression="uncompressed")
            try:
                _take(staging, file)
                staging.seal()
            except FlowError as exc:
                keep(exc.transient, "a file that changed is a transient error", repr(exc))
            else:
                broken("a file that changed while it was copied is refused by seal() at the latest")
            with promised("what was refused is rolled back"):
                store.rollback(load.ref)
        keep(place.seen(OLD) is None, "nothing of a refused load is visible", place.seen(OLD))
        none_of(place.leftovers(), "a rollback removes files, too")

    @MODES
    def test_files_on_their_way_may_crash_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        _demand_taking(fresh, mode)
        stagings_crash(fresh, mode, self.every_step, by_files)

    @MODES
    def test_a_commit_of_files_may_crash_anywhere(self, fresh: Fresh, mode: Mode) -> None:
        _demand_taking(fresh, mode)
        commits_crash(fresh, mode, self.every_step, by_files)


def by_files(place: StorePlace, mode: Mode, run_id: str) -> Callable[[Store], Manifest]:
    """The second load is taken, as two whole files."""
    frame = incoming(mode)

    def act(store: Store) -> Manifest:
        load = Load(ref=reference(run_id), mode=mode, schema=frame.schema, epoch=1)
        with _given(place, store, load, halves(frame)) as files:
            staging = store.begin(load)
            for file in files:
                _take(staging, file)
            return from_json(to_json(staging.seal()), Manifest)

    return act


def _demand_taking(fresh: Fresh, mode: Mode) -> None:
    with fresh() as place, place.opened() as store:
        declared(place, mode)
        if not isinstance(store, TakesFiles):
            pytest.skip("it takes no whole files")


def _take(staging: Staging, file: GivenFile) -> None:
    if not isinstance(staging, StagesFiles):
        broken("the staging of a store that TakesFiles is a StagesFiles", staging)
    staging.take(file, lambda copied: None)


@contextmanager
def _taking(place: StorePlace) -> Iterator[tuple[Store, Load, GivenFile, Path]]:
    """The store, a load, and a file that it does not refuse; skips where it takes none."""
    load = Load(ref=reference(new_run_id()), mode=place.first, schema=OLD.schema, epoch=1)
    with place.opened() as store:
        if not isinstance(store, TakesFiles):
            pytest.skip("it takes no whole files")
        with _given(place, store, load, [WHOLE]) as (file,):
            assert file.path is not None
            yield store, load, file, file.path


@contextmanager
def _given(
    place: StorePlace, store: Store, load: Load, frames: Iterable[pl.DataFrame]
) -> Iterator[list[GivenFile]]:
    """Files of these rows, in the first codec that the store does not refuse."""
    folder = place.root / "given"
    folder.mkdir(exist_ok=True)
    source = Opened(type="parquet", table={"path": str(folder)})
    assert isinstance(store, TakesFiles)
    with (
        World(place.plugins, root=place.root) as world,
        world.home(source, flow="walk", entity="walk") as home,
    ):
        assert isinstance(home, GivesFiles)
        refused = []
        for codec in CODECS:
            for number, frame in enumerate(frames):
                frame.write_parquet(folder / f"{number}.parquet", compression=codec)
            files = list(home.files(Ask(entity="walk")))
            why = [told for file in files if (told := store.refusal(load, file))]
            if not why:
                yield files
                return
            refused += why
    broken("a store that TakesFiles takes a file of its own codec", "\n".join(refused))


__all__ = ["StoreFiles"]
