"""What a shelf on a local file system refuses, and how it tells what the system refuses."""

import errno
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest
from shelf_files import put

from hygge_core.errors import StoreError


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


def test_polars_and_the_system_speak_one_language():
    from polars.exceptions import ComputeError

    from hygge_core.files.disk.border import told

    error = told(ComputeError("parquet: underlying IO error: full (os error 28)"), "/lake/x")
    assert str(error) == "/lake/x: No space left on device"
    assert not error.transient
    assert str(told(ComputeError("cannot write that"), "/lake/x")) == "/lake/x: cannot write that"
    assert told(OSError(errno.ESTALE, "stale"), "/lake/x").transient
