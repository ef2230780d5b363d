"""A destination that cannot take what it should: full, closed, somebody else's."""

import os
import random
import resource
import subprocess

import polars as pl
import pytest
from bad_input import FILES, good, mended, refused, without_rights


def large(household) -> None:
    """A source that is much larger than the limits of the tests below."""
    chance = random.Random(3)
    noise = pl.Series("name", [chance.randbytes(64).hex() for _ in range(40_000)])
    pl.DataFrame({"id": range(40_000)}).with_columns(noise).write_parquet(
        household.root / "in.parquet"
    )


def little_room() -> None:
    """In a child before it starts: no file may grow beyond a megabyte."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))


@pytest.mark.parametrize("store", ["parquet", "csv", "ndjson"])
def test_a_disk_on_which_a_file_cannot_grow(household, store):
    household.toml(
        FILES.format(kind="parquet").replace('"parquet", path = "out', f'"{store}", path = "out')
    )
    good(household, "parquet")
    assert household.call("run").code == 0
    large(household)
    refused(household, "out", "File too large", "try: ", before=little_room)
    assert household.leftovers() == []
    good(household, "parquet")
    assert household.call("run").code == 0


@pytest.fixture
def small_disk(tmp_path):
    """A file system of one megabyte; skipped where nothing may be mounted."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this user may not mount anything")
    yield place
    subprocess.run(["umount", str(place)], check=True, capture_output=True)


@pytest.mark.parametrize("journal", [".hygge/journal.db", "small/journal.db"])
def test_a_disk_that_is_full(household, small_disk, journal):
    """With the journal elsewhere, and on the very disk."""
    text = FILES.format(kind="parquet").replace('"out"', '"small/out"')
    household.toml(f'{text}journal = {{ type = "sqlite", path = "{journal}" }}', journal=False)
    good(household, "parquet")
    assert household.call("run").code == 0
    before = household.snapshot("small/out")
    large(household)
    done = household.call("run")
    assert done.code == 1
    assert f"{small_disk}" in done.err
    assert "No space left on device" in done.err
    assert household.snapshot("small/out") == before
    good(household, "parquet")
    assert household.call("run").code == 0
    assert household.ids("small/out") == [1, 2, 3]
    assert household.leftovers() == []


def test_a_destination_that_may_not_be_written(filled):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text.replace('path = "out"', 'path = "locked/out"'))
    household.call("run")
    locked = household.root / "locked"
    before = household.snapshot("locked/out")
    closed = [locked / ".hygge/stage", locked / "out", locked]
    for place in closed:
        place.chmod(0o555)
    refused(
        household,
        "locked",
        "ermission denied",
        "try: give this user the right to write there",
        before=without_rights,
    )
    assert household.snapshot("locked/out") == before
    for place in closed:
        place.chmod(0o755)
    assert household.call("run").code == 0
    assert household.ids("locked/out") == [1, 2, 3]
    assert household.leftovers() == []


def test_a_file_where_the_destination_should_be(filled):
    household = filled()
    (household.root / "out").rename(household.root / "away")
    household.text("out", "mine")
    done = household.call("run")
    assert done.code == 1
    assert "out is a file, not a directory" in done.err
    assert (household.root / "out").read_text() == "mine"
    (household.root / "out").unlink()
    mended(household)


def test_a_strangers_file_in_the_destination_is_not_deleted_by_a_full_drop(filled):
    household = filled()
    household.text("out/thesis.docx", "years of work")
    refused(household, "thesis.docx", "try: ")
    (household.root / "out/thesis.docx").unlink()
    mended(household)


def test_a_destination_whose_path_is_not_utf_8_is_refused_before_anything_is_read(filled):
    household = filled()
    here, there = household.root / "project", household.root / os.fsdecode(b"pr\xe9j")
    here.mkdir()
    for name in ("hygge.toml", "in.parquet"):
        (household.root / name).rename(here / name)
    here.rename(there)
    household.root = there
    for words in (["run"], ["check"]):
        done = household.call(*words)
        assert done.code == 1
        assert "out is not a path in UTF-8" in done.err + done.out
    assert household.records() == []
