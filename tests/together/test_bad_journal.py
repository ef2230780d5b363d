"""A journal that is damaged, newer, closed, or no file."""

import sqlite3
from contextlib import closing

import pytest
from bad_input import mended, refused, without_rights


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
