"""What this distribution offers: the connection, home, store and journal ``type = "mssql"``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

from hygge_core.errors import ConfigError
from hygge_core.hookspecs import Kind, hookimpl, late
from hygge_mssql.names import named
from hygge_mssql.settings.connections import MssqlConnectionConfig
from hygge_mssql.settings.kinds import MssqlHomeConfig, MssqlJournalConfig, MssqlStoreConfig


@hookimpl
def hygge_connections() -> Iterable[Kind]:
    return [
        Kind(
            name="mssql",
            config=MssqlConnectionConfig,
            open=late("hygge_mssql.server.server:open_connection"),
            capabilities=frozenset({"discover"}),
            address=_server,
        )
    ]


@hookimpl
def hygge_homes() -> Iterable[Kind]:
    return [
        Kind(
            name="mssql",
            config=MssqlHomeConfig,
            open=late("hygge_mssql.home.home:open_home"),
            capabilities=frozenset({"range", "discover"}),
            address=_source,
            connections=_connections,
            journal_beside=_journal_beside,
            follows=_follows,
        )
    ]


@hookimpl
def hygge_stores() -> Iterable[Kind]:
    return [
        Kind(
            name="mssql",
            config=MssqlStoreConfig,
            open=late("hygge_mssql.store.store:open_store"),
            capabilities=frozenset(
                {"append", "full_drop", "atomic", "upsert", "markers", "decimal", "binary"}
            ),
            address=_table,
            connections=_connections,
            journal_beside=_journal_beside,
            keys=_keys,
        )
    ]


@hookimpl
def hygge_journals() -> Iterable[Kind]:
    return [
        Kind(
            name="mssql",
            config=MssqlJournalConfig,
            open=late("hygge_mssql.journal:open_journal"),
            address=_journal,
        )
    ]


def _server(config: MssqlConnectionConfig) -> str:
    port = f":{config.port}" if config.port else ""
    return f"{config.server}{port}/{config.database}"


def _source(config: MssqlHomeConfig) -> str:
    if config.query is not None:
        return f"{config.connection}:(query)"
    if config.query_file is not None:
        return f"{config.connection}:{config.query_file.name}"
    return _table(config)


def _table(config: MssqlHomeConfig | MssqlStoreConfig) -> str:
    """The same line for one table, whether its schema and its brackets were written or not."""
    with suppress(ConfigError):  # a name that is none: opening says so
        return f"{config.connection}:{named(config.table)}"
    return f"{config.connection}:{config.table}"


def _journal(config: MssqlJournalConfig) -> str:
    return f"{config.connection}:{config.schema}"


def _connections(config: MssqlHomeConfig | MssqlStoreConfig) -> int:
    return config.connections


def _follows(config: MssqlHomeConfig) -> tuple[str, ...]:
    """Change Tracking is of tables."""
    return ("change_tracking",) if config.query is None and config.query_file is None else ()


def _keys(config: MssqlStoreConfig) -> tuple[str, ...]:
    return config.key_columns


def _journal_beside(config: MssqlHomeConfig | MssqlStoreConfig) -> Mapping[str, Any]:
    """One journal for a database, in its schema ``hygge``."""
    return {"type": "mssql", "connection": config.connection}
