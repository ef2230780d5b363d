"""What every store over ``StagedWriter`` promises, kept on real directories."""

import polars as pl
import pytest
from staged_orders import MODES, ROWS, ids, leftovers, load_of, moved, opened, sealed

from hygge_core.errors import PluginError, StoreError
from hygge_core.files.stores.store import ParquetStore
from hygge_core.jsons import from_json, to_json
from hygge_core.protocols import Checks, KeepsLedger, KnowsSchema, Locks, Staging, Store
from hygge_core.records import LoadRef, Manifest


def test_it_keeps_the_protocols(store):
    for protocol in (Store, KeepsLedger, KnowsSchema, Locks, Checks):
        assert isinstance(store, protocol)
    assert isinstance(store.begin(load_of("r")), Staging)


def test_staged_rows_are_invisible_until_the_commit(store, table):
    manifest = sealed(store, "r")
    assert not table.exists()
    assert store.status(manifest) == "none"
    receipt = store.commit(manifest)
    assert (receipt.rows, receipt.parts) == (5, 1)
    assert receipt.bytes == sum(file.stat().st_size for file in table.iterdir())
    assert store.status(manifest) == "done"
    assert ids(table) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("mode", MODES)
def test_leaving_without_commit_leaves_nothing(store, table, mode):
    moved(store, "r1", rows=ROWS.head(1))
    staging = store.begin(load_of("r2", mode))
    staging.write(ROWS)
    store.rollback(LoadRef(run_id="r2", flow="f", entity="orders"))
    assert (ids(table), leftovers(table)) == ([1], [])


@pytest.mark.parametrize("mode", MODES)
def test_a_commit_from_the_json_by_another_store_and_again_is_one_commit(store, table, mode):
    moved(store, "r1", rows=ROWS.head(1))
    text = to_json(sealed(store, "r2", mode))
    receipts = [opened(table).commit(from_json(text, Manifest)) for _ in range(3)]
    assert len(set(map(repr, receipts))) == 1
    assert ids(table) == ([1, 2, 3, 4, 5] if mode == "full_drop" else [1, 1, 2, 3, 4, 5])
    assert opened(table).cleanup(from_json(text, Manifest)).names == ()
    assert opened(table).cleanup(from_json(text, Manifest)).names == ()
    assert leftovers(table) == []


def test_file_names_carry_the_run_and_end_at_rows_per_file(table):
    moved(opened(table, rows_per_file=2), "r1")
    assert {path.name: pl.read_parquet(path).height for path in table.iterdir()} == {
        "r1-00001.parquet": 2, "r1-00002.parquet": 2, "r1-00003.parquet": 1
    }  # fmt: skip


def test_a_second_run_never_touches_the_files_of_the_first(table):
    moved(opened(table, rows_per_file=2), "r1")
    before = {path.name: path.read_bytes() for path in table.iterdir()}
    moved(opened(table, rows_per_file=2), "r2")
    assert len(list(table.iterdir())) == 6
    assert {name: (table / name).read_bytes() for name in before} == before
    assert ids(table) == sorted([*ROWS["id"], *ROWS["id"]])


def test_every_part_is_digested_and_counted_from_its_footer(table):
    manifest = sealed(opened(table, rows_per_file=2), "r1")
    store = opened(table)
    assert [part.rows for part in manifest.parts] == [2, 2, 1]
    assert manifest.rows == 5
    for part in manifest.parts:
        path = store.shelf.path(part.staged)
        assert part.sha256 == store.shelf.sha256(part.staged)
        assert part.bytes == path.stat().st_size


@pytest.mark.parametrize(
    ("counted", "error", "told"),
    [
        (1, StoreError, "5 rows were written, but 1 rows"),
        (None, PluginError, "ParquetStore.encode.. gave None, not the number of rows"),
    ],
)
def test_a_writer_that_loses_rows_is_caught(table, monkeypatch, counted, error, told):
    def forgetful(self, load, frame, path):
        frame.head(1).write_parquet(path)
        return counted

    monkeypatch.setattr(ParquetStore, "encode", forgetful)
    with pytest.raises(error, match=told):
        sealed(opened(table), "r1")
    assert not table.exists()


def test_a_batch_of_another_schema_is_refused(store):
    staging = store.begin(load_of("r1"))
    with pytest.raises(StoreError, match="settled on"):
        staging.write(ROWS.cast({"id": pl.Int32}))


def test_full_drop_replaces_everything_and_tidies_up(store, table):
    moved(store, "r1")
    moved(store, "r2", rows=ROWS.head(2))
    moved(store, "r3", "full_drop", ROWS.tail(2))
    assert ids(table) == [4, 5]
    assert leftovers(table) == []


def test_the_old_content_stays_aside_until_the_cleanup(store, table):
    moved(store, "r1")
    manifest = sealed(store, "r2", "full_drop", ROWS.head(1))
    store.commit(manifest)
    assert ids(table.parent / ".hygge/old/r2") == [1, 2, 3, 4, 5]
    store.cleanup(manifest)
    assert leftovers(table) == []


def test_an_empty_full_drop_leaves_one_empty_file_that_tells_the_types(store, table):
    moved(store, "r1")
    receipt = moved(store, "r2", "full_drop", ROWS.clear())
    assert (receipt.rows, receipt.parts) == (0, 1)
    frame = pl.read_parquet(table)
    assert (frame.schema, frame.height) == (ROWS.schema, 0)


def test_an_empty_append_publishes_nothing(store, table):
    moved(store, "r1")
    manifest = sealed(store, "r2", rows=ROWS.clear())
    assert manifest.parts == ()
    store.rollback(manifest.ref)
    manifest = sealed(store, "r3", rows=ROWS.clear())
    assert store.commit(manifest).rows == 0
    assert store.cleanup(manifest).names == ()
    assert len(list(table.iterdir())) == 1
    assert leftovers(table) == []
