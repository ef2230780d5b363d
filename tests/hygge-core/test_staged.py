"""What every store over ``StagedWriter`` promises, kept on real directories."""

import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import LeaseHeld, StoreError
from hygge_core.faults import planned
from hygge_core.files import renames
from hygge_core.files.local import LocalShelf
from hygge_core.files.store_settings import ParquetStoreConfig
from hygge_core.files.stores import ParquetStore
from hygge_core.jsons import from_json, to_json
from hygge_core.protocols import Checks, KeepsLedger, KnowsSchema, Locks, Staging, Store
from hygge_core.records import Load, LoadRef, Manifest, Opened, Owner, RunRecord
from hygge_core.testing.plans import Count

ROWS = pl.DataFrame({"id": [1, 2, 3, 4, 5], "day": ["a", "b", None, "a", "ä/b"]})
MODES = ["append", "full_drop"]


@pytest.fixture
def table(tmp_path):
    return tmp_path / "lake" / "orders"


@pytest.fixture
def store(table):
    return opened(table)


def opened(table, **settings):
    return ParquetStore(ParquetStoreConfig(path=table, **settings))


def load_of(run_id, mode="append", rows=ROWS):
    ref = LoadRef(run_id=run_id, flow="f", entity="orders")
    return Load(ref=ref, mode=mode, schema=rows.schema)


def sealed(store, run_id, mode="append", rows=ROWS):
    staging = store.begin(load_of(run_id, mode, rows))
    for batch in rows.iter_slices(2):
        staging.write(batch)
    return staging.seal()


def moved(store, run_id, mode="append", rows=ROWS):
    manifest = sealed(store, run_id, mode, rows)
    receipt = store.commit(manifest)
    assert store.cleanup(manifest).names == ()
    return receipt


def ids(table):
    return sorted(i for file in table.rglob("*.parquet") for i in pl.read_parquet(file)["id"])


def leftovers(table):
    own = table.parent / ".hygge"
    return [path for path in own.rglob("*") if path.is_file() and path.parent.name != "locks"]


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


def test_a_writer_that_loses_rows_is_caught(table, monkeypatch):
    def forgetful(self, load, frame, path):
        frame.head(1).write_parquet(path)
        return 1

    monkeypatch.setattr(ParquetStore, "encode", forgetful)
    with pytest.raises(StoreError, match=r"5 rows were written, but 1 rows"):
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


@pytest.mark.parametrize("mode", MODES)
def test_what_readers_see_cannot_be_rolled_back(store, table, mode):
    manifest = sealed(store, "r1", mode)
    store.commit(manifest)
    with pytest.raises(StoreError, match="cannot be undone"):
        opened(table).rollback(manifest.ref)
    with pytest.raises(StoreError, match="cannot be undone"):
        opened(table).begin(load_of("r1", mode))
    assert ids(table) == [1, 2, 3, 4, 5]


def test_what_readers_see_cannot_be_rolled_back_even_when_its_manifest_is_lost(store, table):
    manifest = sealed(store, "r1")
    store.commit(manifest)
    store.shelf.delete_tree(".hygge/stage/r1")
    with pytest.raises(StoreError, match="visible already"):
        store.rollback(manifest.ref)
    assert ids(table) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("mode", MODES)
def test_what_is_not_published_is_not_cleaned_away(store, table, mode):
    manifest = sealed(store, "r1", mode)
    with pytest.raises(StoreError, match="not published"):
        store.cleanup(manifest)
    assert store.commit(manifest).rows == 5


def test_cleanup_removes_only_its_own(store, table):
    other = sealed(store, "r1")
    moved(store, "r2")
    assert store.commit(other).rows == 5


