"""Stores that feed a mirror and show a copy of the journal: an honest one, and wrong ones.

The mirror is the folder itself; its copy of the journal is one JSON file beside it, and so is what
the other side says of its tables.
"""

import json
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.faults import around
from hygge_core.files.settings.stores import ParquetStoreConfig
from hygge_core.files.stores.store import ParquetStore
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.mirrors import Breach, Reported, Swept
from hygge_core.records import now


class FolderMirror:
    """What readers of the folder make of it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.address = str(self.folder.parent)

    def audit(self, tables):
        for table in tables:
            if not list(self.folder.glob("*.parquet")):
                yield Breach(rule="there", where=table, what="it is not there", fix="run the flow")

    def compare(self, table, rows, *, how):
        shown = pl.read_parquet(self.folder / "*.parquet").sort("id")
        source = pl.concat(rows).sort("id")
        if how == "count":
            shown, source = shown.select(pl.len()), source.select(pl.len())
        elif how == "keys":
            shown, source = shown.select("id"), source.select("id")
        if not shown.equals(source):
            yield Breach(rule="same", where=table, what="it is another")

    def reports(self, tables):
        said = self.folder.parent.parent / "said.json"
        for table, word in json.loads(said.read_text()).items() if said.exists() else ():
            if table in tables:
                yield self.report(table, word)

    def report(self, table, word):
        well = word == "well"
        return Reported(table=table, status=word, ok=well, what="" if well else "a file was torn")

    def sweep(self, tables, keep, *, dry_run):
        return ()


class Honest(ParquetStore):
    """Right as it stands."""

    shown_as = "walk"
    Mirrored = FolderMirror

    @contextmanager
    def mirror(self, copy=None):
        if copy is not None and not copy.is_dir():
            raise StoreError(f"{copy} is no folder")
        yield self.Mirrored(copy or self.table)

    @property
    def copy(self):
        return self.table.parent.parent / "journal.json"

    def publish_journal(self, journal):
        runs = [event.run_id for event in journal.events(limit=1000) if event.row_count]
        self.show(list(dict.fromkeys(runs)))

    def show(self, runs):
        if not runs:
            return
        with around("wrong.show", self.copy):
            fresh = self.copy.with_suffix(".new")
            fresh.write_text(json.dumps(runs))
            fresh.replace(self.copy)


class CallsAllEqual(Honest):
    """Whatever is there, it is the source."""

    class Mirrored(FolderMirror):
        def compare(self, table, rows, *, how):
            return ()


class CountsOnly(Honest):
    """Keys and values are looked at by nobody."""

    class Mirrored(FolderMirror):
        def compare(self, table, rows, *, how):
            return super().compare(table, rows, how="count")


class CallsAllWrong(Honest):
    """Nothing is ever equal."""

    class Mirrored(FolderMirror):
        def compare(self, table, rows, *, how):
            yield Breach(rule="same", where=table, what="it may be another")


class FindsFaultWithItself(Honest):
    """Its rules are none that its own store keeps."""

    class Mirrored(FolderMirror):
        def audit(self, tables):
            yield Breach(rule="names", where="walk", what="there are digits in it")


class MissesNoTable(Honest):
    """A table that is not there is fine."""

    class Mirrored(FolderMirror):
        def audit(self, tables):
            return ()


class MovesAbout(Honest):
    """Each time it is somewhere else."""

    class Mirrored(FolderMirror):
        def __init__(self, folder):
            super().__init__(folder)
            self.address = uuid4().hex


class SweepsWhatIsRead(Honest):
    """Whatever is there is done with."""

    class Mirrored(FolderMirror):
        def sweep(self, tables, keep, *, dry_run):
            for path in [] if dry_run else list(self.folder.glob("*.parquet")):
                told = Swept(name=path.name, bytes=1, modified=now(), gone=True)
                path.unlink()
                yield told


class SweepsInADryRun(Honest):
    """It says that something is gone."""

    class Mirrored(FolderMirror):
        def sweep(self, tables, keep, *, dry_run):
            yield Swept(name="walk/1", bytes=1, modified=now(), gone=True)


class QuotesNobody(Honest):
    """Where nobody has said anything, it says that all is well."""

    class Mirrored(FolderMirror):
        def reports(self, tables):
            return [self.report(table, "well") for table in tables]


class KeepsSilent(Honest):
    """Whatever the other side says, it tells nobody."""

    class Mirrored(FolderMirror):
        def reports(self, tables):
            return ()


class TellsOfAll(Honest):
    """It tells of every table that the other side knows."""

    class Mirrored(FolderMirror):
        def reports(self, tables):
            return super().reports(["walk"])


class AllIsWell(Honest):
    """Whatever went wrong, it is fine."""

    class Mirrored(FolderMirror):
        def report(self, table, word):
            return Reported(table=table, status=word, ok=True)


class SaysNotWhat(Honest):
    """Something is wrong; guess what."""

    class Mirrored(FolderMirror):
        def report(self, table, word):
            return Reported(table=table, status=word, ok=word == "well")


class LooksAtTheLiveOne(Honest):
    """There is but one mirror, whichever copy it is asked for."""

    @contextmanager
    def mirror(self, copy=None):
        with super().mirror(copy):
            yield self.Mirrored(self.table)


class TidiesTheCopy(Honest):
    """What has been looked at is put aside."""

    class Mirrored(FolderMirror):
        def compare(self, table, rows, *, how):
            yield from super().compare(table, rows, how=how)
            (self.folder / "looked-at").touch()


class TakesAnyCopy(Honest):
    """A copy that is not there has nothing wrong in it."""

    @contextmanager
    def mirror(self, copy=None):
        yield self.Mirrored(copy or self.table)


class ShowsRunsAgain(Honest):
    """What is sent is added to what is there."""

    def show(self, runs):
        there = json.loads(self.copy.read_text()) if self.copy.exists() else []
        super().show(there + runs)


class ShowsAnEmptyJournal(Honest):
    """There is always a row."""

    def show(self, runs):
        super().show(runs or ["none yet"])


class ShowsOnlyNews(Honest):
    """A note of what was sent is made before it is shown."""

    def show(self, runs):
        note = self.copy.with_suffix(".note")
        sent = json.loads(note.read_text()) if note.exists() else []
        there = json.loads(self.copy.read_text()) if self.copy.exists() else []
        note.write_text(json.dumps(runs))
        super().show(there + [run for run in runs if run not in sent])


def offered(store):
    """A stranger's plugin that offers ``store``."""

    @contextmanager
    def opened(config, scene):
        yield store(config)

    class Stranger:
        @hookimpl
        def hygge_stores(self):
            promises = {"append", "full_drop", "nan"}
            yield Kind(name="fed", config=ParquetStoreConfig, open=opened, capabilities=promises)

    return Stranger()
