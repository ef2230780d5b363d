"""What is sealed or committed outlives a power cut: files first, then the names of them."""

import pytest
from staged_orders import MODES, moved, opened, sealed

from hygge_core.faults import planned
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Manifest
from hygge_core.testing.plans import Count


def steps(call):
    with planned(Count()) as counted:
        call()
    return [point for point in counted.points if point[0].endswith(":after")]


def test_what_is_sealed_is_durable_and_the_manifest_comes_last(store, table):
    done = steps(lambda: sealed(store, "r1"))
    stage = f"{table.parent}/.hygge/stage/r1"
    written = done.index(("local.write:after", f"{stage}/files/r1-00001.parquet"))
    synced = done.index(("local.sync_file:after", f"{stage}/files/r1-00001.parquet"))
    named = done.index(("local.sync_folder:after", f"{stage}/files"))
    decided = done.index(("local.replace:after", f"{stage}/manifest.json"))
    assert written < synced < named < decided
    assert ("local.sync_folder:after", stage) in done[decided:]
    for folder in (table.parent / ".hygge" / "stage", table.parent / ".hygge", table.parent):
        assert ("local.sync_folder:after", str(folder)) in done


@pytest.mark.parametrize("mode", MODES)
def test_what_is_committed_is_durable_by_name_whoever_renamed_it(store, table, mode):
    moved(store, "r1")
    manifest = sealed(store, "r2", mode)
    for turn in ("this call", "a call before it"):
        done = steps(lambda: opened(table).commit(manifest))
        moves = [at for at, (name, _) in enumerate(done) if "rename" in name or "exchange" in name]
        assert bool(moves) == (turn == "this call")
        after = done[max(moves, default=0) :]
        for folder in (table, table.parent):
            assert ("local.sync_folder:after", str(folder)) in after


def test_the_manifest_beside_the_staged_data_is_the_one_that_was_returned(store):
    manifest = sealed(store, "r1", "full_drop")
    assert store.manifest_of(manifest.ref) == from_json(to_json(manifest), Manifest) == manifest
