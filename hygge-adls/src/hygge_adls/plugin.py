"""What this distribution offers: connections, homes and stores ``adls`` and ``onelake``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import fields

from hygge_adls.settings.connections import AdlsConnection, OneLakeConnection, SignIn
from hygge_adls.settings.kinds import (
    AdlsHomeConfig,
    AdlsStoreConfig,
    OneLakeHomeConfig,
    OneLakeStoreConfig,
    ParquetJournalConfig,
)
from hygge_core.fields import Secret
from hygge_core.hookspecs import Kind, hookimpl, late

if TYPE_CHECKING:
    from hygge_core.records import RunType


@hookimpl
def hygge_connections() -> Iterable[Kind]:
    opens = late("hygge_adls.account:open_connection")
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
            open=late("hygge_adls.homes:open_home"),
            capabilities={"range", "nested"},
            address=_address,
            journal_beside=_journal_beside,
        )
        for name, config in (("adls", AdlsHomeConfig), ("onelake", OneLakeHomeConfig))
    ]


@hookimpl
def hygge_stores() -> Iterable[Kind]:
    return [
        Kind(
            name=name,
            config=config,
            open=late("hygge_adls.stores:open_store"),
            capabilities={"append", "full_drop", "nested", "decimal", "binary", "nan"},
            address=_address,
            run_type=_run_type,
            journal_beside=_journal_beside,
        )
        for name, config in (("adls", AdlsStoreConfig), ("onelake", OneLakeStoreConfig))
    ]


@hookimpl
def hygge_journals() -> Iterable[Kind]:
    return [
        Kind(
            name="parquet",
            config=ParquetJournalConfig,
            open=late("hygge_adls.journal.journal:open_journal"),
            address=_address,
        )
    ]


def _account(config: Any) -> str:
    return str(config.account_url).rstrip("/")


def _address(config: Any) -> str:
    """One line for a person; a connection stands for its account."""
    where = f"{config.connection}:" if config.connection else f"{_account(config)}/"
    return f"{where}{config.container}/{config.place}"


def _journal_beside(config: Any) -> Mapping[str, Any]:
    """A journal beside the tables of a flow: above the first folder that names one, or a glob.

    Its name begins with a dot, so no home reads it as data.
    """
    *above, _ = config.place.split("/")
    shared = takewhile(lambda piece: not set(piece) & set("{*?["), above)
    path = "/".join((*shared, ".hygge_journal"))
    return {"type": "parquet", "filesystem": config.container, "path": path, **reached(config)}


def reached(config: Any) -> dict[str, Any]:
    """The keys that say how to get there, as they would be written in TOML."""
    if config.connection is not None:
        return {"connection": config.connection}
    keys = ("account_url", "auth", "key", *(each.name for each in fields(SignIn)))
    told = {key: getattr(config, key, None) for key in keys}
    return {key: _written(value) for key, value in told.items() if value is not None}


def _written(value: Any) -> Any:
    if isinstance(value, Secret):
        return {"env": value.env} if value.env is not None else {"file": str(value.file)}
    return str(value) if isinstance(value, Path) else value


def _run_type(config: Any, asked: RunType) -> RunType:
    """``incremental = true | false`` in the store's table has the last word."""
    if config.incremental is None:
        return asked
    return "incremental" if config.incremental else "full_drop"
