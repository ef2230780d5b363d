"""The journal's transactions on a lake: one small file that is replaced by compare-and-set.

``head.json`` names the segments, which are Parquet files that never change, and holds the youngest
transactions itself. A transaction writes a new head beside it and renames it over the old one, if
that is still the one which was read (its etag): of two coordinators one wins, and the other reads
again and decides again. When the head has grown it becomes a segment, so a transaction costs the
same however long the journal is; many segments become one.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import polars as pl
from attrs import define, evolve, field

from hygge_adls.journal.state import Change, State
from hygge_adls.lake import Lake
from hygge_core.errors import JournalError
from hygge_core.faults import around
from hygge_core.jsons import from_plain, to_plain
from hygge_core.shelf import NameMissing

T = TypeVar("T")

FORMAT = 1
#: A head of so many transactions or bytes is moved into a segment.
HEAD_TRANSACTIONS = 50
HEAD_BYTES = 128 << 10
SEGMENTS = 16
_TRIES = 50


@define
class Transaction:
    """``id`` tells one's own transaction when an answer was lost."""

    id: str
    version: int
    changes: list[Change]


@define
class Head:
    """``segments`` are (file name, last version in it); ``settled`` the ids in the youngest one."""

    format: int = FORMAT
    segments: list[tuple[str, int]] = field(factory=list)
    settled: list[str] = field(factory=list)
    tail: list[Transaction] = field(factory=list)

    @property
    def version(self) -> int:
        if self.tail:
            return self.tail[-1].version
        return self.segments[-1][1] if self.segments else 0

    def has(self, transaction: str) -> bool:
        return transaction in self.settled or any(each.id == transaction for each in self.tail)


class Log:
    """The journal in the folder ``folder``. Used by one thread at a time, and so locked."""

    def __init__(self, lake: Lake, folder: str) -> None:
        self._lake = lake
        self._folder = folder
        self._lock = threading.RLock()
        self._state = State()

    @property
    def address(self) -> str:
        return self._lake.address(self._folder)

    def read(self, ask: Callable[[State], T]) -> T:
        """What ``ask`` finds in the journal as it is now."""
        with self._lock:
            self._current()
            return ask(self._state)

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
                if self._replaced(head, etag, self._grown(head, transaction)):
                    return given[1]
        raise JournalError(f"{self.address} is too busy", transient=True)

    def rewrite(self, change: Callable[[State], T]) -> T:
        """Write the whole journal anew, as ``change`` leaves it: to forget."""
        with self._lock, around("journal.write", "rewrite"):
            for _ in range(_TRIES):
                head, etag = self._current()
                self._state, mine = State(), self._state
                result = change(mine)
                if self._replaced(head, etag, self._merged(head, mine, head.version + 1)):
                    return result
        raise JournalError(f"{self.address} is too busy", transient=True)

    # --- the head ----------------------------------------------------------------------------

    def _current(self) -> tuple[Head, str]:
        """The head and its etag, with the state brought up to it."""
        for _ in range(_TRIES):
            found = self._lake.fetch(f"{self._folder}/head.json")
            head, etag = (self._understood(found[0]), found[1]) if found else (Head(), "")
            try:
                self._follow(head)
            except NameMissing:  # somebody made one of many segments meanwhile
                continue
            return head, etag
        raise JournalError(f"{self.address}: a segment is missing", hint="restore it from a copy")

    def _understood(self, content: bytes) -> Head:
        try:
            plain = json.loads(content)
        except ValueError as exc:
            raise JournalError(
                f"{self.address}/head.json is damaged: {exc}",
                hint="nothing in it was changed; put a copy of it back, or start another journal",
            ) from exc
        if plain["format"] > FORMAT:
            raise JournalError(
                f"{self.address} was written by a newer hygge-adls (format {plain['format']})",
                hint="pip install --upgrade hygge-adls",
            )
        return from_plain(plain, Head)

    def _replaced(self, old: Head, etag: str, new: Head) -> bool:
        """Whether the head is ``new`` now; false when somebody else was faster, or perhaps was."""
        torn = f"{self._folder}/{uuid4().hex}.part"
        self._lake.upload(torn, json.dumps(to_plain(new), ensure_ascii=False).encode("utf-8"))
        done = self._lake.replace(torn, f"{self._folder}/head.json", etag=etag)
        if not done:
            self._lake.delete(torn)
        needed = {name for name, _ in new.segments}
        needless = {name for name, _ in old.segments} - needed if done else set()
        for name in sorted(needless):
            self._lake.delete(f"{self._folder}/{name}")
        return done

    # --- segments ----------------------------------------------------------------------------

    def _grown(self, head: Head, transaction: Transaction) -> Head:
        """The head with one more transaction, and with its tail in a segment when it is long."""
        size = len(json.dumps(to_plain(head.tail)))
        if len(head.tail) < HEAD_TRANSACTIONS and size < HEAD_BYTES:
            return evolve(head, tail=[*head.tail, transaction])
        if len(head.segments) >= SEGMENTS:
            merged = self._merged(head, self._state, head.version)
            return evolve(merged, tail=[transaction])
        changes = [(each.version, change) for each in head.tail for change in each.changes]
        segments = [*head.segments, (self._segment(changes), head.version)]
        return Head(segments=segments, settled=_ids(head), tail=[transaction])

    def _merged(self, head: Head, state: State, version: int) -> Head:
        """One segment of all that is known."""
        name = self._segment([(version, change) for change in state.changes()])
        return Head(segments=[(name, version)], settled=_ids(head))

    def _segment(self, changes: list[tuple[int, Change]]) -> str:
        name = f"segment-{changes[-1][0]:020d}-{uuid4().hex[:8]}.parquet"
        with tempfile.TemporaryDirectory(prefix="hygge-") as folder:
            path = Path(folder) / name
            _frame(changes).write_parquet(path)
            self._lake.upload(f"{self._folder}/{name}", path)
        return name

    # --- following ---------------------------------------------------------------------------

    def _follow(self, head: Head) -> None:
        """Take in what is new since the last time; all of it when the tail does not reach back."""
        first = head.tail[0].version if head.tail else head.version + 1
        if head.version < self._state.version or first > self._state.version + 1:
            self._state = State()
            for name, last in head.segments:
                self._take(name)
                self._state.version = last
        for transaction in head.tail:
            if transaction.version > self._state.version:
                for change in transaction.changes:
                    self._state.apply(change)
                self._state.version = transaction.version

    def _take(self, name: str) -> None:
        content = self._lake.read(f"{self._folder}/{name}")
        for (text,) in pl.read_parquet(content).select("change").iter_rows():
            self._state.apply(json.loads(text))


def _ids(head: Head) -> list[str]:
    return [each.id for each in head.tail]


def _frame(changes: list[tuple[int, Change]]) -> pl.DataFrame:
    """Readable by people too: which flow, entity and run a change is about."""
    told = [(version, change["kind"], _about(change), change) for version, change in changes]
    return pl.DataFrame(
        {
            "version": [version for version, *_ in told],
            "kind": [kind for _, kind, *_ in told],
            "about": [about for *_, about, _ in told],
            "change": [json.dumps(change, ensure_ascii=False) for *_, change in told],
        },
        schema={"version": pl.Int64, "kind": pl.String, "about": pl.String, "change": pl.String},
    )


def _about(change: Change) -> str:
    value = change["value"] if isinstance(change["value"], dict) else {}
    named = value.get("flow_name"), value.get("entity")
    key = change["key"]
    return ".".join(map(str, filter(None, named))) or (".".join(key) if key else "")