def test_what_cleanup_cannot_remove_is_named(store, table, monkeypatch):
    manifest = sealed(store, "r1")
    store.commit(manifest)

    def refused(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("hygge_core.files.local.remove_tree", refused)
    (name,) = store.cleanup(manifest).names
    assert name == str(table.parent / ".hygge/stage/r1/manifest.json")


def test_staging_that_was_purged_is_a_plain_error_and_shows_nothing_by_halves(table):
    store = opened(table, rows_per_file=2)
    manifest = sealed(store, "r1")
    store.shelf.delete(manifest.parts[2].staged)
    with pytest.raises(StoreError, match=r"r1-00003\.parquet is gone") as caught:
        store.commit(manifest)
    assert not caught.value.transient
    assert not table.exists()


@pytest.mark.parametrize("mode", MODES)
def test_a_staged_file_that_was_changed_is_not_published(store, table, mode):
    manifest = sealed(store, "r1", mode)
    path = store.shelf.path(manifest.parts[0].staged)
    path.write_bytes(path.read_bytes()[::-1])
    with pytest.raises(StoreError, match="not the file that was sealed"):
        store.commit(manifest)
    assert not table.exists()


def test_a_file_that_was_not_sealed_is_not_published_with_the_others(store, table):
    manifest = sealed(store, "r1", "full_drop")
    with store.shelf.staging_file(".hygge/stage/r1/files/other.parquet") as path:
        path.write_text("other")
    with pytest.raises(StoreError, match="were not sealed"):
        store.commit(manifest)
    assert not table.exists()


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


def test_a_full_drop_never_deletes_what_hygge_did_not_write(store, table):
    table.mkdir(parents=True)
    (table / "letter.txt").write_text("precious")
    with pytest.raises(
        StoreError, match=r"would delete 1 files that are not \*\.parquet"
    ) as caught:
        store.begin(load_of("r1", "full_drop"))
    assert "letter.txt" in str(caught.value)
    assert moved(store, "r2").rows == 5  # beside it is fine


def test_a_full_drop_never_deletes_other_tables(tmp_path):
    moved(opened(tmp_path / "lake" / "orders"), "r1")
    sealed(opened(tmp_path / "lake" / "items"), "r2")
    with pytest.raises(StoreError, match=r"\.hygge"):
        opened(tmp_path / "lake").begin(load_of("r3", "full_drop"))


def test_marks_of_other_tools_do_not_stop_a_full_drop(store, table):
    moved(store, "r1")
    (table / "_SUCCESS").touch()
    (table / ".DS_Store").touch()
    assert moved(store, "r2", "full_drop").rows == 5
    assert [path.name for path in table.iterdir()] == ["r2-00001.parquet"]


def test_a_directory_that_is_a_link_is_refused_by_name(store, table, tmp_path):
    table.parent.mkdir()
    (tmp_path / "elsewhere").mkdir()
    table.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match=f"{table} is a symbolic link to {tmp_path}/elsewhere"):
        store.begin(load_of("r1"))


def test_a_file_in_the_place_of_the_directory_is_refused_by_name(store, table):
    table.parent.mkdir()
    table.write_text("a file")
    with pytest.raises(StoreError, match=f"{table} is a file"):
        store.begin(load_of("r1"))
    assert next(said for _, said, _ in store.check()) == f"{table} is a file, not a directory"


def test_a_table_on_another_file_system_than_its_staging_is_refused(store, table, monkeypatch):
    moved(store, "r1")
    real = type(table).stat

    def mounted(self, **how):
        found = real(self, **how)
        if self != table:
            return found
        return os.stat_result((*found[:2], found.st_dev + 1, *found[3:10]))

    monkeypatch.setattr(type(table), "stat", mounted)
    with pytest.raises(StoreError, match="another file system") as caught:
        store.begin(load_of("r2"))
    assert "one level higher" in caught.value.hint


@pytest.mark.parametrize("run_id", ["", "../x", "a/b", ".hidden", "a\0b", "x" * 200])
def test_a_run_id_that_is_no_file_name_is_refused(store, run_id):
    with pytest.raises(StoreError, match="no run id"):
        store.begin(load_of(run_id))


