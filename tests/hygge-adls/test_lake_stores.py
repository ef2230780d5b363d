"""The stores on a lake: what was moved is there, once, and never half or empty."""

import threading
from datetime import date

import polars as pl
import pytest
from attrs import evolve
from household import until
from lakes import Mover, account_at, sign_in

from hygge_adls.lake.shelf import LakeShelf
from hygge_adls.settings.kinds import AdlsStoreConfig, OneLakeStoreConfig
from hygge_adls.stores import LakeParquetStore
from hygge_core.config import structure
from hygge_core.errors import ConfigError, HomeError, StoreError
from hygge_core.records import Load, LoadRef
from hygge_core.shelf import NameMissing

ROWS = pl.DataFrame(
    {
        "id": range(10),
        "name": ["ö", None, "", "a,b", 'q"', "x", "y", "z", "\n", "e"],
        "day": [date(2024, 1, 1 + number % 3) for number in range(10)],
    }
)
MORE = ROWS.with_columns(pl.col("id") + 10)
LIVE = "lake/out/orders/*"


@pytest.fixture
def lake(dfs, tmp_path):
    return Mover(dfs, tmp_path, path="out/orders")


def complete(result):
    assert result.outcome == "complete", result
    return result


@pytest.mark.parametrize("form", ["parquet", "csv", "ndjson"])
def test_what_was_moved_comes_back_equal(lake, form):
    complete(lake.store(ROWS, format=form, rows_per_file=4))
    assert lake.rows(format=form).sort("id").equals(ROWS)
    complete(lake.store(pl.concat([ROWS, MORE]), "incremental", format=form, rows_per_file=4))
    assert lake.rows(format=form).sort("id").equals(pl.concat([ROWS, MORE]))
    complete(lake.store(MORE, format=form))
    assert lake.rows(format=form).sort("id").equals(MORE)


def test_no_reader_ever_meets_an_empty_or_unfinished_file_under_a_final_name(lake, dfs):
    complete(lake.store(ROWS, rows_per_file=3))
    complete(lake.store(pl.concat([ROWS, MORE]), "incremental", rows_per_file=3))
    complete(lake.store(MORE))
    assert dfs.changes.in_place(LIVE) == []
    assert all(seen.size for view in dfs.changes.views(LIVE) for seen in view.values())


def test_partitions_with_odd_values_come_back(lake, dfs):
    rows = pl.DataFrame({"id": [1, 2, 3, 4], "town": ["a/b", "50 %", "ö=é", None]})
    complete(lake.store(rows, partition_by=["town"]))
    assert any("/town=50%20%25/" in name for name in dfs.files("lake"))
    assert lake.rows().sort("id").equals(rows)


def test_nothing_is_left_beside_the_data(lake, dfs):
    complete(lake.store(ROWS, rows_per_file=3))
    complete(lake.store(MORE, rows_per_file=3))
    assert all(name.startswith("out/orders/") for name in dfs.files("lake"))
    assert len(dfs.files("lake")) == 4


def test_incremental_in_the_stores_own_table_overrules_the_run(lake):
    complete(lake.store(ROWS))
    complete(lake.store(pl.concat([ROWS, MORE]), "full_drop", incremental=True))
    assert lake.rows().height == 20
    complete(lake.store(MORE, "incremental", incremental=False))
    assert lake.rows().height == 10


def test_a_flat_account_is_refused_with_advice_before_anything_is_written(lake, dfs):
    dfs.manners.flat = True
    result = lake.store(ROWS)
    assert "no hierarchical namespace" in result.failure.text
    assert "hns-migration" in result.failure.hint
    assert dfs.paths("lake") == []


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("run_type", ["incremental", "full_drop"])
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_rename_whose_answer_is_lost_costs_nothing(lake, dfs, run_type, moment, nth):
    complete(lake.store(ROWS))
    rows = MORE if run_type == "full_drop" else pl.concat([ROWS, MORE])
    path = "lake/out/.hygge/old/*" if run_type == "full_drop" and nth == 1 else "lake/out/orders*"
    fault = dfs.faults.add(operation="rename", path=path, moment=moment, reset=True)
    complete(lake.store(rows, run_type, rows_per_file=5))
    assert fault.struck == 1
    assert lake.rows().sort("id").equals(rows)


