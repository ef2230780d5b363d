"""What this distribution offers: the journal, the home and the store ``type = "sqlite"``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hygge_core.hookspecs import Kind, hookimpl, late
from hygge_journal_sqlite.settings import SqliteHomeConfig, SqliteJournalConfig, SqliteStoreConfig

#: The journal beside a home or store: one per folder, shared by the databases in it.
JOURNAL_NAME = ".hygge_journal.db"


@hookimpl
def hygge_journals() -> Iterable[Kind]:
    return [
        Kind(
            name="sqlite",
            config=SqliteJournalConfig,
            open=late("hygge_journal_sqlite.journal.journal:open_journal"),
        )
    ]


@hookimpl
def hygge_homes() -> Iterable[Kind]:
    return [
        Kind(
            name="sqlite",
            config=SqliteHomeConfig,
            open=late("hygge_journal_sqlite.home.home:open_home"),
            capabilities=frozenset({"range", "discover", "nested"}),
            address=_home_address,
            journal_beside=_journal_beside,
        )
    ]


@hookimpl
def hygge_stores() -> Iterable[Kind]:
    return [
        Kind(
            name="sqlite",
            config=SqliteStoreConfig,
            open=late("hygge_journal_sqlite.store.store:open_store"),
            capabilities=frozenset(
                {"append", "full_drop", "atomic", "upsert", "nested", "decimal", "binary"}
            ),
            address=_store_address,
            journal_beside=_journal_beside,
            keys=_keys,
        )
    ]


def _home_address(config: SqliteHomeConfig) -> str:
    return f"{config.path} (query)" if config.query else f"{config.path}#{config.table}"


def _store_address(config: SqliteStoreConfig) -> str:
    return f"{config.path}#{config.table}"


def _keys(config: SqliteStoreConfig) -> tuple[str, ...]:
    return config.key_columns


def _journal_beside(config: SqliteHomeConfig | SqliteStoreConfig) -> Mapping[str, Any]:
    """All entities of a flow share it, so it is above the first folder that names one."""
    folder = next(each for each in Path(config.path).parents if "{" not in str(each))
    return {"type": "sqlite", "path": str(folder / JOURNAL_NAME)}
