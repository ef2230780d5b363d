"""Leases: the right to move one entity, as a row with an epoch and a kernel lock beside it.

The lock is held for as long as the lease is. One that can be had proves that the process that held
it is dead, so its lease is taken over at once. One that cannot be had, beside a lease that has
expired, means an owner that was paused: the lease is taken over without the lock, and the paused
owner loses by its epoch in the next transaction that it tries.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from attrs import evolve

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.journal_rows import stamp
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Lease, Owner, now


def take(
    connection: sqlite3.Connection,
    flow: str,
    entity: str,
    owner: Owner,
    *,
    locked: bool,
    life: timedelta,
) -> Lease:
    """Write the lease with the next epoch. ``locked``: the kernel lock was had.

    Raises ``LeaseHeld`` naming the owner.
    """
    found = connection.execute(
        "SELECT epoch, owner, kernel_lock, expires FROM leases WHERE flow = ? AND entity = ?",
        (flow, entity),
    ).fetchone()
    epoch, holder, holder_locked, expires = found or (0, None, 0, "")
    started = now()
    # A lock that is free says nothing of an owner that never had it.
    dead = locked and (holder is None or holder_locked)
    if not dead and not (holder is not None and expires < stamp(started)):
        name = str(from_json(holder, Owner)) if holder else "a process that is just taking it"
        raise LeaseHeld(
            f"{flow}.{entity} is being moved by {name}",
            owner=name,
            hint="wait until it has finished; an owner that died is replaced by itself",
        )
    lease = Lease(flow=flow, entity=entity, owner=owner, epoch=epoch + 1, expires=started + life)
    connection.execute(
        "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)",
        (flow, entity, lease.epoch, to_json(owner), locked, stamp(lease.expires)),
    )
    return lease


def demand(connection: sqlite3.Connection, lease: Lease) -> None:
    """Raise ``JournalError`` unless ``lease`` is the current one."""
    found = connection.execute(
        "SELECT epoch, owner FROM leases WHERE flow = ? AND entity = ?", (lease.flow, lease.entity)
    ).fetchone()
    epoch, holder = found or (0, None)
    if epoch == lease.epoch and holder is not None:
        return
    taker = f"taken over by {from_json(holder, Owner)}" if holder else "given back"
    raise JournalError(
        f"the lease on {lease.flow}.{lease.entity} was lost: epoch {lease.epoch} was {taker}"
        f" (epoch {epoch})",
        hint="nothing was recorded; this process was paused for too long, the other one goes on",
    )


def extend(connection: sqlite3.Connection, lease: Lease, *, locked: bool, life: timedelta) -> Lease:
    """``lease`` with a new expiry; ``locked``: its kernel lock is held by now."""
    demand(connection, lease)
    expires: datetime = now() + life
    connection.execute(
        "UPDATE leases SET expires = ?, kernel_lock = ? WHERE flow = ? AND entity = ?",
        (stamp(expires), locked, lease.flow, lease.entity),
    )
    return evolve(lease, expires=expires)


def give_back(connection: sqlite3.Connection, lease: Lease) -> None:
    """Free the row, but keep its epoch: epochs never fall."""
    connection.execute(
        "UPDATE leases SET owner = NULL, kernel_lock = 0"
        " WHERE flow = ? AND entity = ? AND epoch = ?",
        (lease.flow, lease.entity, lease.epoch),
    )
