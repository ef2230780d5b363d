"""A shelf on a local file system: durable, never destructive, never out of its root."""

import errno
import os

import pytest
from shelf_files import put, text

from hygge_core.errors import StoreError
from hygge_core.faults import planned
from hygge_core.files.disk import durable, renames
from hygge_core.files.local import LocalShelf
from hygge_core.shelf import Digests, Excludes, NameMissing, NameTaken, Shelf
from hygge_core.testing.plans import At, Count, Crash


def test_it_is_a_shelf_that_excludes_and_digests(shelf):
    assert isinstance(shelf, Shelf)
    assert isinstance(shelf, Excludes)
    assert isinstance(shelf, Digests)


def test_a_staged_file_is_listed_with_its_size_and_digest(shelf):
    put(shelf, "a/b/one", "1")
    put(shelf, "a/two", "22")
    assert [(entry.name, entry.bytes) for entry in shelf.list("a")] == [
        ("a/b/one", 1),
        ("a/two", 2),
    ]
    assert shelf.entry("a/two") == shelf.list("a")[1]
    assert shelf.sha256("a/two").startswith("785f3ec7eb32f30b90cd0fcf3657d388")
    assert shelf.list("nowhere") == ()
    assert shelf.entry("a/nothing") is None
    assert shelf.entry("a/two/below") is None


def test_a_failed_write_leaves_nothing_under_the_name(shelf):
    def half():
        with shelf.staging_file("a/one") as path:
            path.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half()
    assert shelf.list("a") == ()


def test_a_failed_fsync_leaves_nothing_and_is_never_tried_again_on_the_file(shelf, monkeypatch):
    calls = []

    def broken(descriptor):
        calls.append(descriptor)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(durable.os, "fsync", broken)
    with pytest.raises(StoreError, match="Input/output error") as caught:
        put(shelf, "one", "1")
    assert caught.value.transient  # the next attempt writes another file
    assert len(calls) == 1
    assert shelf.entry("one") is None


def test_a_crash_while_writing_cleans_nothing_up(shelf):
    with planned(At(1, "crash")), pytest.raises(Crash):
        put(shelf, "one", "1")
    assert text(shelf, "one") == "1"  # the dead tidy nothing; rollback does


def test_a_rename_keeps_size_etag_and_content(shelf, renaming):
    put(shelf, "stage/one", "1")
    before = shelf.entry("stage/one")
    shelf.rename("stage/one", "live/x=1/one")
    after = shelf.entry("live/x=1/one")
    assert (after.bytes, after.etag) == (before.bytes, before.etag)
    assert shelf.list("stage") == ()
    assert text(shelf, "live/x=1/one") == "1"


def test_a_rename_never_clobbers(shelf, renaming):
    put(shelf, "one", "mine")
    put(shelf, "two", "theirs")
    with pytest.raises(NameTaken, match="two"):
        shelf.rename("one", "two")
    assert (text(shelf, "one"), text(shelf, "two")) == ("mine", "theirs")


def test_a_rename_of_nothing_says_so(shelf, renaming):
    with pytest.raises(NameMissing, match="one"):
        shelf.rename("one", "two")


def test_without_renameat2_a_crash_inside_a_rename_leaves_one_file_under_two_names(
    shelf, monkeypatch
):
    monkeypatch.setattr(renames, "_renameat2", lambda: None)
    put(shelf, "one", "1")
    with planned(Count()) as counted:
        shelf.rename("one", "two")
    shelf.rename("two", "one")
    with planned(At(counted.names().index("local.unlink:before"), "crash")), pytest.raises(Crash):
        shelf.rename("one", "two")
    assert shelf.entry("one").etag == shelf.entry("two").etag


def test_replacing_a_tree_keeps_the_old_content_aside(shelf, renaming):
    put(shelf, "live/old", "old")
    put(shelf, "stage/new", "new")
    shelf.replace_tree("stage", "live", ".hygge/old/r")
    assert [entry.name for entry in shelf.list("live")] == ["live/new"]
    assert [entry.name for entry in shelf.list(".hygge/old/r")] == [".hygge/old/r/old"]
    assert not shelf.path("stage").exists()


def test_a_tree_that_replaces_nothing_just_appears(shelf, renaming):
    put(shelf, "stage/new", "new")
    shelf.replace_tree("stage", "live", ".hygge/old/r")
    assert [entry.name for entry in shelf.list("live")] == ["live/new"]
    assert shelf.list(".hygge/old/r") == ()


def test_replacing_a_tree_in_two_renames_is_finished_by_calling_it_again(shelf, monkeypatch):
    monkeypatch.setattr(renames, "_renameat2", lambda: None)
    put(shelf, "live/old", "old")
    put(shelf, "stage/new", "new")
    k = 0
    while True:
        with planned(At(k, "crash")):
            try:
                shelf.replace_tree("stage", "live", "kept")
            except Crash:
                k += 1
        if not shelf.path("live").exists():
            break
    assert [entry.name for entry in shelf.list("kept")] == ["kept/old"]
    shelf.replace_tree("stage", "live", "kept")
    assert [entry.name for entry in shelf.list("live")] == ["live/new"]
    assert [entry.name for entry in shelf.list("kept")] == ["kept/old"]


def test_json_is_replaced_whole_or_not_at_all(shelf):
    shelf.write_json("runs/r.json", {"state": "open"})
    with planned(Count()) as counted:
        shelf.write_json("runs/r.json", {"state": "open"})
    replaced = counted.names().index("local.replace:after")
    for k in range(len(counted.points)):
        shelf.write_json("runs/r.json", {"state": "open"})
        with planned(At(k, "crash")), pytest.raises(Crash):
            shelf.write_json("runs/r.json", {"state": "decided"})
        state = shelf.read_json("runs/r.json")["state"]
        assert state == ("decided" if k >= replaced else "open")
        shelf.delete("runs/r.json")
        assert shelf.list("runs") == ()  # a torn write goes with it
    assert shelf.read_json("runs/r.json") is None


def test_damaged_json_is_named(shelf):
    put(shelf, "runs/r.json", '{"state": ')
    with pytest.raises(StoreError, match=r"r\.json is damaged"):
        shelf.read_json("runs/r.json")


def test_one_looks_and_swaps_at_a_time(shelf, monkeypatch):
    monkeypatch.setattr("hygge_core.files.disk.locking._PATIENCE_SECONDS", 0.01)
    other = LocalShelf(shelf.root).alone("live")
    said = "somebody else has been publishing"
    with shelf.alone("live"), pytest.raises(StoreError, match=said) as caught:
        other.__enter__()
    assert caught.value.transient
    with LocalShelf(shelf.root).alone("live"):
        pass
