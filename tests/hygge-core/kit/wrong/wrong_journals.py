"""Journals that are wrong on purpose: the journal in memory, with one promise broken in each."""

import os
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import ClassVar

from attrs import evolve

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.faults import around
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.recalling import ENDING, Sought
from hygge_core.records import now
from hygge_core.states import OVER
from hygge_core.testing.journals.place import FLOW
from hygge_core.testing.memory_book import Book
from hygge_core.testing.memory_journal import MemoryJournal, MemoryJournalConfig


class Honest(MemoryJournal):
    """Right as it stands."""

    @staticmethod
    def exists(config):
        return True


class SaysItIsNotThere(Honest):
    """Its author thought of files, and it has none."""

    @staticmethod
    def exists(config):
        return Path(config.table, "journal").exists()


class ForgetsTheLastComplete(Honest):
    """It keeps the last event that ended each entity: in a quiet table that is a skip."""

    def prune(self, keep):
        gone = super().prune(keep)
        ending = (event for event in self._book.events if event.event_type in ENDING)
        last = {(event.flow_name, event.entity): event for event in ending}
        self._book.events = young(self._book.events, keep, but=last.values())
        return gone


class ForgetsWhatHappened(Honest):
    """It keeps a run, and not its events."""

    def prune(self, keep):
        gone = super().prune(keep)
        answers = [self.get_last_run(event.flow_name) for event in self._book.events]
        self._book.events = young(self._book.events, keep, but=answers)
        return gone


class HopesForItsLease(Honest):
    """It says of a lease that somebody else has that it may come back."""

    def renew(self, lease):
        try:
            return super().renew(lease)
        except JournalError as lost:
            lost.transient = True
            raise


class KeepsOneLastOfAll(Honest):
    """The last finished run stays: of all entities, one."""

    def prune(self, keep):
        gone = super().prune(keep)
        over = [run.ref.run_id for run in self._book.runs.values() if run.state in OVER]
        last = max(over, key=lambda run_id: self._book.runs[run_id].updated, default=None)
        for run_id in over:
            if run_id != last:
                del self._book.runs[run_id]
        return gone


class PrunesInTwoSteps(Honest):
    """All goes, then comes back what stays."""

    def prune(self, keep):
        events, self._book.events = self._book.events, []
        with around("wrong.prune"):
            self._book.events = events
        return super().prune(keep)


class EditsInTwoSteps(Honest):
    """The event of an edit is there before the watermark is."""

    def update_watermark(self, flow_name, entity, watermark, *, event):
        self.record_event(event)
        with around("wrong.set"):
            self._book.watermarks.pop((flow_name, entity), None)
        if watermark is not None:
            self._book.watermarks[flow_name, entity] = watermark


class ReleasesInTwoSteps(Honest):
    """A lease is taken out, then comes back without its owner."""

    def release(self, lease):
        held = self._book.leases.pop((lease.flow, lease.entity))
        with around("wrong.release"):
            self._book.leases[lease.flow, lease.entity] = held
        super().release(lease)


class OneLeaseForAllFlows(Honest):
    """An entity's name is taken for all there is to it."""

    def acquire(self, flow, entity, owner):
        held = self._book.leases.get((FLOW, entity))
        if held and held.by not in (None, self):
            raise LeaseHeld(f"{entity} is being moved", owner=str(held.owner))
        return super().acquire(flow, entity, owner)


class CountsEpochsOfOneFlow(Honest):
    """What is recorded of a lease is looked for in the one flow that its author tried."""

    def acquire(self, flow, entity, owner):
        lease = super().acquire(flow, entity, owner)
        if flow != FLOW:
            held = self._book.leases[flow, entity]
            held.epoch = lease.epoch if held.epoch == 1 else lease.epoch - 1
        return evolve(lease, epoch=self._book.leases[flow, entity].epoch)


class LimitsBeforeItLooks(Honest):
    """It takes the newest so many of all, and then those that were asked for."""

    def seek_events(self, sought):
        newest = super().seek_events(Sought(verb="events", limit=sought.limit))
        return sought.events(newest[::-1])


class LimitsRunsBeforeItLooks(Honest):
    """The same, of runs."""

    def seek_runs(self, sought):
        newest = super().seek_runs(Sought(verb="runs", limit=sought.limit))
        return sought.runs(newest[::-1])


class LooksBackAHundred(Honest):
    """What came before the newest hundred is not looked at."""

    def seek_events(self, sought):
        newest = super().seek_events(Sought(verb="events", limit=100))
        return sought.events(newest[::-1])


class TakesNoneForAny(Honest):
    """A run that saw no watermark sets one, whoever set another meanwhile."""

    def _set_watermark(self, run, watermark, *, again):
        if run.watermark_before is None:
            self._book.watermarks[run.ref.flow, run.ref.entity] = watermark
        else:
            super()._set_watermark(run, watermark, again=again)


class TrustsItsOwner(Honest):
    """Who has a lease may have it again: two runs of one process move one entity."""

    def acquire(self, flow, entity, owner):
        held = self._book.leases.get((flow, entity))
        if held and held.owner == owner:
            held.by = None
        return super().acquire(flow, entity, owner)


class JoinsNames(Honest):
    """Flow and entity are one text, and so are others."""

    def acquire(self, flow, entity, owner):
        flow, _, entity = f"{flow}.{entity}".partition(".")
        return super().acquire(flow, entity, owner)


class KeepsFilesOpen(Honest):
    """Whoever opens it opens a file, and nobody closes one."""

    _open: ClassVar = []

    def __init__(self, book, life):
        super().__init__(book, life)
        self._open.append(os.open(os.devnull, os.O_RDONLY))


def young(events, keep, *, but):
    """Those that are not older than ``keep``, and ``but``."""
    return [event for event in events if event.timestamp >= now() - keep or event in but]


def offered(journal):
    """A stranger's plugin that offers ``journal``."""
    books = {}

    @contextmanager
    def opened(config, scene):
        book = books.setdefault(config.table, Book())
        made = journal(book, timedelta(seconds=config.lease_seconds))
        yield made
        made.let_go()

    class Stranger:
        @hookimpl
        def hygge_journals(self):
            exists = journal.exists
            yield Kind(name="wrong", config=MemoryJournalConfig, open=opened, exists=exists)

    return Stranger()
