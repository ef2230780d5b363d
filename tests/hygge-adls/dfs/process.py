"""``DfsProcess``: the same server in a process of its own, which a test may kill."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Self


class DfsProcess:
    """``with DfsProcess("--filesystem", "lake") as server:``; it holds nothing after its end."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self.url = ""
        self.credential: dict[str, str] = {}

    def __enter__(self) -> Self:
        above = Path(__file__).resolve().parents[1]
        found = os.pathsep.join(map(str, (above, above.parent / "doubles")))
        self._process = subprocess.Popen(
            [sys.executable, "-m", __package__ or "dfs", *self._arguments],
            env={**os.environ, "PYTHONPATH": found},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        told = json.loads(self._process.stdout.readline())
        self.url = told.pop("url")
        self.credential = told
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.communicate()

    def kill(self) -> None:
        """SIGKILL, and wait until the kernel has closed its sockets."""
        self._process.kill()
        self._process.wait()
