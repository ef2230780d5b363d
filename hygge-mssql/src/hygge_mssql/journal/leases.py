"""Leases: the right to move one entity, as a row with an epoch, by the server's clock.

Beside the row, its owner's session holds a lock that the server frees when the session ends,
however it ends; :mod:`hygge_core.leasing` says what it proves.
"""

from __future__ import annotations

from datetime import timedelta

from attrs import evolve

from hygge_core.jsons import from_json, to_json
from hygge_core.leasing import Recorded, demand_lease, next_epoch
from hygge_core.records import Lease, Owner, now
from hygge_mssql.journal.schema import Places
from hygge_mssql.server.session import Session
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
    recorded = _recorded(session, places, flow, entity)
    epoch = next_epoch(flow, entity, recorded or Recorded(), locked=locked)
    lease = Lease(flow=flow, entity=entity, owner=owner, epoch=epoch, expires=now() + life)
    told = (lease.epoch, to_json(owner), int(locked), _milliseconds(life))
    if recorded is None:
        session.execute(say.FIRST_LEASE.with_(leases=leases), flow, entity, *told)
    else:
        session.execute(say.TAKE_LEASE.with_(leases=leases), *told, flow, entity)
    return lease


def demand(session: Session, places: Places, lease: Lease) -> None:
    """Raise ``JournalError`` unless ``lease`` is the current one."""
    demand_lease(lease, _recorded(session, places, lease.flow, lease.entity))


def _recorded(session: Session, places: Places, flow: str, entity: str) -> Recorded | None:
    """The row, kept from others until the transaction ends; ``None`` where there is none."""
    found = session.one(say.LEASE.with_(leases=places["leases"]), flow, entity)
    if found is None:
        return None
    epoch, owner, locked, expired = found
    return Recorded(
        epoch=int(epoch),
        owner=from_json(owner, Owner) if owner else None,
        locked=bool(locked),
        expired=bool(expired),
    )


def extend(
    session: Session, places: Places, lease: Lease, *, locked: bool, life: timedelta
) -> Lease:
    """``lease`` with a new expiry; ``locked``: its session's lock is held by now."""
    demand(session, places, lease)
    expires = now() + life  # before the server counts it: who holds it never believes in it longer
    session.execute(
        say.RENEW_LEASE.with_(leases=places["leases"]),
        int(locked),
        _milliseconds(life),
        lease.flow,
        lease.entity,
        lease.epoch,
    )
    return evolve(lease, expires=expires)


def give_back(session: Session, places: Places, lease: Lease) -> None:
    """Free the row, but keep its epoch: epochs never fall."""
    give = say.GIVE_LEASE.with_(leases=places["leases"])
    session.execute(give, lease.flow, lease.entity, lease.epoch)


def _milliseconds(life: timedelta) -> int:
    return round(life.total_seconds() * 1000)
