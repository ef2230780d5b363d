"""Journals that processes share, wrong on purpose: the one in memory, whose book lies in a file."""

import os
import pickle
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from attrs import asdict, evolve
from portalocker import Lock

from hygge_core.errors import LeaseHeld
from hygge_core.hookspecs import Kind, hookimpl
from hygge_core.records import Lease, now
from hygge_core.testing.memory_book import Book, Held
from hygge_core.testing.memory_journal import MemoryJournal, MemoryJournalConfig


class Honest(MemoryJournal):
    """Each verb reads the book and writes it again, under a lock. Right as it stands."""

    def __init__(self, path, life):
        super().__init__(None, life)
        self._path = path

    @contextmanager
    def _verb(self, name, detail=""):
        with self.locked():
            self._book = read(self._path)
            yield self._book
            write(self._path, self._book)

    def locked(self):
        return Lock(self._path.with_suffix(".lock"), timeout=30, check_interval=0.001)

    def seek_events(self, sought):
        return sought.events(read(self._path).events)

    def let_go(self):
        """Nobody asks here for the leases of a process that has ended."""


class HasNoLock(Honest):
    """Whoever writes last has the book: what others wrote meanwhile is not in it."""

    @contextmanager
    def locked(self):
        yield


class DecidesBeforeItsTurn(Honest):
    """Who has the lease is looked at, and then it is waited for the turn to take it."""

    def acquire(self, flow, entity, owner):
        held = read(self._path).leases.get((flow, entity), Held())
        if held.by is not None and held.expires > now():
            raise LeaseHeld(f"{flow}.{entity} is being moved", owner=str(held.owner))
        with self._verb("acquire") as book:
            until = now() + self._life
            taken = Held(epoch=held.epoch + 1, owner=owner, expires=until, by=os.getpid())
            book.leases[flow, entity] = taken
        return Lease(flow=flow, entity=entity, owner=owner, epoch=taken.epoch, expires=until)


def read(path):
    """The book as it was written last, a new one before."""
    if not path.exists():
        return Book()
    return Book(**pickle.loads(path.read_bytes()))


def write(path, book):
    """The book in the place of what was there; of whoever has a lease the pid is enough."""
    told = asdict(book, recurse=False)
    del told["turn"]
    told["leases"] = {
        key: evolve(held, by=None if held.by is None else os.getpid())
        for key, held in book.leases.items()
    }
    written = path.with_suffix(f".{os.getpid()}")
    written.write_bytes(pickle.dumps(told))
    written.replace(path)


def kind_of(journal):
    """``journal`` by its name, in a file that its ``table`` names."""

    @contextmanager
    def opened(config, scene):
        yield journal(Path(config.table), timedelta(seconds=config.lease_seconds))

    return Kind(name=journal.__name__, config=MemoryJournalConfig, open=opened)


@hookimpl
def hygge_journals():
    return map(kind_of, (Honest, HasNoLock, DecidesBeforeItsTurn))
