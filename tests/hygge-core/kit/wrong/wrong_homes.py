"""Homes that are wrong on purpose: the home in memory, with one promise broken in each."""

import os
import threading
from contextlib import contextmanager
from typing import ClassVar

import polars as pl
from attrs import evolve

from hygge_core.files.memory import MemoryHome
from hygge_core.files.settings.stores import MemoryConfig
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.scene import Cancel


class Honest(MemoryHome):
    """Right as it stands."""

    def tables(self):
        yield self.config.table, ("id",)


class NeverStops(Honest):
    """It reads to the end, whoever asks it to stop."""

    def __init__(self, config, _):
        super().__init__(config, Cancel())


class NamesBackwards(Honest):
    """Its tables are told by names that it does not know."""

    def tables(self):
        for name, keys in super().tables():
            yield name[::-1], keys


class MakesKeysUp(Honest):
    """Its tables have keys that are no columns."""

    def tables(self):
        for name, _ in super().tables():
            yield name, ("number",)


class LosesTheRest(Honest):
    """It reads whole batches: what fills no batch is left where batches came before it."""

    def read(self, ask):
        batches = list(super().read(ask))
        if len(batches) > 1 and batches[-1].height < batches[0].height:
            batches.pop()
        yield from batches


class TellsAllColumns(Honest):
    """Asked for some columns, it tells of all, and reads some."""

    def schema(self, ask):
        return super().schema(evolve(ask, columns=None))


class BelievesFirstRows(Honest):
    """Where its first rows have no value, none of them has one."""

    def read(self, ask):
        first = None
        for batch in super().read(ask):
            for each in batch.iter_slices(50):
                first = each if first is None else first
                empty = [name for name in first.columns if first[name].null_count() == first.height]
                yield each.with_columns(pl.lit(None, each.schema[n]).alias(n) for n in empty)


class KeepsFilesOpen(Honest):
    """Each reading opens a file, and nobody closes one."""

    _open: ClassVar = []

    def read(self, ask):
        self._open.append(os.open(os.devnull, os.O_RDONLY))
        return super().read(ask)


class LeavesThreads(Honest):
    """Each reading has a thread beside it, which nobody tells to stop."""

    def read(self, ask):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        return super().read(ask)


def offered(home):
    """A stranger's plugin that offers ``home``."""

    @contextmanager
    def opened(config, scene):
        yield home(config, scene.cancel)

    class Stranger:
        @hookimpl
        def hygge_homes(self):
            yield Kind(name="wrong", config=MemoryConfig, open=opened, capabilities={"discover"})

    return Stranger()
