"""What this distribution offers: the store ``open_mirroring``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from hygge_core.hookspecs import Kind, hookimpl, late
from hygge_openmirroring.settings import OpenMirroringStoreConfig

if TYPE_CHECKING:
    from hygge_core.records import RunType


@hookimpl
def hygge_stores() -> Iterable[Kind]:
    return [
        Kind(
            name="open_mirroring",
            config=OpenMirroringStoreConfig,
            open=late("hygge_openmirroring.store:open_store"),
            capabilities={"append", "full_drop", "upsert", "markers", "decimal", "binary", "nan"},
            address=_address,
            keys=_keys,
            run_type=_run_type,
            journal_beside=_journal_beside,
            inserts=_inserts,
            journal_shown=_journal_shown,
        )
    ]


def _address(config: OpenMirroringStoreConfig) -> str:
    """One line for a person; a connection stands for its account."""
    return _in_zone(config, config.place.folder)


def _in_zone(config: OpenMirroringStoreConfig, folder: str) -> str:
    where = f"{config.connection}:" if config.connection else f"{config.account_url.rstrip('/')}/"
    return f"{where}{config.container}/{config.landing_zone}/{folder}"


def _keys(config: OpenMirroringStoreConfig) -> tuple[str, ...]:
    return config.key_columns


def _run_type(config: OpenMirroringStoreConfig, asked: RunType) -> RunType:
    """``incremental = true | false`` in the store's table has the last word."""
    if config.incremental is None:
        return asked
    return "incremental" if config.incremental else "full_drop"


def _inserts(config: OpenMirroringStoreConfig) -> str:
    """The service looks for no key among inserts: what is there already would be there twice."""
    return "row_marker = 0 inserts without looking for the keys" if config.row_marker == 0 else ""


def _journal_shown(config: OpenMirroringStoreConfig) -> str:
    return _in_zone(config, config.journal_place.folder) if config.mirror_journal else ""


def _journal_beside(config: OpenMirroringStoreConfig) -> Mapping[str, Any]:
    """The journal of all tables of a mirror: in its item, beside the landing zone."""
    from hygge_adls.plugin import reached

    return {
        "type": "parquet",
        "filesystem": config.container,
        "path": f"{config.files}/.hygge_journal",
        **reached(config),
    }