@pytest.mark.parametrize(
    ("run_type", "path"),
    [
        ("incremental", "lake/out/orders/*"),
        ("full_drop", "lake/out/.hygge/old/*"),
        ("full_drop", "lake/out/orders"),
    ],
)
def test_a_rename_that_the_service_does_after_its_repetition_changes_nothing(
    lake, dfs, run_type, path
):
    complete(lake.store(ROWS))
    rows = MORE if run_type == "full_drop" else pl.concat([ROWS, MORE])
    late = dfs.faults.add(operation="rename", path=path, hold=True)
    complete(lake.store(rows, run_type, read_seconds=1.0))
    assert late.reached.is_set()
    seen = dfs.files("lake")
    late.release()
    until(lambda: all(each.ended for each in dfs.log.select(operation="rename")))
    assert dfs.files("lake") == seen
    assert lake.rows().sort("id").equals(rows)


@pytest.mark.parametrize("run_type", ["incremental", "full_drop"])
@pytest.mark.parametrize("operation", ["create", "append", "flush", "rename", "delete", "list"])
def test_every_request_of_a_kind_may_lose_its_first_answer(lake, dfs, run_type, operation):
    complete(lake.store(ROWS))
    rows = MORE if run_type == "full_drop" else pl.concat([ROWS, MORE])
    for nth in (1, 2, 3):
        dfs.faults.add(operation=operation, moment="after", reset=True, nth=2 * nth)
    complete(lake.store(rows, run_type, rows_per_file=5))
    assert lake.rows().sort("id").equals(rows)


def test_the_service_may_be_gone_between_the_two_renames_and_the_next_start_goes_on(lake, dfs):
    complete(lake.store(ROWS))
    dfs.faults.add(operation="rename", path="lake/out/orders", status=503, times=None)
    result = lake.store(MORE)
    assert result.outcome == "fail"
    assert result.failure.transient
    dfs.faults.clear()
    assert [n for n in dfs.files("lake") if "/.hygge/old/" in n]
    with pytest.raises(HomeError, match="is being replaced now") as between:
        lake.rows()
    assert between.value.transient
    assert lake.store(pl.concat([ROWS, MORE]), "incremental").outcome in ("complete", "skip")
    assert lake.rows().sort("id").equals(MORE)


# --- two coordinators ----------------------------------------------------------------------------


def again(account):
    """A store of its own, as another process opens it."""
    config = structure(AdlsStoreConfig, {**sign_in_of(account), "path": "out/orders"})
    return LakeParquetStore(account, config)


def staged(account, run_id, rows):
    """A sealed full_drop of its own store, as one of two coordinators has it."""
    store = again(account)
    ref = LoadRef(run_id=run_id, flow="shop", entity="orders")
    staging = store.begin(Load(ref=ref, mode="full_drop", schema=rows.schema))
    staging.write(rows)
    return store, staging.seal()


def sign_in_of(account):
    return {"account_url": account.url, "filesystem": "lake", **KEY}


KEY = {"auth": "key", "key": {"env": "HYGGE_TEST_LAKE_KEY"}}


@pytest.fixture
def overtaken(lake, dfs):
    """A coordinator's store and sealed full_drop, after another's was committed: of ``MORE``."""
    complete(lake.store(ROWS))
    with account_at(dfs) as account:
        slow, late = staged(account, "20240101-slow", ROWS)
        quick, early = staged(account, "20240101-quick", MORE)
        quick.commit(early)
        yield slow, late


def test_of_two_coordinators_the_first_wins_and_the_other_changes_nothing(lake, overtaken):
    slow, late = overtaken
    with pytest.raises(StoreError, match="somebody else was faster"):
        slow.commit(late)
    assert lake.rows().sort("id").equals(MORE)


def test_one_that_was_paused_right_before_its_swap_loses_by_the_folders_etag(lake, overtaken):
    slow, late = overtaken
    with pytest.raises(StoreError, match="changed by somebody else"):
        slow.swap(late)  # it has compared everything already, and slept since
    assert lake.rows().sort("id").equals(MORE)


