"""Which files a home reads, and what it says where there are none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hygge_core.errors import HomeError
from hygge_core.files.homes.listing import LocalPlace

SUFFIXES = (".csv", ".csv.gz")


def listed(path: Path, entity: str = "orders") -> list[str]:
    return [source.relative for source in LocalPlace(path, SUFFIXES, entity).sources()]


def touch(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("a\n1\n")


def test_a_file_is_read_whatever_its_name(tmp_path):
    touch(tmp_path, "_orders.data")
    assert listed(tmp_path / "_orders.data") == ["_orders.data"]


def test_a_directory_is_read_whole_in_the_order_of_names(tmp_path):
    touch(tmp_path, "b/2.csv", "b/10.csv", "a.csv", "c.CSV", "c.csv.gz", "notes.md")
    assert listed(tmp_path) == ["a.csv", "b/10.csv", "b/2.csv", "c.CSV", "c.csv.gz"]


def test_hidden_files_and_those_that_are_not_ready_are_no_data(tmp_path):
    touch(tmp_path, "a.csv", ".b.csv", "_c.csv", ".hygge/d.csv", "_tmp/e.csv", "_day=1/f.csv")
    assert listed(tmp_path) == ["_day=1/f.csv", "a.csv"]


def test_a_glob_reads_what_matches_whatever_its_suffix(tmp_path):
    touch(tmp_path, "2024/a.csv", "2024/b.txt", "2025/a.csv", "2025/_a.csv", "2025/x/a.csv")
    assert listed(tmp_path / "2024/*") == ["a.csv", "b.txt"]
    assert listed(tmp_path / "*/a.csv") == ["2024/a.csv", "2025/a.csv"]
    assert listed(tmp_path / "**/a.csv") == ["2024/a.csv", "2025/a.csv", "2025/x/a.csv"]
    assert listed(tmp_path / "2025/**") == ["a.csv", "x/a.csv"]


def test_a_name_with_the_marks_of_a_glob_is_a_name_where_it_is_one(tmp_path):
    touch(tmp_path, "a[1].csv", "a1.csv")
    assert listed(tmp_path / "a[1].csv") == ["a[1].csv"]


@pytest.mark.parametrize(
    ("path", "told", "hint"),
    [
        ("order", "does not exist", "did you mean {}/orders.csv?"),
        ("none/orders", "does not exist", "there is no directory {}/none either"),
        ("orders.csv/order", "does not exist", "{}/orders.csv is a file, and each entity"),
        ("empty", "holds no .csv file", None),
        ("other", "holds no .csv file", "it holds a.md, b.md, c.md and 1 more; name the file"),
        ("*.tsv", "no file matches", None),
        ("oth*", "no file matches", "add /* to read what is in other"),
    ],
)
def test_a_place_without_files_is_told_with_what_to_try(tmp_path, path, told, hint):
    touch(tmp_path, "orders.csv", *(f"other/{name}.md" for name in "abcd"))
    (tmp_path / "empty").mkdir()
    with pytest.raises(HomeError, match=told) as caught:
        listed(tmp_path / path, entity="order")
    assert str(tmp_path / path) in str(caught.value)
    if hint is None:
        assert caught.value.hint is None
    else:
        assert caught.value.hint.startswith(hint.format(tmp_path))


def test_the_file_of_an_entity_beside_its_path_is_found_for_the_hint(tmp_path):
    touch(tmp_path, "orders.csv")
    with pytest.raises(HomeError) as caught:
        listed(tmp_path / "orders", entity="orders")
    assert caught.value.hint == f'path = "{tmp_path}/{{entity}}.csv"'


def test_a_link_that_leads_out_of_the_directory_is_refused_by_name(tmp_path):
    touch(tmp_path, "outside/secret.csv", "in/a.csv")
    (tmp_path / "in/b.csv").symlink_to(tmp_path / "outside/secret.csv")
    for path in (tmp_path / "in", tmp_path / "in/*.csv"):
        with pytest.raises(HomeError, match=r"in/b\.csv is a link that leads out"):
            listed(path)
    (tmp_path / "in/b.csv").unlink()
    (tmp_path / "in/sub").symlink_to(tmp_path / "outside")
    with pytest.raises(HomeError, match="in/sub is a link that leads out"):
        listed(tmp_path / "in")


def test_the_path_itself_may_be_a_link(tmp_path):
    touch(tmp_path, "real/a.csv")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real/a.csv")
    assert listed(tmp_path / "link") == ["a.csv"]
    assert listed(tmp_path / "link.csv") == ["link.csv"]


def test_a_file_that_can_be_reached_twice_is_read_once(tmp_path):
    touch(tmp_path, "a.csv", "sub/b.csv", "..data/c.csv")
    (tmp_path / "latest.csv").symlink_to("a.csv")
    (tmp_path / "again").symlink_to("sub")
    (tmp_path / "sub/loop").symlink_to(tmp_path)
    (tmp_path / "c.csv").symlink_to("..data/c.csv")
    assert sorted(Path(name).name for name in listed(tmp_path)) == ["a.csv", "b.csv", "c.csv"]


def test_a_dangling_link_is_told_and_a_pipe_is_not_waited_for(tmp_path):
    touch(tmp_path, "a.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    assert listed(tmp_path) == ["a.csv"]
    (tmp_path / "gone.csv").symlink_to("nowhere.csv")
    with pytest.raises(HomeError, match=r"gone\.csv"):
        listed(tmp_path)


def test_what_may_not_be_read_is_told(tmp_path):
    touch(tmp_path, "orders/a.csv")
    (tmp_path / "orders").chmod(0)
    code = f"""
import os
from pathlib import Path
from hygge_core.errors import HomeError
from hygge_core.files.homes.listing import LocalPlace
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    LocalPlace(Path({str(tmp_path / "orders")!r}), (".csv",)).sources()
except HomeError as exc:
    print(exc, "|", exc.hint)
"""
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd="/"
    )
    assert "may not be read: Permission denied | give this user the right" in run.stdout
