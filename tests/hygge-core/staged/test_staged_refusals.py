"""Places and names that no table may have are refused, and nobody else's files are deleted."""

import os

import pytest
from staged_orders import OWNER, load_of, moved, opened, sealed

from hygge_core.errors import StoreError


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
