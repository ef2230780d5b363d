"""Many tiny tables in one process: what it holds, and what each costs, as their number grows.

``python scale_steps.py PROJECT CONCURRENCY`` runs the project and prints JSON: a list of
``[entities finished, seconds, CPU seconds, resident bytes, open files]``, one for each tenth.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from hygge_core import config, plugins
from hygge_core.engine.coordinator import Coordinator
from hygge_core.events import EntityFinished, Event

_TENTHS = 10


class Watch:
    """Looks at the process whenever another tenth of the entities is through."""

    def __init__(self, entities: int) -> None:
        self._each = max(1, entities // _TENTHS)
        self._finished = 0
        self._began = time.perf_counter()
        self.seen: list[tuple[int, float, float, int, int]] = []

    def __call__(self, event: Event) -> None:
        if isinstance(event, EntityFinished):
            self._finished += 1
            if event.result["outcome"] != "complete":
                raise SystemExit(json.dumps(event.result))
            if self._finished % self._each == 0:
                self.seen.append(self._now())

    def _now(self) -> tuple[int, float, float, int, int]:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return (
            self._finished,
            time.perf_counter() - self._began,
            time.process_time(),
            pages * os.sysconf("SC_PAGE_SIZE"),
            len(os.listdir("/proc/self/fd")),
        )


def main(root: Path, concurrency: int) -> None:
    """See the module's docstring."""
    installed = plugins.load()
    project = config.load(start=root, plugins=installed)
    watch = Watch(len(project.entities))
    Coordinator(project, installed, watch).run(project.entities, concurrency=concurrency)
    sys.stdout.write(json.dumps(watch.seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
