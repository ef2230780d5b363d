"""Leases: the right to move one entity, as a row with an epoch and a kernel lock beside it.

The lock is held for as long as the lease is; :mod:`hygge_core.leasing` says what it proves.
"""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from attrs import evolve

from hygge_core.journal_rows import stamp
from hygge_core.jsons import from_json, to_json
from hygge_core.leasing import Recorded, demand_lease, next_epoch
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
    epoch = next_epoch(flow, entity, _recorded(connection, flow, entity), locked=locked)
    lease = Lease(flow=flow, entity=entity, owner=owner, epoch=epoch, expires=now() + life)
    connection.execute(
        "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?, ?, ?)",
        (flow, entity, lease.epoch, to_json(owner), locked, stamp(lease.expires)),
    )
    return lease


def demand(connection: sqlite3.Connection, lease: Lease) -> None:
    """Raise ``JournalError`` unless ``lease`` is the current one."""
    demand_lease(lease, _recorded(connection, lease.flow, lease.entity))


def _recorded(connection: sqlite3.Connection, flow: str, entity: str) -> Recorded:
    found = connection.execute(
        "SELECT epoch, owner, kernel_lock, expires FROM leases WHERE flow = ? AND entity = ?",
        (flow, entity),
    ).fetchone()
    if found is None:
        return Recorded()
    epoch, owner, locked, expires = found
    return Recorded(
        epoch=epoch,
        owner=from_json(owner, Owner) if owner else None,
        locked=bool(locked),
        expired=expires < stamp(now()),
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
