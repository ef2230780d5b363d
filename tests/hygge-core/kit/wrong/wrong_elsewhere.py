"""Stores that other processes open, too: a right one, and one that thinks it is alone."""

from contextlib import contextmanager
from functools import partial
from typing import ClassVar

from hygge_core.errors import StoreError
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.hookspecs import Kind, hookimpl


class Honest(ParquetStore):
    """Right as it stands."""


class KeepsItsLoadsAtHand(Honest):
    """What a commit needs is what this process knows."""

    sealed_here: ClassVar = set()

    def sealed(self, load, parts):
        self.sealed_here.add(load.ref.run_id)
        return super().sealed(load, parts)

    def commit(self, manifest):
        if manifest.ref.run_id not in self.sealed_here:
            raise StoreError("nothing is known of that load")
        return super().commit(manifest)


@contextmanager
def opened(store, config, scene):
    yield store(config)


@hookimpl
def hygge_stores():
    for store in (Honest, KeepsItsLoadsAtHand):
        yield Kind(
            name=store.__name__,
            config=ParquetStoreConfig,
            open=partial(opened, store),
            capabilities={"append", "full_drop"},
        )
