"""What this distribution offers: the connection, home, store and journal ``type = "mssql"``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hygge_core.hookspecs import Kind, hookimpl
from hygge_mssql.settings import MssqlConnectionConfig
from hygge_mssql.tables import MssqlHomeConfig, MssqlJournalConfig, MssqlStoreConfig

if TYPE_CHECKING:
    from hygge_core.scene import Scene

Opening = Callable[[Any, "Scene"], AbstractContextManager[Any]]


@hookimpl
def hygge_connections() -> Iterable[Kind]:
    return [
        Kind(
            name="mssql",
            config=MssqlConnectionConfig,
            open=_late("server", "open_connection"),
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
            open=_late("home", "open_home"),
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
            open=_late("store", "open_store"),
            capabilities=frozenset(
                {"append", "full_drop", "atomic", "upsert", "markers", "decimal", "binary"}
            ),
            address=_destination,
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
            open=_late("journal", "open_journal"),
            address=_journal,
        )
    ]


def _late(module: str, opener: str) -> Opening:
    """What opens, imported when it opens: listing kinds loads no driver and no polars."""

    def opened(config: Any, scene: Scene) -> AbstractContextManager[Any]:
        found = getattr(import_module(f"hygge_mssql.{module}"), opener)
        return found(config, scene)  # type: ignore[no-any-return]  # by name, to be late

    return opened


def _server(config: MssqlConnectionConfig) -> str:
    port = f":{config.port}" if config.port else ""
    return f"{config.server}{port}/{config.database}"


def _source(config: MssqlHomeConfig) -> str:
    if config.query is not None:
        return f"{config.connection}:(query)"
    if config.query_file is not None:
        return f"{config.connection}:{config.query_file.name}"
    return f"{config.connection}:{config.table}"


def _destination(config: MssqlStoreConfig) -> str:
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
