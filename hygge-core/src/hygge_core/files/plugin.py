"""The built-in plugin: homes and stores ``parquet``, ``csv``, ``ndjson`` and ``memory``.

It comes through the same hooks as a stranger's, and uses no door that is closed to strangers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hygge_core.files.store_settings import (
    CsvStoreSettings,
    MemorySettings,
    NdjsonStoreSettings,
    ParquetStoreSettings,
)
from hygge_core.hookspecs import Kind, hookimpl

if TYPE_CHECKING:
    from hygge_core.files.memory import MemoryHome, MemoryStore
    from hygge_core.files.stores import CsvStore, NdjsonStore, ParquetStore
    from hygge_core.scene import Scene

_STORES = {"append", "full_drop"}
_ALL_TYPES = {"nested", "decimal", "binary", "nan"}


@hookimpl
def hygge_stores() -> Iterator[Kind]:
    for name, config, opened, types in (
        ("parquet", ParquetStoreSettings, open_parquet_store, _ALL_TYPES),
        ("csv", CsvStoreSettings, open_csv_store, {"decimal", "nan"}),
        ("ndjson", NdjsonStoreSettings, open_ndjson_store, {"nested", "decimal"}),
    ):
        yield Kind(
            name=name,
            config=config,
            open=opened,
            capabilities=_STORES | types,
            journal_beside=journal_beside,
        )
    yield Kind(
        name="memory",
        config=MemorySettings,
        open=open_memory_store,
        capabilities=_STORES | _ALL_TYPES | {"atomic"},
        address=memory_address,
    )


@contextmanager
def open_parquet_store(config: ParquetStoreSettings, _: Scene) -> Iterator[ParquetStore]:
    from hygge_core.files.stores import ParquetStore

    yield ParquetStore(config)


@contextmanager
def open_csv_store(config: CsvStoreSettings, _: Scene) -> Iterator[CsvStore]:
    from hygge_core.files.stores import CsvStore

    yield CsvStore(config)


@contextmanager
def open_ndjson_store(config: NdjsonStoreSettings, _: Scene) -> Iterator[NdjsonStore]:
    from hygge_core.files.stores import NdjsonStore

    yield NdjsonStore(config)


@contextmanager
def open_memory_home(config: MemorySettings, _: Scene) -> Iterator[MemoryHome]:
    from hygge_core.files.memory import MemoryHome

    yield MemoryHome(config)


@contextmanager
def open_memory_store(config: MemorySettings, _: Scene) -> Iterator[MemoryStore]:
    from hygge_core.files.memory import MemoryStore

    yield MemoryStore(config)


def memory_address(config: MemorySettings) -> str:
    """One line for a person."""
    return f"memory:{config.table}"


def journal_beside(config: Any) -> Mapping[str, Any]:
    """A SQLite journal beside the tables of a flow, never inside one of them."""
    path = Path(config.path)
    pieces = [index for index, piece in enumerate(path.parts) if "{entity}" in piece]
    beside = Path(*path.parts[: pieces[0]]) if pieces else path.parent
    return {"type": "sqlite", "path": str(beside / ".hygge_journal.db")}
