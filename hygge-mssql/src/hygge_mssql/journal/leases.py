"""Leases: the right to move one entity, as a row with an epoch, by the server's clock.

Beside the row, its owner's session holds a lock that the server frees when the session ends,
however it ends: a lock that can be had proves that whoever had it is gone, so their lease is taken
over at once. One that cannot be had, beside a lease that has expired, means an owner that was
paused: the lease is taken over without the lock, and the paused owner loses by its epoch.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.jsons import from_json, to_json
from hygge_core.records import Lease, Owner, name_of, now
from hygge_mssql.journal.schema import Places
from hygge_mssql.session import Session
from hygge_mssql.statements import journal as say


def take(
    session: Session,
    places: Places,
    flow: str,
    entity: str,
    owner: Owner,
    *,
    locked: bool,
    life: timedelta,
) -> Lease:
    """Write the lease with the next epoch. ``locked``: the session's lock was had.

    Raises ``LeaseHeld`` naming the owner.
    """
    leases = places["leases"]
    found = session.one(say.LEASE.with_(leases=leases), flow, entity)
    epoch, holder, holder_locked, expired = found or (0, None, 0, 0)
    # A lock that is free says nothing of an owner that never had it.
    dead = locked and (holder is None or holder_locked)
    if not dead and not (holder is not None and expired):
        name = str(from_json(holder, Owner)) if holder else "a process that is just taking it"
        raise LeaseHeld(
            f"{name_of(flow, entity)} is being moved by {name}",
            owner=name,
            hint="wait until it has finished; an owner that died is replaced by itself",
        )
    lease = Lease(flow=flow, entity=entity, owner=owner, epoch=int(epoch) + 1, expires=now() + life)
    told = (lease.epoch, to_json(owner), int(locked), _milliseconds(life))
    if found is None:
        session.execute(say.FIRST_LEASE.with_(leases=leases), flow, entity, *told)
    else:
        session.execute(say.TAKE_LEASE.with_(leases=leases), *told, flow, entity)
    return lease


def demand(session: Session, places: Places, lease: Lease) -> None:
    """Raise ``JournalError`` unless ``lease`` is the current one."""
    found = session.one(say.LEASE.with_(leases=places["leases"]), lease.flow, lease.entity)
    epoch, holder, _, _ = found or (0, None, 0, 0)
    if epoch == lease.epoch and holder is not None:
        return
    taker = f"taken over by {from_json(holder, Owner)}" if holder else "given back"
    raise JournalError(
        f"the lease on {name_of(lease.flow, lease.entity)} was lost: epoch {lease.epoch} was"
        f" {taker} (epoch {epoch})",
        hint="nothing was recorded; this process was paused for too long, the other one goes on",
    )


def extend(
    session: Session, places: Places, lease: Lease, *, locked: bool, life: timedelta
) -> Lease:
    """``lease`` with a new expiry; ``locked``: its session's lock is held by now."""
    demand(session, places, lease)
    session.execute(
        say.RENEW_LEASE.with_(leases=places["leases"]),
        int(locked),
        _milliseconds(life),
        lease.flow,
        lease.entity,
        lease.epoch,
    )
    return evolve(lease, expires=now() + life)


def give_back(session: Session, places: Places, lease: Lease) -> None:
    """Free the row, but keep its epoch: epochs never fall."""
    give = say.GIVE_LEASE.with_(leases=places["leases"])
    session.execute(give, lease.flow, lease.entity, lease.epoch)


def _milliseconds(life: timedelta) -> int:
    return round(life.total_seconds() * 1000)
