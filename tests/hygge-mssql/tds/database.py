"""A database of the double: DuckDB underneath, the catalogue beside it, one writer at a time.

SQL Server locks rows; the double lets one transaction at a time write to a database, and gives
everybody else what was last committed. That is stricter than any isolation level that hygge asks
for: what it can wrongly report is waiting, never a mix.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from . import catalogue
from .bind import macros
from .catalogue import Catalogue
from .errors import deadlock, lock_timeout

if TYPE_CHECKING:
    from .session import Session

_FIRST_ROWVERSION = 2000


class Database:
    """``path`` None: in memory, gone with the server. Counters grow and are never given back."""

    def __init__(self, name: str, path: Path | None = None) -> None:
        self.name = name
        self._durable = path is not None
        self.duck = duckdb.connect(str(path) if path else ":memory:", config={"threads": 1})
        self.duck.execute("SET preserve_insertion_order = true")
        self.snapshot_isolation = True
        self.read_committed_snapshot = False
        self.change_tracking = False
        self.change_version = 0
        self.min_valid: dict[int, int] = {}
        self.rowversion = _FIRST_ROWVERSION
        self.active: dict[int, int] = {}  # spid -> the first rowversion of its transaction
        self.identities: dict[int, int] = {}  # table -> the last value given
        self.catalogue = Catalogue()
        # Held while a commit becomes visible, and while a snapshot is taken: never longer.
        self.moment = threading.Lock()
        self.writer = Writer()
        _functions(self.duck)
        macros.install(self.duck)
        self._load()

    # ------------------------------------------------------------------------- persistence

    def _load(self) -> None:
        self.duck.execute("CREATE TABLE IF NOT EXISTS hygge_double (what VARCHAR, told VARCHAR)")
        # The last of each counts: rows are only ever added, so that no two commits conflict here.
        told = dict(
            self.duck.execute("SELECT what, told FROM hygge_double ORDER BY rowid").fetchall()
        )
        if not told:
            return
        self.catalogue = catalogue.load(told)
        for name, value in json.loads(told["counters"]).items():
            keyed = isinstance(value, dict)
            setattr(self, name, {int(k): v for k, v in value.items()} if keyed else value)

    def counters(self) -> str:
        kept = (
            "rowversion", "identities", "change_version", "change_tracking", "min_valid",
            "snapshot_isolation", "read_committed_snapshot",
        )  # fmt: skip
        return json.dumps({name: getattr(self, name) for name in kept})

    def save(self, cursor: duckdb.DuckDBPyConnection, changed: Catalogue) -> None:
        """Within the transaction that is about to commit: what differs from before, for files."""
        if not self._durable:
            return
        rows = [("counters", self.counters()), *catalogue.changes(self.catalogue, changed)]
        cursor.executemany("INSERT INTO hygge_double VALUES (?, ?)", rows)

    def close(self) -> None:
        self.duck.close()

    # ---------------------------------------------------------------------------- counters

    def take_rowversions(self, spid: int, count: int) -> int:
        """The first of so many new ones."""
        first = self.rowversion + 1
        self.rowversion += count
        self.active.setdefault(spid, first)
        return first

    def min_active(self) -> int:
        """MIN_ACTIVE_ROWVERSION(): the lowest of a transaction under way, or the next one."""
        return min(self.active.values(), default=self.rowversion + 1)


class Writer:
    """Who may write now; the others wait, as long as their LOCK_TIMEOUT lets them."""

    def __init__(self) -> None:
        self.turn = threading.Condition()
        self.owner: Session | None = None

    def take(self, session: Session) -> None:
        """Raises 1222, or 1205 where the owner itself waits for what this session holds."""
        wait(self.turn, session, lambda: self.owner in {None, session}, lambda: {self.owner})
        self.owner = session
        self.turn.release()

    def give(self, session: Session) -> None:
        with self.turn:
            if self.owner is session:
                self.owner = None
                self.turn.notify_all()


def wait(
    turn: threading.Condition,
    session: Session,
    free: Callable[[], bool],
    owners: Callable[[], set[Any]],
    milliseconds: int | None = None,
) -> bool:
    """Wait for a lock and return holding ``turn``; the session's connection is watched meanwhile.

    Raises 1222 after the session's LOCK_TIMEOUT, 1205 in a circle of waiting. With
    ``milliseconds`` of its own it returns whether the lock became free.
    """
    limit = session.lock_timeout if milliseconds is None else milliseconds
    until = None if limit < 0 else time.monotonic() + limit / 1000
    turn.acquire()
    try:
        while not free():
            if until is not None and time.monotonic() >= until:
                if milliseconds is not None:
                    return False
                raise lock_timeout()
            session.waits_for = owners() - {None, session}
            if _circle(session):
                raise deadlock(session.spid)
            turn.wait(0.02 if until is None else min(0.02, max(until - time.monotonic(), 0.001)))
            session.notice()
    except BaseException:
        turn.release()
        raise
    finally:
        session.waits_for = set()
    return True


def _circle(session: Session) -> bool:
    """Whether somebody that this session waits for waits, in the end, for this session."""
    seen: set[Any] = set()
    ahead = set(session.waits_for)
    while ahead:
        other = ahead.pop()
        if other is session:
            return True
        if other not in seen:
            seen.add(other)
            ahead |= other.waits_for
    return False


def _functions(duck: duckdb.DuckDBPyConnection) -> None:
    def bytes_of(text: str, wide: bool) -> bytes:
        return text.encode("utf-16-le") if wide else text.encode("cp1252", "replace")

    duck.create_function("bytes_of", bytes_of, ["VARCHAR", "BOOLEAN"], "BLOB")  # type: ignore[list-item, arg-type]
