"""Kernel locks on local files: freed by the kernel when their process dies, however it dies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from portalocker import AlreadyLocked, Lock, LockException

from hygge_core.errors import LeaseHeld, StoreError
from hygge_core.files.disk.border import speaking

_PATIENCE_SECONDS = 30.0
_LOOK_SECONDS = 0.05


@contextmanager
def held(path: Path, owner: str) -> Iterator[None]:
    """Hold the lock file ``path`` at once, or raise ``LeaseHeld`` naming who does.

    The owner's text lies beside it, for the others to name; it says nothing by itself. Neither
    file is ever used for recovery, and the lock file stays: removing it could split its waiters.
    """
    said = path.with_suffix(".owner")
    lock = _locked(path, 0)
    if lock is None:
        holder = _read(said)
        raise LeaseHeld(
            f"{path.stem} is being moved right now by {holder}",
            owner=holder,
            hint="wait until it is through; a killed one frees its lock by itself",
        )
    try:
        with speaking(said):
            said.write_text(owner, encoding="utf-8")
        yield
        with speaking(said):
            said.unlink(missing_ok=True)
    finally:
        lock.release()


@contextmanager
def waited(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``, waiting for others that look and swap."""
    lock = _locked(path, _PATIENCE_SECONDS)
    if lock is None:
        raise StoreError(
            f"{path}: somebody else has been publishing here for {_PATIENCE_SECONDS:.0f} s",
            transient=True,
        )
    try:
        yield
    finally:
        lock.release()


def _locked(path: Path, seconds: float) -> Lock[IO[bytes]] | None:
    """The lock, held; ``None`` when somebody else still holds it after ``seconds``."""
    lock = Lock(path, "ab", timeout=seconds, check_interval=_LOOK_SECONDS)
    with speaking(path):
        try:
            lock.acquire()
        except AlreadyLocked:
            return None
        except LockException as exc:
            raise StoreError(
                f"{path} cannot be locked: {exc}",
                hint="put the destination on a file system that knows locks (flock)",
            ) from exc
    return lock


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") or "somebody else"
    except OSError:
        return "somebody else"
