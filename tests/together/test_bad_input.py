"""Bad input, as it comes: each a clear error naming the place, and nothing lost or half published.

Every case starts from a destination that one good run has filled, breaks something, runs, looks
whether a single byte of the destination has changed, mends what was broken, and runs again.
"""

import ctypes
import os
import random
import resource
import sqlite3
import subprocess
from contextlib import closing

import polars as pl
import pytest

ROWS = pl.DataFrame({"id": [1, 2, 3], "name": ["a", None, "c"]})
FILES = """
[retry]
attempts = 2
max_wait = "0s"
[flows.f]
home = {{ type = "{kind}", path = "in.{kind}" }}
store = {{ type = "parquet", path = "out" }}
polish = {{ salt = {{ env = "CANARY" }}, mask = {{ name = "sha256" }} }}
"""
GOOD = {
    "parquet": None,
    "csv": "id,name\n1,a\n2,\n3,c\n",
    "ndjson": '{"id":1,"name":"a"}\n{"id":2,"name":null}\n{"id":3,"name":"c"}\n',
}
kinds = pytest.mark.parametrize("kind", GOOD)


def without_rights() -> None:
    """In a child before it starts: root loses the right to pass over permissions for good.

    It stays root, so that a Python in root's own folders still runs; others lose nothing.
    """
    if os.getuid() == 0:
        libc = ctypes.CDLL(None, use_errno=True)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
                raise OSError(ctypes.get_errno(), "PR_CAPBSET_DROP")


@pytest.fixture
def filled(household):
    """A household whose destination one good run has filled from ``in.KIND``."""

    def fill(kind: str = "parquet"):
        household.toml(FILES.format(kind=kind))
        good(household, kind)
        assert household.call("run").code == 0
        assert household.ids() == [1, 2, 3]
        return household

    return fill


def good(household, kind: str):
    """The source as it should be; whatever stands in its place is gone."""
    path = household.root / f"in.{kind}"
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
    path.unlink(missing_ok=True)
    text = GOOD[kind]
    return household.put(path.name, ROWS) if text is None else household.text(path.name, text)


def refused(household, *naming: str, code: int = 1, before=None):
    """A run that must fail, naming these, and leave the destination as it was to the byte."""
    seen = household.snapshot()
    if before is None:
        done = household.call("run")
    else:
        done = household.finish(household.start("run", before=before))
    assert done.code == code, done
    for name in naming:
        assert name in done.err
    assert household.snapshot() == seen
    return done


def mended(household) -> None:
    """The next good run moves everything, and nothing of the bad one lies around."""
    done = household.call("run")
    assert done.code == 0, done
    assert household.ids() == [1, 2, 3]
    assert household.leftovers() == []


# --- the source -------------------------------------------------------------------------------


@kinds
def test_a_file_that_is_missing(filled, kind):
    household = filled(kind)
    (household.root / f"in.{kind}").unlink()
    refused(household, f"in.{kind} does not exist")
    good(household, kind)
    mended(household)


@kinds
def test_a_directory_where_a_file_should_be(filled, kind):
    household = filled(kind)
    (household.root / f"in.{kind}").unlink()
    (household.root / f"in.{kind}").mkdir()
    refused(household, f"in.{kind} holds no .{kind} file")
    good(household, kind)
    mended(household)


@kinds
def test_a_file_that_may_not_be_read(filled, kind):
    household = filled(kind)
    (household.root / f"in.{kind}").chmod(0)
    refused(household, f"in.{kind}", "ermission denied", "try: ", before=without_rights)
    (household.root / f"in.{kind}").chmod(0o644)
    mended(household)


