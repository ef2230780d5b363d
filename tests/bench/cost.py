"""What a child process costs, by the operating system's own account of it.

On Linux a child's peak begins with the memory of the process that starts it. Whoever measures
therefore stays small: nothing that runs in this process imports polars, pyarrow or a peer.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from attrs import frozen

_PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
_LAST_WORDS = 2000
#: Nobody's modules are compiled anew at each start, whatever this shell thinks of caches.
_LEFT_OUT = {"PYTHONDONTWRITEBYTECODE"}


class ChildFailed(Exception):
    """A child ended badly; its last words are in the text."""


@frozen(kw_only=True)
class Cost:
    """``wall`` and ``cpu`` (user + system, its own children included) in seconds, ``peak`` RSS in
    bytes, ``written`` bytes on disk where somebody looked."""

    wall: float
    cpu: float
    peak: int
    written: int = 0


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    longest_seconds: float = 3600,
) -> tuple[Cost, str]:
    """Run ``command``; its cost and its output. Raises ``ChildFailed``, also for one that hangs."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        words = [str(word) for word in command]
        began = time.perf_counter()
        child = subprocess.Popen(
            words,
            cwd=cwd,
            env={k: v for k, v in os.environ.items() if k not in _LEFT_OUT} | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        giving_up = threading.Timer(longest_seconds, child.kill)
        giving_up.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            child.kill()
            child.wait()
            raise
        finally:
            giving_up.cancel()
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            last = f"{_all(out)}{_all(err)}"[-_LAST_WORDS:]
            if wall >= longest_seconds:
                last = f"it had not ended after {longest_seconds:,.0f} s\n{last}"
            raise ChildFailed(f"{' '.join(words)}: exit {child.returncode}: {last}")
        cost = Cost(
            wall=wall,
            cpu=usage.ru_utime + usage.ru_stime,
            peak=usage.ru_maxrss * _PEAK_UNIT,
        )
        return cost, _all(out)


def size_of(path: Path) -> int:
    """The bytes of all files below ``path``."""
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())


def _all(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")
