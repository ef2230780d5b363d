"""Stores that are wrong on purpose, each in one way, and the honest one that they are made from."""

import os
import threading
from collections import Counter
from contextlib import contextmanager
from itertools import count
from typing import ClassVar

import polars as pl
from attrs import evolve, frozen

from hygge_core.errors import StoreError
from hygge_core.faults import around
from hygge_core.fields import Secret
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.records import Receipt
from hygge_core.staged.convoy import Convoy


class Honest(ParquetStore):
    """Right as it stands."""


class OverwritesInPlace(ParquetStore):
    """Batches go where readers look."""

    def staged_name(self, load, folder, number):
        return self.final_name(load, folder, number)


class CommitsBeforeDeciding(ParquetStore):
    """Sealing publishes: there is no way back any more."""

    def sealed(self, load, parts):
        manifest = super().sealed(load, parts)
        self.commit(manifest)
        return manifest


class ForgetsRowsOnRetry(ParquetStore):
    """A commit that finds something of its load takes it for all of it."""

    def commit(self, manifest):
        if self.status(manifest) != "none":
            return Receipt(rows=manifest.rows)
        return super().commit(manifest)


class OneByOneButAtomic(ParquetStore):
    """Right, but for what its kind declares: files become visible one after the other."""


class TellsNobody(ParquetStore):
    """Its files travel beside the next ones, and whoever watches hears nothing of them."""

    def begin(self, load):
        staging = super().begin(load)
        staging.watch = lambda failed: None
        return staging


class TellsOnlyWhatComes(ParquetStore):
    """Who watches later is not told what has gone wrong by then."""

    def begin(self, load):
        staging = super().begin(load)
        staging.watch = lambda failed: setattr(staging.convoy, "_failed", failed)
        return staging


class StagesNothingAside(ParquetStore):
    """It can be watched, and does one thing after the other."""

    def begin(self, load):
        staging = super().begin(load)
        staging.convoy = Convoy(0)
        return staging


class SwallowsTheCrash(ParquetStore):
    """Whatever happens in a commit, it says that it is done."""

    def commit(self, manifest):
        try:
            return super().commit(manifest)
        except BaseException:  # noqa: BLE001  # this is what is wrong with it
            return Receipt(rows=manifest.rows)


class DoublesOnRetry(ParquetStore):
    """Final names are chosen at each commit."""

    def commit(self, manifest):
        taken = len(self.shelf.list(self.places.live))
        parts = tuple(
            evolve(part, final=f"{self.places.live}/{taken + at:05d}.parquet")
            for at, part in enumerate(manifest.parts)
        )
        for part in parts:
            with around("wrong.copy", part.final):
                if self.shelf.entry(part.staged):
                    self.shelf.rename(part.staged, part.final)
        return Receipt(rows=manifest.rows)


class LeavesItsStaging(ParquetStore):
    """What was rolled back stays."""

    def discard(self, ref):
        """Somebody else may tidy up."""


class CleansUpForOthers(ParquetStore):
    """A cleanup takes what others have staged."""

    def cleanup(self, manifest):
        self.shelf.delete_tree(f"{self.places.own}/stage")
        return super().cleanup(manifest)


class TurnsNanIntoNull(ParquetStore):
    """Values change on their way."""

    def encode(self, load, frame, path):
        return super().encode(load, frame.fill_nan(None), path)


class LosesTheRace(ParquetStore):
    """A full_drop replaces whatever is there, whoever put it there."""

    def _before(self, ref):
        return self._seen

    def replace(self, manifest):
        self._seen = manifest.extra.get("before")
        super().replace(manifest)


class LosesAnAppend(ParquetStore):
    """A full_drop looks whether another one was faster, and not whether somebody added rows."""

    drops: ClassVar = Counter()

    def superseded(self):
        return f"after {self.drops[self.table]} of them"

    def _before(self, ref):
        return self.superseded()

    def swap(self, manifest):
        super().swap(manifest)
        self.drops[self.table] += 1


class PublishesAFailedAttempt(ParquetStore):
    """Who begins again finds what was staged before, and a commit takes all that lies there."""

    begins = False

    def begin(self, load):
        self.begins = True
        try:
            return super().begin(load)
        finally:
            self.begins = False

    def discard(self, ref):
        if not self.begins:
            super().discard(ref)

    def commit(self, manifest):
        receipt = super().commit(manifest)
        for entry in self.shelf.list(self.places.files(manifest.ref.run_id)):
            self.shelf.rename(entry.name, f"{self.places.live}/{entry.name.rpartition('/')[2]}")
        return receipt


class WritesItsSecretDown(ParquetStore):
    """What it signs in with is in the manifest, and so in the journal."""

    def sealed(self, load, parts):
        manifest = super().sealed(load, parts)
        return evolve(manifest, extra={**manifest.extra, "as": self.config.password.reveal()})


