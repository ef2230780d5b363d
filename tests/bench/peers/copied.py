"""The bytes alone: files copied by the system, then synced with their folders."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from asked import asked


def sync(path: Path) -> None:
    """What ``path`` holds is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


if __name__ == "__main__":
    said = asked()
    shutil.copytree(said.source, said.target, dirs_exist_ok=True)
    for path in [*said.target.rglob("*"), said.target]:
        sync(path)
