"""The journal's file: made, migrated, refused; never overwritten."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest

from hygge_core.errors import JournalError
from hygge_journal_sqlite.database import Database
from hygge_journal_sqlite.ground import network_file_system, refuse_network
from hygge_journal_sqlite.journal import schema


@pytest.fixture
def database(path):
    made = Database(path, raising=JournalError, busy_timeout_seconds=1.0)
    with closing(made):
        yield made


def pragma(path, name):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(f"PRAGMA {name}").fetchone()[0]


def test_the_journal_and_its_folders_are_made(tmp_path, opened, make):
    path = tmp_path / "a" / "b c" / "journal?#.db"
    opened(path=path).record_event(make.event())
    assert path.exists()


def test_every_commit_is_synced_and_the_file_has_a_write_ahead_log(journal, path):
    connection = journal._database._connection
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert pragma(path, "user_version") == len(schema.MIGRATIONS)
    assert pragma(path, "application_id") == schema.APPLICATION_ID


def test_only_a_lease_is_left_to_the_sync_of_the_next_step(journal, make):
    said = []
    connection = journal._database._connection
    connection.set_trace_callback(said.append)

    def synced(verb):
        said.clear()
        verb()
        level = [line for line in said[: said.index("COMMIT")] if "synchronous" in line]
        return not level or level[-1].endswith("FULL")

    lease = []
    assert not synced(lambda: lease.append(journal.acquire(make.flow, make.entity, make.owner)))
    assert not synced(lambda: journal.renew(lease[0]))
    assert synced(lambda: journal.record_event(make.event()))
    assert synced(lambda: journal.advance(lease[0], make.run(epoch=lease[0].epoch)))
    assert not synced(lambda: journal.release(lease[0]))
    assert synced(lambda: journal.record_event(make.event()))
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_opening_again_changes_nothing_and_forgets_nothing(opened, make):
    opened().record_event(make.event())
    assert len(opened().events()) == 1


FUTURE = (
    *schema.MIGRATIONS,
    (
        "ALTER TABLE flow_events ADD COLUMN host TEXT",
        "CREATE TABLE places (name TEXT)",
        "INSERT INTO places VALUES ('here')",
    ),
)


def test_an_older_journal_is_brought_forward_with_all_that_is_in_it(opened, path, make, database):
    event = make.event()
    opened().record_event(event)
    schema.migrate(database, FUTURE)
    with database.reading() as connection:
        assert connection.execute("SELECT id, host FROM flow_events").fetchall() == [
            (event.id, None)
        ]
        assert connection.execute("SELECT name FROM places").fetchall() == [("here",)]
    assert pragma(path, "user_version") == 2


def test_an_empty_file_is_version_zero(path, opened, make):
    path.touch()
    opened().record_event(make.event())
    assert pragma(path, "user_version") == len(schema.MIGRATIONS)


def test_a_migration_happens_whole_or_not_at_all(opened, path, database):
    opened()
    broken = (*FUTURE, ("CREATE TABLE more (x)", "this is not SQL"))
    with pytest.raises(JournalError, match="syntax error"):
        schema.migrate(database, broken)
    assert pragma(path, "user_version") == 1
    with database.reading() as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert not names & {"places", "more"}


def test_a_newer_journal_is_refused_with_advice_and_not_touched(opened, path, database):
    schema.migrate(database, FUTURE)
    database.close()
    before = path.read_bytes()
    with pytest.raises(JournalError, match=r"version 2; this hygge knows up to 1") as caught:
        opened()
    assert "pip install -U hygge-journal-sqlite" in caught.value.hint
    assert path.read_bytes() == before


def test_somebody_elses_database_is_refused_and_not_touched(opened, path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE customers (id)")
    before = path.read_bytes()
    with pytest.raises(JournalError, match="not a journal of hygge"):
        opened()
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"PAR1 this is a file of another kind" * 100, b"x"])
def test_a_file_that_is_no_database_is_named_and_not_touched(opened, path, content):
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"journal.db is not a SQLite database") as caught:
        opened()
    assert not caught.value.transient
    assert path.read_bytes() == content


def test_a_damaged_journal_is_named_with_what_to_do(opened, path, make):
    journal = opened()
    for _ in range(50):
        journal.record_event(make.event(metadata={"filler": "x" * 10_000}))
    journal.let_go()
    journal._database.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        for place in range(4096, size, 4096):
            file.seek(place)
            file.write(b"\xff" * 100)
    with pytest.raises(JournalError, match=r"journal.db is damaged") as caught:
        opened().events(limit=1000)
    assert ".recover" in caught.value.hint


def test_a_folder_in_its_place_is_named(opened, path):
    path.mkdir()
    with pytest.raises(JournalError, match=r"journal.db cannot be opened"):
        opened()


def test_a_folder_that_cannot_be_made_is_named(opened, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(JournalError, match=r"file/sub: Not a directory"):
        opened(path=tmp_path / "file" / "sub" / "journal.db")


def test_a_journal_that_is_busy_for_too_long_says_so_and_may_be_tried_again(opened, make, path):
    journal = opened(busy_timeout_seconds=0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(JournalError, match="is busy") as caught:
            journal.record_event(make.event())
    assert caught.value.transient
    journal.record_event(make.event())


UNPRIVILEGED = """
import os, sys
from pathlib import Path
from hygge_core.scene import Scene
from hygge_core.records import FlowEvent
from hygge_core.errors import JournalError
from hygge_journal_sqlite.settings import SqliteJournalConfig
from hygge_journal_sqlite.journal.journal import open_journal
os.setgid(65534)
os.setuid(65534)
try:
    with open_journal(SqliteJournalConfig(path=Path(sys.argv[1])), Scene()) as journal:
        journal.record_event(FlowEvent(event_type="start", flow_name="f"))
