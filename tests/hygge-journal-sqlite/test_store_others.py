"""Others at the same database: who waits, who is refused, whom a killed process leaves free."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read and written

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import LeaseHeld, StoreError
from hygge_core.records import LoadRef, Owner
from hygge_core.scene import Scene
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store

ONE = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})
TWO = pl.DataFrame({"id": [4, 5], "name": ["d", "e"]})


def test_whoever_was_overtaken_since_seal_is_refused_and_the_other_rows_stay(sealed, store, rows):
    paused = sealed(ONE, run_id="paused", epoch=1)
    faster = sealed(TWO, run_id="faster", epoch=2)
    store().commit(faster)
    with pytest.raises(StoreError, match=r"run paused of sales.orders is too late") as caught:
        store().commit(paused)
    assert not caught.value.transient
    assert rows().equals(TWO)
    assert store().status(paused) == "none"


def test_a_new_journal_may_count_its_epochs_from_one_again(sealed, store, rows):
    store().commit(sealed(ONE, run_id="r1", epoch=57))
    store().commit(sealed(TWO, run_id="r2", epoch=1))
    assert rows().height == 5


def test_other_flows_may_add_to_the_same_table_meanwhile(sealed, store, new_load, rows):
    mine = sealed()
    staging = store().begin(
        evolve(new_load(TWO), ref=LoadRef(run_id="x", flow="returns", entity="orders"))
    )
    staging.write(TWO)
    store().commit(staging.seal())
    store().commit(mine)
    assert rows().height == 5


def test_a_database_that_is_busy_for_too_long_says_so_and_may_be_tried_again(run, store, new_load):
    opened = store(busy_timeout_seconds=0.05)
    staging = opened.begin(new_load(ONE))
    run("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="is busy") as caught:
        staging.write(ONE)
    assert caught.value.transient
    run("ROLLBACK")
    staging.write(ONE)
    assert staging.seal().rows == 3


def test_one_process_at_a_time_loads_a_table(store, make):
    first, second = store(), store()
    with first.lock(make.owner):
        with (
            pytest.raises(LeaseHeld, match=r"'orders' .* by contoso \(pid 1"),
            second.lock(Owner(host="h", pid=2, started="")),
        ):
            pass
        with store("lines").lock(make.owner):
            pass
    with second.lock(make.owner):
        pass


HOLDER = """
import sys
from pathlib import Path
from hygge_core.records import Owner
from hygge_core.scene import Scene
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store
with open_store(SqliteStoreConfig(path=Path(sys.argv[1]), table="orders"), Scene()) as store:
    with store.lock(Owner(host="h", pid=9, started="", name="other")):
        print("held", flush=True)
        sys.stdin.read()
"""


def test_a_killed_process_frees_its_table(python, database, store, make):
    holder = python(HOLDER, database)
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(LeaseHeld, match="by other"), store().lock(make.owner):
        pass
    holder.kill()
    holder.wait()
    with store().lock(make.owner):
        pass


def test_many_entities_may_load_into_one_database_at_once(database, new_load, run):
    frame = pl.DataFrame({"at": [datetime(2013, 1, 1)] * 500, "n": range(500)})

    def move(number):
        scene = Scene(flow="sales", entity=f"t{number}")
        with open_store(SqliteStoreConfig(path=database), scene) as store:
            load = new_load(frame, run_id=f"r{number}")
            staging = store.begin(evolve(load, ref=evolve(load.ref, entity=f"t{number}")))
            for batch in frame.iter_slices(100):
                staging.write(batch)
            manifest = staging.seal()
            store.commit(manifest)
            store.cleanup(manifest)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(move, range(8)))
    for number in range(8):
        assert run(f"SELECT count(*) FROM t{number}").fetchone() == (500,)