def test_an_uncommitted_run_of_another_table_under_the_same_root_is_not_ours(tmp_path):
    one, other = opened(tmp_path / "orders"), opened(tmp_path / "items")
    manifest = sealed(one, "r1")
    moved(other, "r2", "full_drop")
    assert one.commit(manifest).rows == 5


def test_the_manifest_beside_the_staged_data_is_the_one_that_was_returned(store):
    manifest = sealed(store, "r1", "full_drop")
    assert store.manifest_of(manifest.ref) == from_json(to_json(manifest), Manifest) == manifest


# --- the ledger of flows without a journal ------------------------------------------------------


def recorded(manifest=None, state="open", run_id="r1", entity="orders"):
    return RunRecord(
        ref=LoadRef(run_id=run_id, flow="f", entity=entity), state=state, run_type="full_drop",
        epoch=0, destination="there", store=Opened(type="parquet", table={"path": "x"}),
        manifest=manifest,
    )  # fmt: skip


def test_the_ledger_remembers_a_run_until_it_is_over(store, table):
    run = recorded()
    store.advance(run)
    assert opened(table).open_runs("f", "orders") == (run,)
    decided = evolve(run, state="decided", manifest=sealed(store, "r1"))
    store.advance(decided)
    store.advance(decided)
    assert opened(table).open_runs("f", "orders") == (decided,)
    store.advance(evolve(decided, state="done"))
    assert opened(table).open_runs("f", "orders") == ()


def test_a_rolled_back_run_is_forgotten_and_so_is_its_file(store, table):
    store.advance(recorded())
    store.rollback(recorded().ref)
    store.advance(recorded(state="rolled_back"))
    assert leftovers(table) == []


def test_the_ledger_keeps_each_entitys_runs_apart_and_in_order(store, tmp_path):
    first, second = recorded(run_id="z"), recorded(run_id="a")
    store.advance(second)
    store.advance(first)
    store.advance(recorded(run_id="q", entity="other"))
    assert [run.ref.run_id for run in store.open_runs("f", "orders")] == ["z", "a"]
    assert opened(tmp_path / "lake" / "items").open_runs("f", "orders") == ()


def test_the_decision_is_durable_before_advance_returns(store):
    with planned(Count()) as counted:
        store.advance(recorded(state="decided"))
    names = [name for name in counted.names() if name.endswith(":after")]
    first_sync = names.index("local.sync_file:after")
    assert first_sync < names.index("local.replace:after") < len(names) - 1
    assert names[-1] == "local.sync_folder:after"


# --- locks --------------------------------------------------------------------------------------

OWNER = Owner(host="here", pid=7, started="noon", name="contoso")


def test_a_second_run_is_told_who_holds_the_table(store, table):
    with store.lock(OWNER):
        said = "orders is being moved right now by contoso"
        with pytest.raises(LeaseHeld, match=said) as caught:
            opened(table).lock(OWNER).__enter__()
        assert "pid 7 on here" in caught.value.owner
        assert moved(store, "r1").rows == 5  # the holder publishes all the same
    with opened(table).lock(OWNER):
        pass
    assert not (table.parent / ".hygge/locks/orders.owner").exists()


def test_a_lock_of_a_dead_process_is_free(table):
    code = f"""
import os, signal
from pathlib import Path
from hygge_core.files.store_settings import ParquetStoreConfig
from hygge_core.files.stores import ParquetStore
from hygge_core.records import Owner
store = ParquetStore(ParquetStoreConfig(path=Path({str(table)!r})))
store.lock(Owner(host="here", pid=7, started="noon")).__enter__()
os.kill(os.getpid(), signal.SIGKILL)
"""
    died = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert (table.parent / ".hygge/locks/orders.owner").exists()
    with opened(table).lock(OWNER):
        pass