def test_two_that_finish_the_same_decided_load_at_once_finish_it_once(lake, dfs):
    complete(lake.store(ROWS))
    with account_at(dfs) as account:
        store, sealed = staged(account, "20240101-mine", MORE)
        dfs.manners.latency_seconds = 0.005
        results = []

        def finish():
            results.append(again(account).commit(sealed))

        threads = [threading.Thread(target=finish) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [receipt.rows for receipt in results] == [10, 10, 10]
        assert not store.cleanup(sealed).names
    assert lake.rows().sort("id").equals(MORE)


def test_an_append_never_overwrites_a_file_that_has_its_name(lake, dfs):
    with account_at(dfs) as account:
        store, sealed = staged(account, "20240101-mine", ROWS)
        sealed = evolve(sealed, mode="append")
        dfs.seed("lake", {f"out/{sealed.parts[0].final}": b"theirs"})
        with pytest.raises(StoreError, match="taken by another file"):
            store.commit(sealed)
        assert dfs.files("lake", "out/orders") == {f"out/{sealed.parts[0].final}": b"theirs"}


# --- OneLake and the configuration -----------------------------------------------------------


def test_onelake_has_its_default_folders(dfs):
    told = {"connection": "fabric", "workspace": "lake", "item": "Raw.Lakehouse"}
    assert structure(OneLakeStoreConfig, told).place == "Raw.Lakehouse/Files/{entity}"
    told["schema"] = "shop"
    assert structure(OneLakeStoreConfig, told).place == "Raw.Lakehouse/Files/shop.schema/{entity}"


def test_onelake_is_moved_to_and_read_from(dfs, tmp_path):
    dfs.seed("lake", {"Raw.Lakehouse/Files": None})
    dfs.manners.onelake = True
    lake = Mover(dfs, tmp_path)
    told = {"account_url": dfs.url, "auth": "sas", "sas": {"env": "HYGGE_TEST_LAKE_SAS"}}
    told |= {"workspace": "lake", "item": "Raw.Lakehouse"}
    lake.table = lambda **more: {**told, "path": "Files/orders", **more}
    complete(lake.store(ROWS, word="onelake", schema="shop"))
    complete(lake.store(MORE, word="onelake", schema="shop"))
    assert all("/Files/shop.schema/orders/" in name for name in dfs.files("lake"))
    assert lake.rows(word="onelake", schema="shop").sort("id").equals(MORE)


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ({"path": "a/../b"}, "names with /"),
        ({"path": ""}, "names with /"),
        ({"path": "a", "separator": ";"}, "separator is for format = 'csv'"),
        ({"path": "a", "format": "csv", "compression": "gzip"}, "compression is for"),
        ({"path": "a", "compression": "gzip", "compression_level": 30}, "gzip takes 0 to 9"),
        ({"path": "a", "connection": "lake"}, "says account_url already"),
        ({"path": "a", "account_url": None}, "account_url"),
    ],
)
def test_a_store_that_cannot_be_is_a_mistake_in_the_configuration(dfs, told, problem):
    with pytest.raises(ConfigError, match=problem):
        structure(AdlsStoreConfig, {**sign_in(dfs), "filesystem": "lake", **told})


# --- what it costs -------------------------------------------------------------------------------


@pytest.mark.parametrize("run_type", ["incremental", "full_drop"])
def test_a_file_costs_five_requests_and_a_load_a_few_dozen_more(lake, dfs, run_type):
    complete(lake.store(ROWS))
    costs = []
    for size in (1, 11, 21):
        highest = 1000 * size  # so that each load has rows of its own
        rows = pl.DataFrame({"id": range(highest, highest + 10 * size)})
        rows = rows.with_columns(name=pl.lit("x"), day=pl.lit(date(2024, 1, 1)))
        dfs.log.clear()
        complete(lake.store(rows, run_type, rows_per_file=10))
        costs.append(len(dfs.log))
    # Create, append, flush, a look at what has arrived; and for an append its rename.
    assert costs[2] - costs[1] == 10 * (5 if run_type == "incremental" else 4)
    assert costs[0] < 40


def test_a_name_that_was_glanced_at_and_renamed_since_is_looked_at_anew(dfs):
    with account_at(dfs) as account:
        shelf = LakeShelf(account.lake("lake"), "out")
        dfs.seed("lake", {"out/a/1": b"x", "out/b/2": b"y"})
        dfs.log.clear()
        with shelf.glanced(["a/1", "b/1", "b/2"], ["a", "b"]):
            assert (shelf.entry("a/1").bytes, shelf.entry("b/1")) == (1, None)
            assert len(dfs.log) == 2
            shelf.rename("a/1", "b/1")
            assert (shelf.entry("a/1"), shelf.entry("b/1").bytes) == (None, 1)
            with pytest.raises(NameMissing):
                shelf.rename("a/1", "b/2")
            dfs.seed("lake", {"out/b/2": b"yy"})
            assert shelf.entry("b/2").bytes == 2
