"""What others do to a table meanwhile is neither lost nor hidden."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from staged_orders import ROWS, ids, leftovers, moved, opened, sealed

from hygge_core.errors import StoreError
from hygge_core.files.disk import renames


def test_half_a_rename_made_of_two_steps_is_finished_by_the_next_commit(store, table):
    manifest = sealed(store, "r1")
    (part,) = manifest.parts
    table.mkdir()
    (table / "r1-00001.parquet").hardlink_to(store.shelf.path(part.staged))
    assert opened(table).commit(manifest).rows == 5
    assert store.shelf.entry(part.staged) is None
    assert ids(table) == [1, 2, 3, 4, 5]


def test_a_file_of_somebody_else_under_our_name_stays(store, table):
    manifest = sealed(store, "r1")
    table.mkdir(parents=True)
    (table / "r1-00001.parquet").write_text("theirs")
    with pytest.raises(StoreError, match="taken by another file"):
        store.commit(manifest)
    assert (table / "r1-00001.parquet").read_text() == "theirs"
    store.rollback(manifest.ref)


def test_a_copy_of_the_destination_is_recognised_by_its_digest(store, table):
    manifest = sealed(store, "r1")
    store.commit(manifest)
    (file,) = table.iterdir()
    content = file.read_bytes()
    file.unlink()
    file.write_bytes(content)  # as a restored backup: another inode, another time
    assert opened(table).status(manifest) == "done"
    file.write_bytes(content[:-1] + b"x")
    assert opened(table).status(manifest) == "none"


@pytest.mark.parametrize("how", ["replaced", "appended", "removed"])
def test_a_destination_that_changed_since_seal_is_not_replaced(store, table, how):
    moved(store, "r1")
    slow = sealed(store, "r2", "full_drop")
    if how == "replaced":
        moved(store, "r3", "full_drop", ROWS.head(2))
    elif how == "appended":
        moved(store, "r3", "append", ROWS.head(2))
    else:
        store.shelf.delete_tree("orders")
    there = ids(table)
    with pytest.raises(StoreError, match="somebody else was faster") as caught:
        store.commit(slow)
    assert not caught.value.transient
    assert ids(table) == there
    store.rollback(slow.ref)
    assert leftovers(table) == []


def test_an_append_after_our_swap_does_not_hide_that_we_are_done(store, table):
    manifest = sealed(store, "r1", "full_drop")
    store.commit(manifest)
    moved(store, "r2")
    assert opened(table).commit(manifest).rows == 5
    assert opened(table).cleanup(manifest).names == ()
    assert len(ids(table)) == 10


def test_of_two_full_drops_that_race_one_wins_whole(table):
    moved(opened(table), "r0")
    for turn in range(10):
        loads = {f"r{turn}a": ROWS.head(2), f"r{turn}b": ROWS.tail(3)}
        manifests = [sealed(opened(table), run, "full_drop", rows) for run, rows in loads.items()]
        barrier = threading.Barrier(2)

        def publish(manifest, barrier=barrier):
            store = opened(table)
            barrier.wait()
            try:
                return store.commit(manifest)
            except StoreError as exc:
                return exc

        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(publish, manifests))
        winners = [manifests[i] for i in (0, 1) if not isinstance(results[i], StoreError)]
        assert len(winners) == 1, results
        assert ids(table) == loads[winners[0].ref.run_id]["id"].to_list()
        for manifest in manifests:
            if manifest in winners:
                opened(table).cleanup(manifest)
            else:
                opened(table).rollback(manifest.ref)
    assert leftovers(table) == []


def test_appends_that_race_are_all_there(table):
    manifests = [sealed(opened(table, rows_per_file=1), f"r{n}") for n in range(4)]
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda manifest: opened(table).commit(manifest), manifests))
    assert [receipt.rows for receipt in receipts] == [5] * 4
    assert ids(table) == sorted(ROWS["id"].to_list() * 4)


@pytest.mark.skipif(renames._renameat2() is None, reason="this system cannot swap two folders")
def test_a_reader_that_polls_always_finds_the_old_or_the_new_content(table):
    moved(opened(table, rows_per_file=1), "r0")
    seen, over = set(), threading.Event()

    def poll():
        while not over.is_set():
            folder = os.open(table, os.O_RDONLY)  # raises when the table is not there
            seen.add(tuple(sorted(os.listdir(folder))))
            os.close(folder)

    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(poll)
        for turn in range(1, 11):
            moved(opened(table, rows_per_file=1), f"r{turn}", "full_drop")
        over.set()
        polling.result()
    wholes = {tuple(f"r{turn}-{n:05d}.parquet" for n in range(1, 6)) for turn in range(11)}
    # A folder that was opened before the swap may be read while the cleanup empties it.
    mixed = [names for names in seen if len({name.partition("-")[0] for name in names}) > 1]
    assert mixed == []
    assert len(seen & wholes) > 1
