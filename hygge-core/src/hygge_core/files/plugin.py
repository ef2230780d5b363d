"""The built-in plugin: homes and stores ``parquet``, ``csv``, ``ndjson`` and ``memory``.

It comes through the same hooks as a stranger's, and uses no door that is closed to strangers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from hygge_core.files.settings.homes import CsvHomeConfig, NdjsonHomeConfig, ParquetHomeConfig
from hygge_core.files.settings.stores import (
    CsvStoreConfig,
    MemoryConfig,
    NdjsonStoreConfig,
    ParquetStoreConfig,
)
from hygge_core.hookspecs import Kind, hookimpl, late

_MODES = {"append", "full_drop"}
_TYPES = {"nested", "decimal", "binary", "nan"}


@hookimpl
def hygge_homes() -> Iterator[Kind]:
    for name, config, capabilities in (
        ("parquet", ParquetHomeConfig, {"range", "nested"}),
        ("csv", CsvHomeConfig, {"range"}),
        ("ndjson", NdjsonHomeConfig, {"range", "nested"}),
    ):
        yield Kind(
            name=name,
            config=config,
            open=late(f"hygge_core.files.{name}.home:open_{name}_home"),
            capabilities=capabilities,
            journal_beside=journal_beside,
        )
    yield Kind(
        name="memory",
        config=MemoryConfig,
        open=late("hygge_core.files.memory:open_memory_home"),
        capabilities={"range", "nested"},
        address=memory_address,
    )


@hookimpl
def hygge_stores() -> Iterator[Kind]:
    for name, config, types in (
        ("parquet", ParquetStoreConfig, _TYPES),
        ("csv", CsvStoreConfig, {"decimal", "nan"}),
        ("ndjson", NdjsonStoreConfig, {"nested", "decimal"}),
    ):
        yield Kind(
            name=name,
            config=config,
            open=late(f"hygge_core.files.stores.store:open_{name}_store"),
            capabilities=_MODES | types,
            journal_beside=journal_beside,
        )
    yield Kind(
        name="memory",
        config=MemoryConfig,
        open=late("hygge_core.files.memory:open_memory_store"),
        capabilities=_MODES | _TYPES | {"atomic"},
        address=memory_address,
    )


def memory_address(config: MemoryConfig) -> str:
    """One line for a person."""
    return f"memory:{config.table}"


def journal_beside(config: Any) -> Mapping[str, Any]:
    """A SQLite journal beside the tables of a flow: above ``{entity}`` and above any glob."""
    path = Path(config.path)
    open_ended = [at for at, piece in enumerate(path.parts) if set("{*?[") & set(piece)]
    beside = Path(*path.parts[: open_ended[0]]) if open_ended else path.parent
    return {"type": "sqlite", "path": str(beside / ".hygge_journal.db")}
