"""What a shelf on a local file system has named is there after a power cut."""

import os

import pytest
from shelf_files import put

from hygge_core.faults import planned
from hygge_core.files.local import LocalShelf
from hygge_core.testing.plans import Count


def test_nothing_is_renamed_before_it_is_synced_and_its_folder_is_synced_after(shelf):
    with planned(Count()) as counted:
        put(shelf, "stage/one", "1")
        shelf.settle(["stage/one"])
        shelf.rename("stage/one", "live/one")
        shelf.settle(["live/one"])
        shelf.write_json("runs/r.json", 1)
    done = [(name.removesuffix(":after"), detail) for name, detail in counted.points]
    root = str(shelf.root)

    def at(name, detail):
        return done.index((name, f"{root}{detail}"))

    assert at("local.write", "/stage/one") < at("local.sync_file", "/stage/one")
    assert at("local.sync_file", "/stage/one") < at("local.sync_folder", "/stage")
    renamed = at("local.rename", f"/stage/one -> {root}/live/one")
    assert at("local.sync_folder", "/stage") < renamed < at("local.sync_folder", "/live")
    assert at("local.sync_folder", "/live") < len(done) - done[::-1].index(
        ("local.sync_folder", root)
    )
    written = at("local.write", "/runs/r.json.part")
    assert (
        written < at("local.sync_file", "/runs/r.json.part") < at("local.replace", "/runs/r.json")
    )
    assert at("local.replace", "/runs/r.json") < at("local.sync_folder", "/runs")


def test_settling_makes_names_durable_that_another_process_gave(shelf):
    put(shelf, "live/a/one", "1")
    with planned(Count()) as counted:
        LocalShelf(shelf.root).settle(["live/a/one"])
    synced = [detail for name, detail in counted.points if name == "local.sync_folder:after"]
    root = str(shelf.root)
    assert synced == [f"{root}/live/a", f"{root}/live", root, str(shelf.root.parent)]


def test_folders_further_up_are_synced_once_and_again_when_one_was_made(shelf):
    shelf.settle([])

    def synced(name):
        put(shelf, name, "1")
        with planned(Count()) as counted:
            shelf.settle([name])
        found = [detail for point, detail in counted.points if point == "local.sync_folder:after"]
        return [folder.removeprefix(str(shelf.root)) for folder in found]

    assert synced("stage/r/one") == ["/stage/r", "/stage", ""]
    assert synced("stage/r/two") == ["/stage/r"]
    assert synced("stage/one") == ["/stage"]
    shelf.delete_tree("stage")
    assert synced("stage/r/one") == ["/stage/r", "/stage", ""]


@pytest.mark.parametrize("renaming", ["renameat2", "neither"], indirect=True)
def test_a_tree_that_replaced_another_is_there_for_good_and_so_is_the_other(shelf, renaming):
    put(shelf, "a/live/old", "old")
    put(shelf, "stage/new", "new")
    shelf.settle([])
    with planned(Count()) as counted:
        shelf.replace_tree("stage", "a/live", "kept/r")
    done = [point for point in counted.points if point[0].endswith(":after")]

    def synced(steps):
        folders = [detail for name, detail in steps if name.startswith("local.sync_folder")]
        return {folder.removeprefix(str(shelf.root)) for folder in folders}

    last = max(at for at, (name, _) in enumerate(done) if name.startswith("local.rename"))
    assert synced(done[last:]) == {"/a", "/kept", ""}
    if renaming == "neither":  # before the new one takes its place, the old one surely is aside
        new = next(at for at, (_, detail) in enumerate(done) if "/stage -> " in detail)
        assert synced(done[:new]) >= {"/a", "/kept"}


def test_a_tree_that_was_removed_is_gone_for_good(shelf):
    put(shelf, "a/b/one", "1")
    with planned(Count()) as counted:
        shelf.delete_tree("a/b")
    assert counted.points[-1] == ("local.sync_folder:after", f"{shelf.root}/a")


def test_a_new_root_is_durable_where_it_hangs(tmp_path):
    with planned(Count()) as counted:
        put(LocalShelf(tmp_path / "a" / "b"), "one", "1")
    assert ("local.sync_folder:after", str(tmp_path / "a")) in counted.points
    assert ("local.sync_folder:after", str(tmp_path)) in counted.points


@pytest.mark.parametrize("dead", ["", "a", "a/b"])
def test_it_is_so_too_where_another_process_died_before_it_was(tmp_path, dead):
    """Whichever folder on the way was the last that it made, with its name in memory alone."""
    (tmp_path / dead).mkdir(parents=True, exist_ok=True)
    shelf = LocalShelf(tmp_path / "a" / "b")
    with planned(Count()) as counted:
        put(shelf, "one", "1")
        shelf.settle(["one"])
    synced = {detail for name, detail in counted.points if name == "local.sync_folder:after"}
    unsure = tmp_path / dead
    assert str(unsure.parent) in synced
    assert {str(tmp_path / "a"), str(tmp_path / "a/b")} <= synced


@pytest.mark.skipif(os.name != "posix" or os.getuid() == 0, reason="root may read any folder")
def test_a_root_in_a_folder_that_may_not_be_read_is_fine(tmp_path):
    shelf = LocalShelf(tmp_path / "shut" / "root")
    shelf.root.mkdir(parents=True)
    shelf.root.parent.chmod(0o111)
    try:
        put(shelf, "one", "1")
        shelf.settle(["one"])
    finally:
        shelf.root.parent.chmod(0o755)
