"""A journal that is damaged, newer, closed, or no file."""

import re
import sqlite3
from contextlib import closing, contextmanager

import pytest
from attrs import frozen
from bad_input import ROWS, mended, refused, without_rights

from hygge_core.hookspecs import Kind, hookimpl

TWO = """
[flows.bad]
journal = { location = "custom", type = "sqlite", path = "shut/j/journal.db" }
home = { type = "parquet", path = "in.parquet" }
store = { type = "parquet", path = "bad" }
[flows.good]
home = { type = "parquet", path = "in.parquet" }
store = { type = "parquet", path = "out" }
"""


@frozen
class Nothing:
    """The settings of a journal that has none."""


def beside_a_shut_folder(household, command):
    """What ``command`` says where this user may not look into the folder ``shut``."""
    household.put("in.parquet", ROWS)
    shut = household.root / "shut"
    shut.mkdir(mode=0)
    done = household.finish(household.start(command, before=without_rights))
    shut.chmod(0o755)
    assert done.code == 1, done
    return done.out + done.err


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


@pytest.mark.parametrize("command", ["run", "plan", "check", "recover"])
def test_a_journal_in_a_folder_of_somebody_else_is_named_and_stops_nobody_else(household, command):
    household.toml(TWO)
    told = beside_a_shut_folder(household, command)
    assert "shut/j: Permission denied" in told
    assert "may this user go there" in told
    assert "should not have happened" not in told
    if command == "run":
        assert household.ids() == [1, 2, 3]


def test_a_journal_that_ends_in_a_foreign_error_is_passed_over_by_all_but_its_flow(
    household, stranger, monkeypatch
):
    @contextmanager
    def open_none(config, scene):
        raise RuntimeError("nothing that hygge knows")
        yield

    kind = Kind(name="none", config=Nothing, open=open_none)
    monkeypatch.setattr(stranger, "hygge_journals", hookimpl(lambda: [kind]), raising=False)
    household.toml(TWO.replace('type = "sqlite", path = "shut/j/journal.db"', 'type = "none"'))
    household.put("in.parquet", ROWS)
    bad, good = household.run().results
    assert (bad.flow, good.flow) == ("bad", "good")
    assert "nothing that hygge knows" in bad.failure.text
    assert good.outcome == "complete"
    assert "good" in household.call("journal", "runs", "-s", "good").out


@pytest.mark.parametrize("command", ["run", "check"])
def test_databases_and_tables_in_a_folder_of_somebody_else_are_named(household, command):
    household.toml(
        """
        [flows.mart]
        home = { type = "parquet", path = "in.parquet" }
        store = { type = "sqlite", path = "shut/mart.db" }
        [flows.erp]
        home = { type = "sqlite", path = "shut/erp.db" }
        store = { type = "parquet", path = "erp" }
        [flows.lake]
        home = { type = "parquet", path = "in.parquet" }
        store = { type = "parquet", path = "shut/lake/t" }
        """
    )
    told = beside_a_shut_folder(household, command)
    for place in ("shut/mart.db", "shut/erp.db", "shut/lake/t"):
        assert re.search(rf"{place}[.\w]*: Permission denied\n +try: ", told), place
