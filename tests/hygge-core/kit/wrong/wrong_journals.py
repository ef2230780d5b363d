"""Journals that are wrong on purpose: the journal in memory, with one promise broken in each."""

from contextlib import contextmanager
from datetime import timedelta

from hygge_core.errors import JournalError
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.recalling import ENDING
from hygge_core.records import now
from hygge_core.testing.memory_book import Book
from hygge_core.testing.memory_journal import MemoryJournal, MemoryJournalConfig


class Honest(MemoryJournal):
    """Right as it stands."""


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
            yield Kind(name="wrong", config=MemoryJournalConfig, open=opened)

    return Stranger()
