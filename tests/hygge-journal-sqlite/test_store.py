"""The store: a load is staged where nobody sees it, and settles in one transaction."""

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import StoreError
from hygge_core.jsons import to_json
from hygge_core.protocols import Checks, KeepsLedger, KnowsSchema, Locks, Staging, Store
from hygge_core.records import Ask, LoadRef
from hygge_core.scene import Scene
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store

ONE = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})
TWO = pl.DataFrame({"id": [4, 5], "name": ["d", "e"]})


def tables(run):
    return {name for (name,) in run("SELECT name FROM sqlite_master WHERE type = 'table'")}


def test_it_is_a_store_and_what_else_it_can_do_is_found_by_isinstance(store, new_load):
    for protocol in (Store, KnowsSchema, KeepsLedger, Locks, Checks):
        assert isinstance(store(), protocol)
    assert isinstance(store().begin(new_load(ONE)), Staging)


def test_what_is_staged_is_invisible_until_it_is_committed(sealed, store, rows, home):
    manifest = sealed()
    assert store().status(manifest) == "none"
    assert [name for name, _ in home().tables()] == []
    receipt = store().commit(manifest)
    assert (receipt.rows, receipt.parts) == (3, 1)
    assert rows().equals(ONE)
    assert store().status(manifest) == "done"


def test_appending_adds_and_full_drop_replaces(load, rows):
    load(ONE)
    load(TWO)
    assert rows().equals(pl.concat([ONE, TWO]))
    load(TWO, "full_drop")
    assert rows().equals(TWO)


def test_committing_again_publishes_nothing_twice(sealed, store, rows):
    manifest = sealed()
    first = store().commit(manifest)
    assert store().commit(manifest) == first
    store().cleanup(manifest)
    assert store().commit(manifest) == first
    assert rows().height == 3


def test_a_manifest_is_all_that_another_process_needs(sealed, python, database, rows):
    text = to_json(sealed())
    code = """
import sys
from pathlib import Path
from hygge_core.jsons import from_json
from hygge_core.records import Manifest
from hygge_core.scene import Scene
from hygge_journal_sqlite.settings import SqliteStoreConfig
from hygge_journal_sqlite.store.store import open_store
with open_store(SqliteStoreConfig(path=Path(sys.argv[1]), table="orders"), Scene()) as store:
    print(store.commit(from_json(sys.stdin.read(), Manifest)).rows)
"""
    assert python(code, database).communicate(text)[0] == "3\n"
    assert rows().equals(ONE)


def test_leaving_without_commit_leaves_nothing_that_a_reader_sees(store, new_load, home, database):
    with open_store(SqliteStoreConfig(path=database, table="orders"), Scene()) as opened:
        opened.begin(new_load(ONE)).write(ONE)
    assert list(home().tables()) == []


def test_rolling_back_removes_what_was_staged_and_again_is_fine(sealed, store, run):
    manifest = sealed()
    for _ in range(2):
        store().rollback(manifest.ref)
    assert tables(run) == {"__hygge_loads"}
    store().rollback(LoadRef(run_id="never", flow="f", entity="e"))


def test_a_published_load_cannot_be_rolled_back(sealed, store, rows):
    manifest = sealed()
    store().commit(manifest)
    with pytest.raises(StoreError, match="cannot be undone: its rows are published"):
        store().rollback(manifest.ref)
    assert rows().equals(ONE)


def test_cleaning_up_removes_the_staging_of_this_load_only(sealed, store, run):
    other = sealed(run_id="r2")
    manifest = sealed(run_id="r1", mode="full_drop")
    store().commit(manifest)
    for _ in range(2):
        assert store().cleanup(manifest).names == ()
    assert tables(run) == {"__hygge_loads", "orders", other.parts[0].staged}


def test_only_the_newest_marks_of_an_entity_are_kept(load, run):
    for _ in range(12):
        load(ONE)
    assert run("SELECT count(*) FROM __hygge_loads").fetchone() == (8,)


def test_a_retry_of_the_same_run_starts_from_an_empty_table(store, new_load, rows):
    opened = store()
    opened.begin(new_load(TWO)).write(TWO)
    staging = opened.begin(new_load(ONE))
    staging.write(ONE)
    manifest = staging.seal()
    assert manifest.rows == 3
    opened.commit(manifest)
    assert rows().equals(ONE)


