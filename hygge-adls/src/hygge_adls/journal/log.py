"""The journal's transactions on a lake: one small file that is replaced by compare-and-set.

``head.json`` holds the youngest transactions itself and names the files of the older ones, which
are Parquet and never change. A transaction writes a new head beside it and renames it over the old
one, if that is still the one which was read (its etag): of two coordinators one wins, and the other
reads again and decides again.

A head that has grown spills into a *segment* of the history, and into a new *now*: what is known at
that version, which is all that the next process reads. So neither a transaction nor a start costs
more because the journal is long. ``FAN`` segments of a size become one of the next size: each
transaction is written again as often as the logarithm of their number says.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeVar
from uuid import uuid4

from attrs import evolve

from hygge_adls.journal.files import Files
from hygge_adls.journal.head import Head, Segment, Transaction, understood
from hygge_adls.journal.history import History, compacted
from hygge_adls.journal.state import Change, State
from hygge_adls.lake.lake import Lake
from hygge_core.errors import JournalError
from hygge_core.faults import around
from hygge_core.jsons import to_plain
from hygge_core.records import now
from hygge_core.shelf import NameMissing

T = TypeVar("T")

#: A head of so many transactions or bytes spills.
HEAD_TRANSACTIONS = 50
HEAD_BYTES = 128 << 10
FAN = 8
_TRIES = 50
_PRUNE_EVERY = timedelta(days=1)


class Log:
    """The journal in the folder ``folder``. Used by one thread at a time, and so locked."""

    def __init__(self, lake: Lake, folder: str) -> None:
        self._files = Files(lake, folder)
        self._lake = lake
        self._lock = threading.RLock()
        self._state = State()

    @property
    def address(self) -> str:
        return self._lake.address(self._files.folder)

    def read(self, ask: Callable[[State], T]) -> T:
        """What ``ask`` finds in the journal as it is now."""
        with self._lock:
            self._current()
            return ask(self._state)

    def history(self) -> History:
        """All that was recorded; as long as the journal is, so long does it take."""
        with self._lock:
            return self._understanding(self._recalled)[0]

    def write(self, name: str, decide: Callable[[State], tuple[list[Change], T]]) -> T:
        """One transaction: all of the changes that ``decide`` gives, or none.

        ``decide`` looks at the state and raises what speaks against it; it is asked again when
        somebody else was faster.
        """
        mine, given = uuid4().hex, None
        with self._lock, around("journal.write", name):
            for _ in range(_TRIES):
                head, etag = self._current()
                if given is not None and head.has(mine):
                    return given[1]  # an answer was lost, the transaction was not
                given = decide(self._state)
                if not given[0]:
                    return given[1]
                transaction = Transaction(mine, head.version + 1, given[0])
                try:
                    new = self._grown(head, transaction)
                except NameMissing:  # somebody made one of many segments meanwhile
                    continue
                if self._replaced(head, etag, new):
                    return given[1]
        raise JournalError(f"{self.address} is too busy", transient=True)

    def prune(self, before: datetime) -> int:
        """Write the history anew without what is older; how many runs and events went."""
        with self._lock, around("journal.write", "prune"):
            for _ in range(_TRIES):
                history, head, etag = self._understanding(self._recalled)
                gone = history.forget(before)
                new = self._rewritten(head, history)
                if self._replaced(head, etag, new):
                    self._files.sweep({*new.files, "head.json"}, head.version)
                    return gone
        raise JournalError(f"{self.address} is too busy", transient=True)

    def is_prune_due(self) -> bool:
        """Once a day is enough: it reads and writes the whole history."""
        with self._lock:
            pruned = self._current()[0].pruned
            return pruned is None or now() - pruned > _PRUNE_EVERY

    # --- the head ----------------------------------------------------------------------------

    def _current(self) -> tuple[Head, str]:
        """The head and its etag, with the state brought up to it."""
        return self._understanding(lambda head, etag: (head, etag))

    def _understanding(self, then: Callable[[Head, str], T]) -> T:
        """Read the head, follow it, and do ``then``; all again when a file became another one."""
        for _ in range(_TRIES):
            found = self._lake.fetch(self._files.path("head.json"))
            if found is None:
                self._files.require_none()
            head, etag = (understood(found[0], self.address), found[1]) if found else (Head(), "")
            try:
                self._follow(head)
                return then(head, etag)
            except NameMissing:  # somebody made one of many segments meanwhile
                continue
        raise JournalError(f"{self.address}: a segment is missing", hint="restore it from a copy")

    def _replaced(self, old: Head, etag: str, new: Head) -> bool:
        """Whether the head is ``new`` now; false when somebody else was faster, or perhaps was."""
        torn = self._files.path(self._files.torn(old.version))
        self._lake.upload(torn, new.content())
        done = self._lake.replace(torn, self._files.path("head.json"), etag=etag)
        if not done:
            self._lake.delete(torn)
        for name in sorted(old.files - new.files) if done else ():
            self._lake.delete(self._files.path(name))
        return done

    # --- growing -----------------------------------------------------------------------------

    def _grown(self, head: Head, transaction: Transaction) -> Head:
        """The head with one more transaction; a long tail spills."""
        size = len(json.dumps(to_plain(head.tail)))
        if len(head.tail) < HEAD_TRANSACTIONS and size < HEAD_BYTES:
            return evolve(head, tail=[*head.tail, transaction])
        changes = compacted(head.changes())
        segment = Segment(self._files.put("segment", head.version, changes), 0)
        return evolve(
            head,
            base=head.version,
            now=self._now(self._state, head.version),
            segments=self._tiered([*head.segments, segment], head.version),
            settled=[each.id for each in head.tail],
            tail=[transaction],
        )

    def _now(self, state: State, version: int) -> str:
        return self._files.put("now", version, [(version, each) for each in state.changes()])

    def _tiered(self, segments: list[Segment], version: int) -> list[Segment]:
        """``FAN`` neighbours of one level become one of the next, and so on."""
        while len(segments) >= FAN and len({each.level for each in segments[-FAN:]}) == 1:
            last = segments[-FAN:]
            changes = chain.from_iterable(self._files.changes(each.name) for each in last)
            name = self._files.put("segment", version, compacted(changes))
            for each in last:  # this one was written a moment ago, and nobody knows of it
                if each.name.startswith(f"segment-{version:020d}-"):
                    self._lake.delete(self._files.path(each.name))
            segments = [*segments[:-FAN], Segment(name, last[0].level + 1)]
        return segments

    def _rewritten(self, head: Head, history: History) -> Head:
        """A head of this history and of what is known now."""
        version = head.version + 1
        changes = [(version, change) for change in history.changes()]
        level = 0
        while len(changes) > HEAD_TRANSACTIONS * FAN ** (level + 1):
            level += 1
        segment = Segment(self._files.put("segment", version, changes), level)
        return Head(
            base=version,
            now=self._now(self._state, version),
            segments=[segment],
            settled=[each.id for each in head.tail],
            pruned=now(),
        )

    # --- following ---------------------------------------------------------------------------

    def _follow(self, head: Head) -> None:
        """Take in what is new since the last time; all of it when the tail does not reach back."""
        reaches = head.base <= self._state.version <= head.version
        if not reaches:
            self._state = State()
            for _, change in self._files.changes(head.now) if head.now else ():
                self._state.apply(change)
            self._state.version = head.base
        for transaction in head.tail:
            if transaction.version > self._state.version:
                for change in transaction.changes:
                    self._state.apply(change)
                self._state.version = transaction.version

    def _recalled(self, head: Head, etag: str) -> tuple[History, Head, str]:
        history = History()
        for segment in head.segments:
            for _, change in self._files.changes(segment.name):
                history.apply(change)
        for _, change in head.changes():
            history.apply(change)
        return history, head, etag
