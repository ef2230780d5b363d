"""Kernel locks, one file per thing that only one process may do at a time.

The kernel frees them when their process dies, however it dies: a lock that can be had is the proof
that its former owner is gone.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import IO

from portalocker import AlreadyLocked, Lock, LockException

from hygge_core.errors import FlowError
from hygge_journal_sqlite.border import speaking_hygge
from hygge_journal_sqlite.ground import make_folder


def lock_folder(path: Path) -> Path:
    """Where the locks of the database at ``path`` are: beside it."""
    return path.with_name(path.name + ".locks")


def lock_file(path: Path, *names: str) -> Path:
    """The lock file for ``names``, whatever characters are in them."""
    digest = sha256("\0".join(names).encode("utf-8", "surrogatepass")).hexdigest()
    return lock_folder(path) / f"{digest[:32]}.lock"


def grab(file: Path, raising: type[FlowError]) -> Lock[IO[bytes]] | None:
    """The lock, held; ``None`` when somebody else, or somebody else in this process, holds it."""
    make_folder(file.parent, raising)
    lock = Lock(file, "ab", timeout=0)
    with speaking_hygge(raising, file):
        try:
            lock.acquire()
        except AlreadyLocked:
            return None
        except LockException as exc:
            raise raising(f"the lock file {file} cannot be used: {exc}") from exc
    return lock