def test_staged_rows_that_somebody_dropped_are_missed(sealed, store, run):
    manifest = sealed()
    run(f'DROP TABLE "{manifest.parts[0].staged}"')
    with pytest.raises(StoreError, match="staged rows of run r1 are gone"):
        store().commit(manifest)
    assert store().status(manifest) == "none"


def test_rows_that_vanished_from_staging_are_missed_before_and_after_seal(
    sealed, store, new_load, run, rows
):
    staging = store().begin(new_load(ONE))
    staging.write(ONE)
    run('DELETE FROM "__hygge_stage_r1" WHERE id = 2')
    with pytest.raises(StoreError, match="3 rows were written but 2 are staged"):
        staging.seal()
    manifest = sealed(run_id="r2")
    run('DELETE FROM "__hygge_stage_r2" WHERE id = 2')
    with pytest.raises(StoreError, match="3 rows were sealed, but 2 could be published"):
        store().commit(manifest)
    assert "orders" not in tables(run)


def test_readers_see_the_old_rows_or_the_new_ones(load, sealed, store, home):
    load(ONE)
    batches = home(batch_rows=1).read(Ask(entity="orders"))
    seen = [next(batches)]
    store().commit(sealed(TWO, "full_drop"))
    assert pl.concat([*seen, *batches]).equals(ONE)


def test_an_empty_load_makes_an_empty_table_or_empties_it(load, rows):
    load(ONE.clear())
    assert rows().schema == ONE.schema
    load(ONE)
    load(ONE.clear(), "full_drop")
    assert rows().height == 0


@pytest.mark.parametrize("table", ["sqlite_stat1", "__hygge_loads", "__HYGGE_x"])
def test_reserved_names_are_refused(store, table):
    with pytest.raises(StoreError, match="is reserved"):
        store(table)


def test_names_that_differ_only_by_case_are_one_to_sqlite_and_refused(store, new_load):
    frame = pl.DataFrame({"Id": [1], "ID": [2]})
    with pytest.raises(StoreError, match="takes 'Id' and 'ID' for one column"):
        store().begin(new_load(frame))


def test_a_column_in_another_case_is_the_same_column(run, load):
    run("CREATE TABLE orders (ID INTEGER, NAME TEXT)")
    load(ONE)
    assert run("SELECT count(*), max(NAME) FROM orders").fetchone() == (3, "c")
    assert len(run("PRAGMA table_info(orders)").fetchall()) == 2


@pytest.mark.parametrize("frame", [pl.DataFrame(), pl.DataFrame({"a\0b": [1]})])
def test_what_sqlite_cannot_name_is_refused(store, new_load, frame):
    with pytest.raises(StoreError, match=r"without columns|NUL character"):
        store().begin(new_load(frame))


def test_the_journal_is_no_place_for_tables(opened, path, new_load):
    opened()
    with (
        open_store(SqliteStoreConfig(path=path, table="t"), Scene()) as store,
        pytest.raises(StoreError, match="is the journal of hygge"),
    ):
        store.begin(new_load(ONE))


def test_a_file_that_is_no_database_is_named_and_not_touched(database, store, new_load):
    database.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"shop.db is not a SQLite database"):
        store().begin(new_load(ONE))
    assert database.read_bytes() == b"not a database" * 100


def test_without_a_journal_the_database_remembers_unfinished_runs(store, make, sealed):
    run = make.run("r1")
    store().advance(run)
    store().advance(make.run("r2", entity="lines"))
    decided = evolve(run, state="decided", manifest=sealed())
    store().advance(decided)
    store().advance(decided)
    assert store().open_runs("sales", "orders") == [decided]
    for state in ("committed", "done", "done"):
        store().advance(evolve(decided, state=state))
    assert store().open_runs("sales", "orders") == []
    assert len(store().open_runs("sales", "lines")) == 1


def test_the_doctor_tries_to_write(store, database):
    ((what, verdict, _),) = store().check()
    assert verdict == "ok"
    assert "'orders' will be made" in what
