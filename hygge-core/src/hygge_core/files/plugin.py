"""The built-in plugin: homes and stores ``parquet``, ``csv``, ``ndjson`` and ``memory``.

It comes through the same hooks as a stranger's, and uses no door that is closed to strangers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygge_core.files.home_settings import CsvHomeConfig, NdjsonHomeConfig, ParquetHomeConfig
from hygge_core.files.store_settings import (
    CsvStoreConfig,
    MemoryConfig,
    NdjsonStoreConfig,
    ParquetStoreConfig,
)
from hygge_core.hookspecs import Kind, hookimpl

if TYPE_CHECKING:
    from hygge_core.scene import Scene

Opening = Callable[[Any, "Scene"], AbstractContextManager[Any]]

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
            open=_late(f"{name}_home", f"open_{name}_home"),
            capabilities=capabilities,
            journal_beside=journal_beside,
        )
    yield Kind(
        name="memory",
        config=MemoryConfig,
        open=_late("memory", "open_memory_home"),
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
            open=_late("stores", f"open_{name}_store"),
            capabilities=_MODES | types,
            journal_beside=journal_beside,
        )
    yield Kind(
        name="memory",
        config=MemoryConfig,
        open=_late("memory", "open_memory_store"),
        capabilities=_MODES | _TYPES | {"atomic"},
        address=memory_address,
    )


def _late(module: str, opener: str) -> Opening:
    """What opens, imported when it opens: listing kinds loads no polars and no pyarrow."""

    def opened(config: Any, scene: Scene) -> AbstractContextManager[Any]:
        found = getattr(import_module(f"hygge_core.files.{module}"), opener)
        return found(config, scene)  # type: ignore[no-any-return]  # by name, to be late

    return opened


def memory_address(config: MemoryConfig) -> str:
    """One line for a person."""
    return f"memory:{config.table}"


def journal_beside(config: Any) -> Mapping[str, Any]:
    """A SQLite journal beside the tables of a flow: above ``{entity}`` and above any glob."""
    path = Path(config.path)
    open_ended = [at for at, piece in enumerate(path.parts) if set("{*?[") & set(piece)]
    beside = Path(*path.parts[: open_ended[0]]) if open_ended else path.parent
    return {"type": "sqlite", "path": str(beside / ".hygge_journal.db")}
