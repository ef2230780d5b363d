"""What hygge imports to learn of the store ``duckdb``; the driver waits until it is opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import field, frozen

from hygge_core import Kind, Scene, hookimpl
from hygge_core.fields import PER_ENTITY


@frozen(kw_only=True)
class DuckConfig:
    """``store = { type = "duckdb", path = "mart.duckdb", table = "{entity}" }``."""

    path: Path
    table: str = field(metadata=PER_ENTITY)


@contextmanager
def open_store(config: DuckConfig, scene: Scene) -> Iterator[object]:
    from acme_duckdb.store import DuckStore, connected

    with connected(config.path) as connection:
        yield DuckStore(connection, config.table)


@hookimpl
def hygge_stores() -> Iterator[Kind]:
    kept = {"append", "full_drop", "atomic", "nested", "decimal", "binary", "nan"}
    yield Kind(name="duckdb", config=DuckConfig, open=open_store, capabilities=kept)
