"""A shelf on a local file system: durable, never destructive, never out of its root."""

import errno
import os
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from hygge_core.errors import StoreError
from hygge_core.faults import planned
from hygge_core.files import durable, renames
from hygge_core.files.local import LocalShelf
from hygge_core.shelf import Digests, Excludes, NameMissing, NameTaken, Shelf
from hygge_core.testing.plans import At, Count, Crash


@pytest.fixture
def shelf(tmp_path):
    return LocalShelf(tmp_path)


@pytest.fixture(params=["renameat2", "link", "neither"])
def renaming(request, monkeypatch):
    """How this system renames without clobbering."""
    if request.param != "renameat2":
        monkeypatch.setattr(renames, "_renameat2", lambda: None)
    if request.param == "neither":

        def no_links(self, target):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(Path, "hardlink_to", no_links)
    return request.param


def put(shelf, name, content):
    with shelf.staging_file(name) as path:
        path.write_text(content)


def text(shelf, name):
    return shelf.path(name).read_text()


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
    assert synced == [f"{shelf.root}/live/a", f"{shelf.root}/live", str(shelf.root)]


def test_folders_further_up_are_synced_once_and_again_when_one_was_made(shelf):
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


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "a//b", "", ".", "a/\0/b", "a/\0"])
def test_no_name_leads_out_of_the_root(shelf, name):
    with pytest.raises(StoreError, match="no name for a place"):
        put(shelf, name, "1")


def test_no_link_leads_out_of_the_root(shelf, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").write_text("keep")
    shelf.path("link").symlink_to(elsewhere)
    put(shelf, "one", "1")
    for step in (
        lambda: put(shelf, "link/two", "2"),
        lambda: shelf.rename("one", "link/one"),
        lambda: shelf.delete("link/precious"),
        lambda: shelf.replace_tree("stage", "link", "old"),
    ):
        with pytest.raises(StoreError, match="symbolic link"):
            step()
    shelf.delete_tree("link")
    assert [path.name for path in elsewhere.iterdir()] == ["precious"]


def test_deleting_a_tree_follows_no_link_inside_it(shelf, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "precious").write_text("keep")
    put(shelf, "tree/a/one", "1")
    shelf.path("tree/a/link").symlink_to(elsewhere)
    assert [entry.name for entry in shelf.list("tree")] == ["tree/a/link", "tree/a/one"]
    shelf.delete_tree("tree")
    shelf.delete_tree("tree")
    assert not shelf.path("tree").exists()
    assert (elsewhere / "precious").read_text() == "keep"


def test_a_name_too_long_is_a_store_error_that_says_what_to_shorten(shelf):
    with pytest.raises(StoreError, match="File name too long") as caught:
        put(shelf, "x" * 300, "1")
    assert "shorten" in caught.value.hint
    assert not caught.value.transient


def in_a_process(body, *arguments):
    """Run ``body`` in a process of its own, which prints what went wrong."""
    code = "import errno, os, sys\nfrom pathlib import Path\n" + textwrap.dedent(body)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_a_file_too_large_is_a_store_error_and_nothing_stays(tmp_path):
    said = in_a_process(
        """
        import resource
        from hygge_core.errors import StoreError
        from hygge_core.files.local import LocalShelf
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        shelf = LocalShelf(Path(sys.argv[1]))
        try:
            with shelf.staging_file("stage/one") as path:
                path.write_bytes(bytes(2000))
        except StoreError as exc:
            print(exc, exc.hint, exc.transient, shelf.list("stage"))
        """,
        tmp_path,
    )
    assert f"{tmp_path}/stage/one: File too large raise the limit" in said
    assert said.endswith("False ()\n")


def test_a_place_without_the_right_to_write_is_named(tmp_path):
    place = Path(tempfile.mkdtemp())  # tmp_path itself may be closed to other users
    place.chmod(0o755)
    (place / "closed").mkdir(mode=0o555)
    said = in_a_process(
        """
        from hygge_core.errors import StoreError
        from hygge_core.files.local import LocalShelf
        if os.getuid() == 0:
            os.setgid(65534), os.setuid(65534)
        try:
            LocalShelf(Path(sys.argv[1])).write_json("runs/r.json", 1)
        except StoreError as exc:
            print(exc, exc.hint, exc.transient)
        """,
        place / "closed",
    )
    assert f"{place}/closed/runs/r.json: Permission denied give this user the right" in said
    assert said.endswith("False\n")


def test_one_looks_and_swaps_at_a_time(shelf, monkeypatch):
    monkeypatch.setattr("hygge_core.files.locking._PATIENCE_SECONDS", 0.01)
    other = LocalShelf(shelf.root).alone("live")
    said = "somebody else has been publishing"
    with shelf.alone("live"), pytest.raises(StoreError, match=said) as caught:
        other.__enter__()
    assert caught.value.transient
    with LocalShelf(shelf.root).alone("live"):
        pass


def test_polars_and_the_system_speak_one_language():
    from polars.exceptions import ComputeError

    from hygge_core.files.border import told

    error = told(ComputeError("parquet: underlying IO error: full (os error 28)"), "/lake/x")
    assert str(error) == "/lake/x: No space left on device"
    assert not error.transient
    assert str(told(ComputeError("cannot write that"), "/lake/x")) == "/lake/x: cannot write that"
    assert told(OSError(errno.ESTALE, "stale"), "/lake/x").transient
