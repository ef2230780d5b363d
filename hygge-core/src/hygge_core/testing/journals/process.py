"""What the kit's other processes do with a journal: share it, or die with a lease of it.

Its words are the verb and, where it shares, a name.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from attrs import evolve

from hygge_core.errors import LeaseHeld
from hygge_core.testing.another import opening
from hygge_core.testing.journals.place import ENTITY, FLOW, OTHER, OWNER, event

if TYPE_CHECKING:
    from hygge_core.protocols import Journal


#: What the processes that share a journal race for.
RACED = tuple(f"raced-{number}" for number in range(20))


def take_part(journal: Journal, name: str, start: float) -> list[str]:
    """Race for twenty leases, with an event after each; the entities whose leases were won.

    All begin at ``start``: verbs may be quicker than a process is woken. An event is written by
    those who lost, too, so nobody runs ahead.
    """
    won = []
    time.sleep(max(0.0, start - time.time()))
    for entity in RACED:
        if wins(journal, entity, name):
            won.append(entity)
        journal.record_event(event(run_id=f"{name}-{entity}"))
    return won


def wins(journal: Journal, entity: str, name: str) -> bool:
    """Take the lease, unless somebody has it."""
    try:
        journal.acquire(FLOW, entity, evolve(OWNER, pid=os.getpid(), name=name))
    except LeaseHeld:
        return False
    return True


def share(journal: Journal, name: str) -> None:
    """Take part when a line says when; what was won is told, and kept until no more can come."""
    say("ready")
    start = float(sys.stdin.readline())
    say(" ".join(take_part(journal, name, start)))
    sys.stdin.read()


def die(journal: Journal) -> None:
    """Take the lease, and end without giving it back."""
    journal.acquire(FLOW, ENTITY, OTHER)
    say("held")
    os._exit(9)


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(modules: str, opened: str, root: str, verb: str, *words: str) -> None:
    with opening(modules, opened, root) as (world, named):
        journal = world.journal(named)
        if verb == "die":
            die(journal)
        share(journal, *words)


if __name__ == "__main__":
    main(*sys.argv[1:])
