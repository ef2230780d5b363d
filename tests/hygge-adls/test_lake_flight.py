"""Files on their way to a lake: several at once, while others are encoded, in bounded memory."""

import subprocess
import sys
import threading
from pathlib import Path

import polars as pl
import pytest
from dfs import DfsProcess
from lakes import Mover, account_at, sign_in

from hygge_adls.lake import lake, shelf
from hygge_adls.lake.lake import BLOCK_BYTES, BLOCKS_AT_ONCE, UPLOAD_BYTES
from hygge_adls.settings.kinds import AdlsStoreConfig
from hygge_adls.stores import LakeParquetStore
from hygge_core.config import structure
from hygge_core.records import Load, LoadRef

HERE = Path(__file__).parent
ROWS = pl.DataFrame({"id": range(60)})
REF = LoadRef(run_id="20240101-flight", flow="shop", entity="orders")


@pytest.fixture
def store(dfs):
    told = {**sign_in(dfs), "filesystem": "lake", "path": "out/orders", "rows_per_file": 10}
    with account_at(dfs) as account:
        store = LakeParquetStore(account, structure(AdlsStoreConfig, told))
        yield store
        store.close()


def begun(store):
    return store.begin(Load(ref=REF, mode="append", schema=ROWS.schema))


def staged(dfs):
    return [name for name in dfs.files("lake") if "/files/" in name]


def test_the_next_file_is_encoded_while_the_one_before_travels(store, dfs):
    held = dfs.faults.add(operation="append", hold=True, times=None)
    staging = begun(store)
    staging.write(ROWS[:30])  # it comes back though nothing has arrived
    assert len(dfs.log.wait(3, operation="append")) == 3
    held.release()
    staging.write(ROWS[30:])
    manifest = staging.seal()
    assert [part.rows for part in manifest.parts] == [10] * 6
    assert [part.staged for part in manifest.parts] == sorted(
        part.staged for part in manifest.parts
    )
    assert store.commit(manifest).rows == 60


def test_no_more_files_than_are_allowed_travel_or_wait_on_this_hosts_disk(store, dfs):
    held = dfs.faults.add(operation="append", hold=True, times=None)
    staging = begun(store)
    job = threading.Thread(target=staging.write, args=(ROWS,))
    job.start()
    dfs.log.wait(shelf.FILES_AT_ONCE, operation="append")
    job.join(0.3)
    assert job.is_alive()  # there is room for four of the six files
    held.release()
    job.join()
    staging.seal()
    assert dfs.log.busiest(operation="append") == shelf.FILES_AT_ONCE


def test_a_process_uploads_only_so_many_however_many_tables_it_moves(store, dfs, monkeypatch):
    monkeypatch.setattr(shelf, "_uploading", threading.BoundedSemaphore(1))
    dfs.manners.latency_seconds = 0.01
    staging = begun(store)
    staging.write(ROWS)
    staging.seal()
    assert dfs.log.busiest(operation="append") == 1


def test_one_file_that_does_not_arrive_fails_the_load_and_no_other_arrives_later(store, dfs):
    dfs.faults.add(
        operation="append", path="*-00002.parquet", status=403, code="AuthorizationFailure"
    )
    held = dfs.faults.add(operation="flush", path="*-00003.parquet", hold=True)
    threading.Timer(0.3, held.release).start()
    staging = begun(store)
    with pytest.raises(Exception, match="AuthorizationFailure"):
        staging.write(ROWS)
    arrived = staged(dfs)
    store.rollback(REF)
    assert len(arrived) >= 2
    assert dfs.files("lake") == {}


def test_a_load_that_is_given_up_waits_for_what_is_on_its_way(store, dfs):
    held = dfs.faults.add(operation="flush", hold=True, times=None)
    staging = begun(store)
    staging.write(ROWS[:30])
    dfs.log.wait(3, operation="flush")
    threading.Timer(0.2, held.release).start()
    store.rollback(REF)
    assert dfs.files("lake") == {}


def test_a_large_file_that_nobody_wants_any_more_stops_in_the_middle(store, dfs, monkeypatch):
    blocks = 200
    size = blocks * BLOCK_BYTES // 64
    monkeypatch.setattr(lake, "BLOCK_BYTES", BLOCK_BYTES // 64)
    monkeypatch.setattr(store, "encode", lambda load, frame, path: write(path, size, frame.height))
    dfs.manners.latency_seconds = 0.05
    staging = begun(store)
    staging.write(ROWS[:10])
    dfs.log.wait(2, operation="append")
    store.rollback(REF)
    assert len(dfs.log.select(operation="append")) < blocks // 2
    assert dfs.files("lake") == {}


def write(path, size, rows):
    with path.open("wb") as file:
        file.truncate(size)
    return rows


def test_a_reader_that_fails_while_files_travel_leaves_nothing(dfs, tmp_path):
    mover = Mover(dfs, tmp_path, path="out/orders", rows_per_file=2)
    dfs.manners.latency_seconds = 0.005
    dfs.faults.add(operation="append", path="*-00004.parquet", status=400, code="InvalidInput")
    result = mover.store(ROWS)
    assert result.outcome == "fail"
    assert "InvalidInput" in result.failure.text
    assert dfs.files("lake") == {}


def test_blocks_of_one_file_travel_beside_each_other(dfs, tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(3 * BLOCK_BYTES * BLOCKS_AT_ONCE)
    held = dfs.faults.add(operation="append", hold=True, times=None)
    with account_at(dfs) as account:
        job = threading.Thread(target=account.lake("lake").upload, args=("large", path))
        job.start()
        dfs.log.wait(BLOCKS_AT_ONCE, operation="append")  # none of them has been answered
        held.release()
        job.join()
    assert dfs.log.busiest(operation="append") == BLOCKS_AT_ONCE
    assert {request.received for request in dfs.log.select(operation="append")} == {BLOCK_BYTES}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="asks Linux for its peak")
@pytest.mark.parametrize(
    ("buffers", "files"), [(10, 1), pytest.param(3, 4, marks=pytest.mark.slow)]
)
def test_a_file_ten_times_the_buffer_takes_no_more_memory_than_is_documented(buffers, files):
    mib = buffers * BLOCK_BYTES * BLOCKS_AT_ONCE >> 20
    with DfsProcess("--filesystem", "lake", "--manners", '{"latency_seconds": 0.005}') as server:
        done = subprocess.run(
            [sys.executable, str(HERE / "peak.py"), server.url, str(mib), str(files)],
            capture_output=True,
            text=True,
            check=True,
        )
    before, peak = map(int, done.stdout.split())
    assert peak - before < files * UPLOAD_BYTES
