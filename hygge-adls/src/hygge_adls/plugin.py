"""What this distribution offers: connections, homes and stores ``adls`` and ``onelake``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from importlib import import_module
from typing import TYPE_CHECKING, Any

from hygge_adls.settings import AdlsConnection, OneLakeConnection
from hygge_adls.tables import (
    AdlsHomeConfig,
    AdlsStoreConfig,
    OneLakeHomeConfig,
    OneLakeStoreConfig,
)
from hygge_core.hookspecs import Kind, hookimpl

if TYPE_CHECKING:
    from hygge_core.records import RunType
    from hygge_core.scene import Scene

Opening = Callable[[Any, "Scene"], AbstractContextManager[Any]]


@hookimpl
def hygge_connections() -> Iterable[Kind]:
    opens = _late("account", "open_connection")
    return [
        Kind(name="adls", config=AdlsConnection, open=opens, address=_account),
        Kind(name="onelake", config=OneLakeConnection, open=opens, address=_account),
    ]


@hookimpl
def hygge_homes() -> Iterable[Kind]:
    return [
        Kind(
            name=name,
            config=config,
            open=_late("homes", "open_home"),
            capabilities={"range", "nested"},
            address=_address,
        )
        for name, config in (("adls", AdlsHomeConfig), ("onelake", OneLakeHomeConfig))
    ]


@hookimpl
def hygge_stores() -> Iterable[Kind]:
    return [
        Kind(
            name=name,
            config=config,
            open=_late("stores", "open_store"),
            capabilities={"append", "full_drop", "nested", "decimal", "binary", "nan"},
            address=_address,
            run_type=_run_type,
        )
        for name, config in (("adls", AdlsStoreConfig), ("onelake", OneLakeStoreConfig))
    ]


def _late(module: str, opener: str) -> Opening:
    """What opens, imported when it opens: listing kinds loads nothing of azure, and no polars."""

    def opened(config: Any, scene: Scene) -> AbstractContextManager[Any]:
        found = getattr(import_module(f"hygge_adls.{module}"), opener)
        return found(config, scene)  # type: ignore[no-any-return]  # by name, to be late

    return opened


def _account(config: Any) -> str:
    return str(config.account_url).rstrip("/")


def _address(config: Any) -> str:
    """One line for a person; a connection stands for its account."""
    where = f"{config.connection}:" if config.connection else f"{_account(config)}/"
    return f"{where}{config.container}/{config.place}"


def _run_type(config: Any, asked: RunType) -> RunType:
    """``incremental = true | false`` in the store's table has the last word."""
    if config.incremental is None:
        return asked
    return "incremental" if config.incremental else "full_drop"