@pytest.mark.parametrize("entity", ["x" * 300, "a\0b", ".hygge"])
@pytest.mark.parametrize("verb", ["begin", "lock", "known_schema", "open_runs"])
def test_a_hostile_name_is_a_store_error_and_never_a_traceback(tmp_path, entity, verb):
    store = opened(tmp_path / "lake" / entity)
    given = {"begin": (load_of("r1"),), "lock": (OWNER,), "open_runs": ("f", "e")}.get(verb, ())
    said = str(tmp_path)
    try:
        getattr(store, verb)(*given)
    except StoreError as exc:
        said = str(exc)
    assert str(tmp_path) in said
    assert not (tmp_path / "lake" / ".hygge" / "stage").exists()


def test_a_check_says_ok_or_what_to_do(store, table):
    assert {said for _, said, _ in store.check()} == {"ok"}
    assert not table.parent.exists()  # a check touches nothing
    moved(store, "r1")
    tried = [tried for tried, said, _ in store.check() if said == "ok"]
    assert tried[:3] == [
        f"{table} can be a table", f"{table.parent}/.hygge is writable", f"{table} is writable",
    ]  # fmt: skip
    assert tried[3].startswith("free space at")


def test_a_check_says_when_there_is_little_room(store, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: Usage)
    assert "only 1,000 bytes are free" in [said for _, said, _ in store.check()]


class Usage:
    free = 1000


# --- a storage that is far ---------------------------------------------------------------------


class FarShelf(LocalShelf):
    """Leaving a staged file takes as long as the test says."""

    files_at_once = 3

    def __init__(self, root):
        super().__init__(root)
        self.travelling = 0
        self.most = 0
        self.gate = threading.Event()
        self.counting = threading.Lock()
        self.broken = set()

    @contextmanager
    def staging_file(self, name):
        with super().staging_file(name) as path:
            yield path
            with self.counting:
                self.travelling += 1
                self.most = max(self.most, self.travelling)
            try:
                assert self.gate.wait(10)
                if any(name.endswith(each) for each in self.broken):
                    raise StoreError(f"{name} got lost")
            finally:
                with self.counting:
                    self.travelling -= 1


@pytest.fixture
def far(table):
    store = opened(table, rows_per_file=2)
    store.shelf = FarShelf(table.parent)
    yield store
    store.shelf.gate.set()
    store.close()


MANY = pl.DataFrame({"id": range(20), "day": "a"})


def test_files_travel_beside_each_other_while_others_are_encoded_and_stay_in_order(far, table):
    staging = far.begin(load_of("r", rows=MANY))
    staging.write(MANY[:6])  # it returns although nothing has arrived
    assert far.shelf.travelling == 3
    far.shelf.gate.set()
    staging.write(MANY[6:])
    manifest = staging.seal()
    assert far.shelf.most == 3
    assert [part.staged[-13:] for part in manifest.parts] == [
        f"{n:05}.parquet" for n in range(1, 11)
    ]
    assert all(part.etag and part.sha256 for part in manifest.parts)
    far.commit(manifest)
    assert ids(table) == list(range(20))


def test_one_that_gets_lost_stops_the_load_when_nothing_is_under_way_any_more(far, table):
    far.shelf.broken = {"00002.parquet"}
    far.shelf.gate.set()
    with pytest.raises(StoreError, match=r"00002\.parquet got lost"):
        sealed(far, "r", rows=MANY)
    assert far.shelf.travelling == 0
    far.rollback(LoadRef(run_id="r", flow="f", entity="orders"))
    assert leftovers(table) == []


@pytest.mark.parametrize("verb", ["rollback", "begin", "close"])
def test_what_was_given_up_does_not_arrive_later(far, table, verb):
    staging = far.begin(load_of("r", rows=MANY))
    staging.write(MANY[:6])
    threading.Timer(0.2, far.shelf.gate.set).start()
    if verb == "rollback":
        far.rollback(LoadRef(run_id="r", flow="f", entity="orders"))
    elif verb == "begin":
        far.begin(load_of("r", rows=MANY))
    else:
        far.close()
    assert far.shelf.travelling == 0
    assert verb == "close" or leftovers(table) == []
