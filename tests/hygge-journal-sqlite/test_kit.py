"""SQLite keeps the promises of a home, a store and a journal, as any stranger's plugin would."""

import sqlite3
from contextlib import closing
from types import ModuleType
from typing import ClassVar

import pytest

import hygge_journal_sqlite.plugin as sqlite
from hygge_core.errors import StoreError
from hygge_core.testing import (
    HomeContract,
    HomeSubject,
    JournalContract,
    JournalSubject,
    PluginContract,
    StoreContract,
    StoreSubject,
    through_home,
)
from hygge_core.testing.stores.place import StorePlace, committing, tidying


class TestSqlitePlugin(PluginContract):
    @pytest.fixture
    def plugin(self) -> ModuleType:
        return sqlite


class TestSqliteJournal(JournalContract):
    @pytest.fixture
    def subject(self) -> JournalSubject:
        return JournalSubject(
            plugin=sqlite,
            type="sqlite",
            table=lambda root: {"path": str(root / "journal.db")},
            short_leases=lambda root: {"path": str(root / "journal.db"), "lease_seconds": 0.3},
        )


ZERO = "SQLite keeps -0.0 as 0.0, its equal"


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


def subject_of_store() -> StoreSubject:
    return StoreSubject(
        plugin=sqlite,
        type="sqlite",
        table=table,
        visible=through_home(sqlite, "sqlite", table),
        leftovers=lying_around,
    )


class TestSqliteStore(StoreContract):
    every_step = 3
    deviations: ClassVar = {
        "test_a_value_is_kept_or_refused[negative_zero]": ZERO,
    }

    @pytest.fixture
    def subject(self) -> StoreSubject:
        return subject_of_store()


class TestSqliteHome(HomeContract):
    deviations: ClassVar = {"test_a_value_is_read_exactly[negative_zero]": ZERO}

    @pytest.fixture
    def subject(self) -> HomeSubject:
        return HomeSubject(plugin=sqlite, type="sqlite", table=table, offer=offer)


def offer(root, rows):
    """Write the rows with the store, the only writer of these declared types that there is."""
    place = StorePlace(subject_of_store(), root)
    try:
        manifest = place.staged(rows, "full_drop")
    except StoreError as exc:
        raise NotImplementedError(str(exc)) from exc
    place.with_store(committing(manifest))
    place.with_store(tidying(manifest))


@pytest.mark.slow
class TestSqliteStoreAtEveryPoint(TestSqliteStore):
    every_step, every_double = 1, 3
