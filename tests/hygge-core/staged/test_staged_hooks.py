"""A landing zone with rules of its own is a few hooks over ``StagedWriter``, and loses nothing.

Files are read in the order of their numbers, by a service that moves them away; a name, once
taken, is never taken again; a table is replaced by deleting its folder, waiting, and numbering
from 1; ``_metadata.json`` comes first.
"""

from pathlib import Path

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import StoreError
from hygge_core.faults import planned
from hygge_core.files.local import LocalShelf
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Load, LoadRef, Manifest
from hygge_core.staged import StagedWriter
from hygge_core.testing.plans import At, Count, Crash

ROWS = pl.DataFrame({"id": [1, 2, 3]})


class LandingZone(StagedWriter):
    """The table ``orders`` of a landing zone; ``waited`` counts the waits after a deletion."""

    def __init__(self, root: Path) -> None:
        super().__init__(LocalShelf(root), "orders", suffix=".parquet")
        self.waited = 0

    def encode(self, load, frame, path):
        frame.write_parquet(path)
        return frame.height

    def staged_name(self, load, folder, number):
        if load.mode == "full_drop":
            return super().staged_name(load, folder, number)
        return f"orders/_{load.ref.run_id}-{number:05d}.parquet"

    def assigned(self, load, parts):
        first = 1 if load.mode == "full_drop" else 1 + max(self.numbers(), default=0)
        return tuple(
            evolve(part, final=f"orders/{first + n:020d}.parquet") for n, part in enumerate(parts)
        )

    def numbers(self):
        names = [Path(entry.name) for entry in self.shelf.list("orders")]
        return [int(name.stem) for name in names if name.stem.isdigit()]

    def remembered(self, load):
        return {}

    def is_published(self, part):
        return self.shelf.entry(part.staged) is None  # only hygge removes them, by publishing

    def add(self, manifest):
        self.shelf.write_json("orders/_metadata.json", {"keyColumns": ["id"]})
        super().add(manifest)

    def replace(self, manifest):
        if not self.published(manifest):
            self.shelf.delete_tree("orders")
            self.waited += 1
        self.add(manifest)

    def superseded(self):
        return ""

    def traces(self, ref):
        return []

    def discard(self, ref):
        super().discard(ref)
        for entry in self.shelf.list("orders"):
            if entry.name.startswith(f"orders/_{ref.run_id}-"):
                self.shelf.delete(entry.name)


def sealed(root, run_id, mode):
    store = LandingZone(root)
    store.cut = evolve(store.cut, rows=1)
    ref = LoadRef(run_id=run_id, flow="f", entity="orders")
    staging = store.begin(Load(ref=ref, mode=mode, schema=ROWS.schema))
    staging.write(ROWS)
    return to_json(staging.seal())


def landed(root):
    found = sorted((root / "orders").glob("[0-9]*.parquet"))
    return {int(path.stem): pl.read_parquet(path)["id"].to_list() for path in found}


def finish(root, text):
    store, manifest = LandingZone(root), from_json(text, Manifest)
    assert store.commit(manifest).rows == 3
    assert store.cleanup(manifest).names == ()
    return store


def test_numbers_are_assigned_at_seal_and_go_on_without_a_gap(tmp_path):
    finish(tmp_path, sealed(tmp_path, "r1", "append"))
    finish(tmp_path, sealed(tmp_path, "r2", "append"))
    assert landed(tmp_path) == {1: [1], 2: [2], 3: [3], 4: [1], 5: [2], 6: [3]}


def test_a_number_that_somebody_else_took_is_never_overwritten(tmp_path):
    slow = sealed(tmp_path, "r1", "append")
    finish(tmp_path, sealed(tmp_path, "r2", "append"))
    there = landed(tmp_path)
    with pytest.raises(StoreError, match="taken by another file"):
        LandingZone(tmp_path).commit(from_json(slow, Manifest))
    assert landed(tmp_path) == there
    LandingZone(tmp_path).rollback(from_json(slow, Manifest).ref)
    assert [path.name for path in (tmp_path / "orders").glob("_r1*")] == []


def test_a_file_that_the_service_took_away_is_published(tmp_path):
    text = sealed(tmp_path, "r1", "append")
    LandingZone(tmp_path).commit(from_json(text, Manifest))
    (tmp_path / "orders" / f"{1:020d}.parquet").unlink()
    finish(tmp_path, text)
    assert landed(tmp_path) == {2: [2], 3: [3]}


def test_a_table_is_deleted_once_and_numbered_from_one(tmp_path):
    finish(tmp_path, sealed(tmp_path, "r1", "append"))
    finish(tmp_path, sealed(tmp_path, "r2", "append"))
    store = finish(tmp_path, sealed(tmp_path, "r3", "full_drop"))
    assert store.waited == 1
    assert landed(tmp_path) == {1: [1], 2: [2], 3: [3]}


@pytest.mark.parametrize("mode", ["append", "full_drop"])
def test_a_crash_at_any_point_of_publishing_rolls_forward_in_order(tmp_path, mode):
    root = tmp_path / "count"
    finish(root, sealed(root, "r1", "append"))
    text = sealed(root, "r2", mode)
    with planned(Count()) as counted:
        finish(root, text)
    expected = landed(root)
    for k in range(len(counted.points)):
        root = tmp_path / str(k)
        finish(root, sealed(root, "r1", "append"))
        text = sealed(root, "r2", mode)
        with planned(At(k, "crash")), pytest.raises(Crash):
            finish(root, text)
        if mode == "append":  # (a local folder is not deleted in one step, as a lake's is)
            numbers = list(landed(root))
            assert numbers == list(range(1, len(numbers) + 1))  # never a gap, whoever looks
        finish(root, text)
        assert landed(root) == expected
        assert list(root.rglob("_r2*")) == []
