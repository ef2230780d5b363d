"""Leases: the right to move one entity, as a row with an epoch, an owner and an end.

A lake has no locks that die with their holder. A lease is taken over when it has ended, or when its
owner is on this host and provably dead: what a process's number proves, it proves where processes
are numbered together, and not to another container. Whoever was only paused loses by its epoch in
the next transaction that it tries. Ends are told by the holder's clock: hosts should agree to some
seconds.
"""

from __future__ import annotations

import os
from datetime import timedelta
from functools import cache
from pathlib import Path

from attrs import evolve

from hygge_adls.journal.state import Held, Key, State
from hygge_core.errors import LeaseHeld
from hygge_core.leasing import demand_lease
from hygge_core.records import Lease, Owner, name_of, now

#: The takings whose leases this process holds: any other one of its own is nobody's.
takings: set[str] = set()


def taken(state: State, key: Key, owner: Owner, life: timedelta, taking: str) -> Held:
    """The lease with the next epoch. Raises ``LeaseHeld`` naming the owner."""
    held = state.leases.get(key)
    if held is not None and held.expires > now() and not _free(held, owner):
        raise LeaseHeld(
            f"{name_of(*key)} is being moved by {held.owner}",
            owner=str(held.owner),
            hint=f"wait until it has finished; if it died, until {held.expires:%H:%M:%S} UTC",
        )
    epoch = held.epoch if held else 0
    return Held(
        epoch=epoch + 1, owner=owner, expires=now() + life, taking=taking, among=numbered_among()
    )


def _free(held: Held, asking: Owner) -> bool:
    """Whether nobody has it, or its owner is known to be gone; what cannot be known is no."""
    owner = held.owner
    if owner is None:
        return True
    if held.among != numbered_among():
        return False
    if owner == asking or (owner.host, owner.pid) == (os.uname().nodename, os.getpid()):
        return held.taking not in takings
    return owner.host == os.uname().nodename and not _lives(owner.pid)


@cache
def numbered_among() -> str:
    """Which processes this one is numbered among: of this boot, and of this container.

    Empty where the system does not tell; there, a host's name says which processes those are.
    """
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        return f"{boot} {Path('/proc/self/ns/pid').readlink()}"
    except OSError:
        return ""


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is there, and somebody else's
        return True
    return True


def demanded(state: State, lease: Lease) -> Held:
    """The lease as it is recorded. Raises ``JournalError`` unless ``lease`` is the current one."""
    return demand_lease(lease, state.leases.get((lease.flow, lease.entity)))


def extended(state: State, lease: Lease, life: timedelta) -> Held:
    """The lease with a new end."""
    return evolve(demanded(state, lease), expires=now() + life)
