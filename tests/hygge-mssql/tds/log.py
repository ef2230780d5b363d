"""What the server was asked, in order: tests assert on the exact SQL."""

from __future__ import annotations

import threading
import time
from typing import Any

from attrs import define, field


@define
class Entry:
    """``kind``: login, batch, call, bulk, transaction, attention, reset or gone.

    ``sql`` is the text as it was sent; ``values`` the parameters of a call, by name. ``error`` is
    the number of the first error that was answered.
    """

    spid: int
    kind: str
    sql: str = ""
    values: dict[str, Any] = field(factory=dict)
    program: str = ""
    at: float = field(factory=time.monotonic)
    seconds: float = 0.0
    error: int | None = None
    rows: int | None = None


class Log:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> Entry:
        with self._lock:
            self._entries.append(entry)
        return entry

    @property
    def entries(self) -> list[Entry]:
        with self._lock:
            return list(self._entries)

    @property
    def statements(self) -> list[str]:
        """The text of every batch, call and bulk load."""
        return [entry.sql for entry in self.entries if entry.kind in {"batch", "call", "bulk"}]

    def containing(self, part: str) -> list[Entry]:
        return [entry for entry in self.entries if part.lower() in entry.sql.lower()]

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