class ToldWrong(ParquetStore):
    """Its receipt is what was handed over, twice."""

    def commit(self, manifest):
        return evolve(super().commit(manifest), rows=2 * manifest.rows)


class CountsBelowNothing(ParquetStore):
    """Its receipt has fewer bytes than none."""

    def commit(self, manifest):
        return evolve(super().commit(manifest), bytes=-1)


class CountsNoParts(ParquetStore):
    """Its receipt has rows, and nothing that they are in."""

    def commit(self, manifest):
        return evolve(super().commit(manifest), parts=0)


class CountsWhatItDidNow(ParquetStore):
    """Its receipt is of what this call did, and a repeated one did nothing."""

    def commit(self, manifest):
        done = self.status(manifest) == "done"
        receipt = super().commit(manifest)
        return evolve(receipt, bytes=0) if done else receipt


class KnowsItsFirstLoad(ParquetStore):
    """It looks at the oldest of its files, whatever was added since."""

    def known_schema(self):
        names = [entry.name for entry in self.shelf.list(self.places.live)]
        return pl.read_parquet_schema(self.shelf.path(min(names))) if names else None


class KeepsWhatItTook(ParquetStore):
    """A whole file is copied where no rollback looks, and moved from there."""

    def carry(self, file, name, heed):
        aside = f"{self.places.own}/taken-{name.rpartition('/')[2]}"
        copied = super().carry(file, f"{aside}/file", heed)
        with around("wrong.move", name):
            self.shelf.rename(f"{aside}/file", name)
        self.shelf.delete_tree(aside)
        return copied


class DropsEqualRows(ParquetStore):
    """What is there twice is there once."""

    def begin(self, load):
        return Changed(super().begin(load), pl.DataFrame.unique)


class TurnsColumns(ParquetStore):
    """A value goes where the first load had a value in its place."""

    def begin(self, load):
        known = self.known_schema() or load.schema
        names = {name: name for name in load.schema}
        if len(known) == len(load.schema):
            names = dict(zip(load.schema, known, strict=True))
        schema = pl.Schema({names[name]: dtype for name, dtype in load.schema.items()})
        staging = super().begin(evolve(load, schema=schema))
        return Changed(staging, lambda batch: batch.rename(names))


class KeepsTwoBatches(ParquetStore):
    """It was tried with two."""

    def begin(self, load):
        counted = count()
        return Changed(super().begin(load), lambda batch: batch.head(9 * (next(counted) < 2)))


class RenamesItsBatch(ParquetStore):
    """What it is given is its own."""

    def begin(self, load):
        staging = super().begin(load)
        write = staging.write

        def marked(batch):
            write(batch.clone())
            batch.insert_column(0, pl.Series("run", [load.ref.run_id] * batch.height))

        staging.write = marked
        return staging


class LeavesThreads(ParquetStore):
    """Each load has a thread beside it, which nobody tells to stop."""

    def begin(self, load):
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        return super().begin(load)


class KeepsFilesOpen(ParquetStore):
    """Each load opens a file, and nobody closes one."""

    def begin(self, load):
        os.open(os.devnull, os.O_RDONLY)
        return super().begin(load)


class ThinksInAscii(ParquetStore):
    """An entity has no name of its own."""

    def begin(self, load):
        if not load.ref.entity.isascii():
            raise StoreError(f"there is no letter for {load.ref.entity}")
        return super().begin(load)


class CountsInFractions(ParquetStore):
    """Its numbers come from JavaScript."""

    def commit(self, manifest):
        receipt = super().commit(manifest)
        return evolve(receipt, rows=float(receipt.rows))


class GivesNothingBack(ParquetStore):
    """Who cleans up has nothing to say."""

    def cleanup(self, manifest):
        super().cleanup(manifest)


class MakesItsFolder(ParquetStore):
    """Where it says where it is, it is there."""

    @staticmethod
    def address(config):
        config.path.mkdir(parents=True, exist_ok=True)
        return str(config.path)


class Changed:
    """A staging that gets each batch as ``change`` makes it."""

    def __init__(self, staging, change):
        self._staging, self._change = staging, change

    def __getattr__(self, name):
        return getattr(self._staging, name)

    def write(self, batch):
        self._staging.write(self._change(batch))

    def seal(self):
        return self._staging.seal()


@frozen(kw_only=True)
class Config(ParquetStoreConfig):
    """Of Parquet files, behind a password."""

    password: Secret


def offered(store):
    """A stranger's plugin that offers ``store``."""

    @contextmanager
    def opened(config, scene):
        made = store(config)
        made.config = config
        yield made

    more = {"atomic"} if store is OneByOneButAtomic else set()
    told = {"address": store.address} if hasattr(store, "address") else {}

    class Stranger:
        @hookimpl
        def hygge_stores(self):
            yield Kind(
                name="wrong",
                config=Config,
                open=opened,
                capabilities={"append", "full_drop", "nan"} | more,
                **told,
            )

    return Stranger()
