"""What is undone, tidied or published is what was sealed: no more, and nothing else."""

import pytest
from staged_orders import MODES, ids, load_of, moved, opened, sealed

from hygge_core.errors import StoreError


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


def test_an_append_of_which_the_rest_is_gone_says_how_it_is_undone(table):
    store = opened(table, rows_per_file=2)
    manifest = sealed(store, "r1")
    store.show(manifest.parts[0])
    store.shelf.delete_tree(".hygge/stage/r1")
    with pytest.raises(StoreError) as gone:
        store.commit(manifest)
    assert "take away what is visible of this run, hygge recover --undo" in gone.value.hint
    with pytest.raises(StoreError, match=r"r1-00001\.parquet") as seen:
        store.rollback(manifest.ref)
    assert seen.value.hint.endswith("the files that its id is in, and hygge recover --undo r1")
    store.shelf.delete(manifest.parts[0].final)
    store.rollback(manifest.ref)


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