except JournalError as error:
    print(error, "|", error.hint)
"""

FULL = """
import resource, signal, sys
from pathlib import Path
from hygge_core.scene import Scene
from hygge_core.records import FlowEvent
from hygge_core.errors import JournalError
from hygge_journal_sqlite.settings import SqliteJournalConfig
from hygge_journal_sqlite.journal.journal import open_journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with open_journal(SqliteJournalConfig(path=Path(sys.argv[1])), Scene()) as journal:
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    written = 0
    try:
        while True:
            journal.record_event(FlowEvent(event_type="start", flow_name="f"))
            written += 1
    except JournalError as error:
        print(written, error, "|", error.hint)
"""


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="drops root's rights")
def test_a_journal_that_may_not_be_written_says_what_to_permit(opened):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        opened(path=path)._database.close()
        path.parent.chmod(0o755)
        found = subprocess.run(
            [sys.executable, "-c", UNPRIVILEGED, str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
    assert "journal.db cannot be" in found.stdout
    assert "permission" in found.stdout or "may this user" in found.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="has no RLIMIT_FSIZE")
def test_a_full_disk_is_an_error_and_what_was_recorded_before_stays(path, opened):
    found = subprocess.run(
        [sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True
    )
    written, text = found.stdout.split(" ", 1)
    assert "journal.db" in text
    assert "disk" in text
    assert len(opened().events(limit=100_000)) == int(written) > 0


MOUNTS = r"""
proc /proc proc rw 0 0
/dev/sda1 / ext4 rw 0 0
server:/export /mnt/share nfs4 rw 0 0
/dev/sdb1 /mnt/share/local ext4 rw 0 0
//nas/stuff /mnt/two\040words cifs rw 0 0
""".strip()


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/home/me/journal.db", None),
        ("/mnt/share/journal.db", "nfs4"),
        ("/mnt/shared/journal.db", None),
        ("/mnt/share/local/journal.db", None),
        ("/mnt/two words/x/journal.db", "cifs"),
    ],
)
def test_a_network_file_system_is_recognised(place, kind):
    assert network_file_system(PurePosixPath(place), MOUNTS) == kind


def test_a_journal_on_a_network_file_system_is_refused_with_advice(tmp_path):
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    with pytest.raises(JournalError, match="is on nfs4") as caught:
        refuse_network(tmp_path / "journal.db", JournalError, mounts)
    assert "local disk" in caught.value.hint
