"""SQLite keeps the promises of a home, a store and a journal, as any stranger's plugin would."""

import sqlite3
from contextlib import closing

import pytest

import hygge_journal_sqlite.plugin as sqlite
from hygge_core.testing import (
    HomeContract,
    HomeSubject,
    JournalContract,
    JournalSubject,
    StoreContract,
    StoreSubject,
    through_home,
)
from hygge_journal_sqlite.config import SqliteStoreConfig
from hygge_journal_sqlite.store import open_store


class TestSqliteJournal(JournalContract):
    @pytest.fixture
    def subject(self) -> JournalSubject:
        return JournalSubject(
            plugin=sqlite,
            type="sqlite",
            table=lambda root: {"path": str(root / "journal.db")},
            short_leases=lambda root: {"path": str(root / "journal.db"), "lease_seconds": 0.3},
        )


def table(root):
    return {"path": str(root / "out.db"), "table": "walk"}


def lying_around(root):
    """Every table but the destination and the two that hygge keeps, and unfinished runs."""
    with closing(sqlite3.connect(root / "out.db")) as database:
        rows = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        names = {name for (name,) in rows} - {"walk", "__hygge_loads"}
        if "__hygge_runs" in names:
            names |= {str(run) for run in database.execute("SELECT * FROM __hygge_runs")}
    return names - {"__hygge_runs"}


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def subject(self) -> StoreSubject:
        return StoreSubject(
            plugin=sqlite,
            type="sqlite",
            table=table,
            visible=through_home(sqlite, "sqlite", table),
            leftovers=lying_around,
        )
