"""What the kit's other processes do with a journal: record, hold a lease, or die with it.

Run as ``python journal_process.py MODULE OPENED ROOT VERB [WORD]``.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from hygge_core.engine.world import World
from hygge_core.files import plugin as files
from hygge_core.jsons import from_json
from hygge_core.plugins import Plugins
from hygge_core.records import Opened
from hygge_core.testing import memory_journal
from hygge_core.testing.journal_place import ENTITY, FLOW, OTHER, event

if TYPE_CHECKING:
    from hygge_core.protocols import Journal


def record(journal: Journal, name: str) -> None:
    """Record twenty events."""
    for number in range(20):
        journal.record_event(event(run_id=f"{name}-{number}"))


def die(journal: Journal) -> None:
    """Take the lease, and end without giving it back."""
    journal.acquire(FLOW, ENTITY, OTHER)
    sys.stdout.write("held\n")
    sys.stdout.flush()
    os._exit(9)


def main(module: str, opened: str, root: str, verb: str, *words: str) -> None:
    plugins = Plugins.of(*dict.fromkeys((files, memory_journal, import_module(module))))
    with World(plugins, root=Path(root)) as world:
        journal = world.journal(from_json(opened, Opened))
        if verb == "die":
            die(journal)
        record(journal, *words)


if __name__ == "__main__":
    main(*sys.argv[1:])