def test_a_parquet_file_that_was_cut_short_anywhere(filled):
    household = filled()
    whole = (household.root / "in.parquet").read_bytes()
    for size in {0, 1, 4, 8, len(whole) // 2, len(whole) - 300, len(whole) - 9, len(whole) - 1}:
        household.text("in.parquet", whole[:size])
        refused(household, "in.parquet")
    good(household, "parquet")
    mended(household)


@pytest.mark.parametrize("compression", ["uncompressed", "zstd"])
def test_a_parquet_file_with_a_flipped_bit_anywhere(filled, compression):
    """Damage is told, or it changes nothing, but for two places where nobody could know better.

    A page without a checksum, as most writers leave it, may hold another value that is as good as
    the true one; and the name of a column in a footer is as good as any other. Even then every row
    that the footer tells of is there: none is lost and none is made up.
    """
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", f'{text.partition("polish")[0]}lane = "rows"')
    rows = pl.DataFrame({"id": range(300), "name": [f"name {n % 29}" for n in range(300)]})
    rows.write_parquet(household.root / "in.parquet", compression=compression)
    whole = (household.root / "in.parquet").read_bytes()
    footer = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    chance = random.Random(7)
    told = 0
    for at in [*range(0, footer, footer // 20), *range(footer, len(whole), 40)]:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        household.text("in.parquet", bytes(damaged))
        before = household.snapshot()
        result = household.move()
        if result.failure:
            told += 1
            assert "in.parquet" in result.failure.text, at
            assert result.failure.exit_code == 1
            assert household.snapshot() == before, at
        else:
            moved = household.rows()
            assert moved.height == 300, at
            assert (
                (moved.schema == rows.schema)
                if at < footer
                else (moved.equals(rows) or moved.columns != rows.columns)
            ), at
    assert told > 5
    good(household, "parquet")
    mended(household)


@pytest.mark.parametrize(
    ("kind", "text", "line"),
    [
        ("csv", "id,name\n1,a\n2,b,c\n", "line 3"),
        ("csv", "id,name\n1,a\n2\n", "line 3"),
        ("csv", b"id,name\n1,a\n2,\xff\xfe\n", "line 3"),
        ("csv", 'id,name\n1,a\n2,"b\n', "in.csv"),
        ("csv", "id,id\n1,a\n", "'id'"),
        ("ndjson", '{"id":1}\n{"id":\n', "line 2"),
        ("ndjson", '{"id":1}\n{"id":"x"}\n', "line 2"),
        ("ndjson", b'{"id":1}\n{"id":2,"name":"\xff"}\n', "line 2"),
    ],
    ids=[
        "a field too many",
        "a field too few",
        "bad utf-8",
        "an open quote",
        "a column twice",
        "half an object",
        "another type",
        "bad utf-8 in json",
    ],
)
def test_a_text_that_is_not_what_it_should_be(filled, kind, text, line):
    household = filled(kind)
    household.text(f"in.{kind}", text)
    refused(household, f"in.{kind}", line)
    good(household, kind)
    mended(household)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_byte_order_mark_is_no_part_of_the_text(filled, kind):
    household = filled(kind)
    household.text(f"in.{kind}", b"\xef\xbb\xbf" + GOOD[kind].encode())
    mended(household)
    assert household.rows().columns == ["id", "name"]


# --- the configuration ------------------------------------------------------------------------


def test_a_key_that_stands_twice(filled):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text + 'polish = { mask = { id = "null" } }\n')
    refused(household, "hygge.toml: line", "the same key stands here again", code=3)
    household.text("hygge.toml", text)
    mended(household)


@pytest.mark.parametrize(
    ("text", "naming"),
    [
        (b"\xff\xfe[flows]", "hygge.toml"),
        (b"[flows.f\n", "line 1"),
        (b"x = 1\n", "x: "),
        (b"[flows.f]\nhome = 3\n", "flows.f.home"),
    ],
)
def test_a_configuration_that_is_none(filled, text, naming):
    household = filled()
    before = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", text)
    refused(household, naming, code=3)
    household.text("hygge.toml", before)
    mended(household)


def test_a_configuration_that_may_not_be_read(filled):
    household = filled()
    (household.root / "hygge.toml").chmod(0)
    refused(household, "hygge.toml", "ermission denied", code=3, before=without_rights)
    (household.root / "hygge.toml").chmod(0o644)
    mended(household)


@pytest.mark.parametrize(
    "name",
    [
        "..",
        ".",
        "../out",
        "/etc/passwd",
        "a/b",
        "a\\\\b",
        "C:x",
        "a\\u0000b",
        "a\\nb",
        "n" * 300,
        "",
        " ",
        ".hygge",
        "a{entity}",
        "a,b",
        "a*",
    ],
)
def test_an_entity_whose_name_would_lead_elsewhere(filled, name):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", f'{text}[flows.g]\n[flows.g.entities."{name}"]\n')
    everything = sorted(household.root.parent.rglob("*"))
    done = refused(household, "flows.g.entities", code=3)
    assert "\0" not in done.err
    assert max(map(len, done.err.splitlines())) < 1000
    assert sorted(household.root.parent.rglob("*")) == everything


def test_two_entities_that_differ_only_in_case(filled):
    household = filled()
    text = (household.root / "hygge.toml").read_text()
    household.text("hygge.toml", f"{text}[flows.f.entities]\nOrders = {{}}\norders = {{}}\n")
    refused(household, "differ in more than case", "Orders", code=3)


# --- links ------------------------------------------------------------------------------------


def test_a_link_that_leads_out_of_a_home(household, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "passwd.parquet"
    ROWS.with_columns(id=pl.col("id") + 100).write_parquet(elsewhere)
    household.toml(FILES.format(kind="parquet").replace("in.parquet", "in"))
    household.put("in/1.parquet", ROWS)
    assert household.call("run").code == 0
    (household.root / "in/2.parquet").symlink_to(elsewhere)
    refused(household, "in/2.parquet", "leads out of")
    (household.root / "in/2.parquet").unlink()
    mended(household)


@pytest.mark.parametrize("place", ["out", ".hygge/stage", ".hygge/old", "out/part"])
def test_a_link_that_leads_out_of_a_store(filled, tmp_path_factory, place):
    """Nothing is ever written, replaced or removed behind a link that somebody put there."""
    household = filled()
    treasure = tmp_path_factory.mktemp("elsewhere") / "treasure.parquet"
    ROWS.write_parquet(treasure)
    link, away = household.root / place, household.root / "away"
    if link.exists():
        link.rename(away)
    link.symlink_to(treasure.parent)
    done = household.call("run")
    assert done.code == 1
    assert str(link) in done.err
    assert list(treasure.parent.iterdir()) == [treasure]
    link.unlink()
    if away.exists():
        away.rename(link)
    mended(household)


def test_a_link_among_the_files_of_a_destination_goes_alone(filled, tmp_path_factory):
    household = filled()
    treasure = tmp_path_factory.mktemp("elsewhere") / "treasure.parquet"
    ROWS.write_parquet(treasure)
    (household.root / "out/link.parquet").symlink_to(treasure)
    mended(household)
    assert treasure.exists()


# --- the destination --------------------------------------------------------------------------


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


# --- the journal ------------------------------------------------------------------------------


def journal(household):
    return household.root / ".hygge/journal.db"


@pytest.mark.parametrize("damage", ["no database", "a page", "cut short", "somebody else's"])
def test_a_journal_that_is_corrupt(filled, damage):
    household = filled()
    whole = journal(household).read_bytes()
    other = household.root / "other.db"
    with closing(sqlite3.connect(other)) as database:
        database.execute("CREATE TABLE t (x)")
    damaged = {
        "no database": b"this is not a database" * 500,
        "a page": whole[:4096] + bytes(len(whole) - 4096),
        "cut short": whole[: len(whole) // 2],
        "somebody else's": other.read_bytes(),
    }[damage]
    journal(household).write_bytes(damaged)
    refused(household, "journal.db")
    assert journal(household).read_bytes()[:100] == damaged[:100], "it is evidence"
    journal(household).write_bytes(whole)
    mended(household)


def test_a_journal_of_a_newer_hygge(filled):
    household = filled()
    whole = journal(household).read_bytes()
    with closing(sqlite3.connect(journal(household))) as database:
        database.execute("PRAGMA user_version = 99")
    refused(household, "journal.db is a journal of version 99", "pip install -U")
    journal(household).write_bytes(whole)
    mended(household)


def test_a_journal_on_a_place_that_may_not_be_written(filled):
    household = filled()
    own = journal(household).parent
    locked = [journal(household), own / "journal.db.locks", own]
    for place in locked:
        place.chmod(0o555 if place.is_dir() else 0o444)
    refused(household, "journal.db", "try: ", before=without_rights)
    for place in locked:
        place.chmod(0o755 if place.is_dir() else 0o644)
    mended(household)


def test_a_directory_where_the_journal_should_be(filled):
    household = filled()
    whole = journal(household).read_bytes()
    journal(household).unlink()
    journal(household).mkdir()
    refused(household, "journal.db")
    journal(household).rmdir()
    journal(household).write_bytes(whole)
    mended(household)


def test_a_secret_that_is_not_there(filled, monkeypatch):
    household = filled()
    monkeypatch.delenv("CANARY")
    done = refused(household, "CANARY", code=4)
    assert "export CANARY=" in done.err
    assert os.environ.get("CANARY") is None
