"""What the stranger's store stumbles over by itself: Ctrl-C, and a process that stands still."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import Any


def interrupts_its_own_commit(step: str, batch: Any, scene: Any) -> None:
    """Ctrl-C, at the worst moment."""
    if step == "commit":
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.2)


_RENEWING = threading.Lock()


def pauses(step: str, batch: Any, scene: Any) -> None:
    """The whole process is stopped at the step that it is told, until somebody lets it go on."""
    wanted = os.environ.get("STRANGER_PAUSES_AT")
    if wanted and step == "begin":
        _renew_alone()
    elif wanted == step:
        with _RENEWING:
            os.kill(os.getpid(), signal.SIGSTOP)
            time.sleep(0.2)  # this thread may go on for a moment before all of them stand still


def _renew_alone() -> None:
    """Let no renewal of the lease be under way when the process is stopped.

    SQLite's lock would be held for as long as the process stands still, and all others would wait
    for that and not for the lease.
    """
    from hygge_journal_sqlite.journal.journal import SqliteJournal

    renew = SqliteJournal.renew

    def renewed(self: Any, lease: Any) -> Any:
        with _RENEWING:
            return renew(self, lease)

    SqliteJournal.renew = renewed  # type: ignore[method-assign]
