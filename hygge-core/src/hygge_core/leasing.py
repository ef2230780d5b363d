"""Who may take a lease, and who has lost one: for every journal, whoever wrote it.

A journal keeps, for each entity, the epoch of its last lease, who has it, and until when. Where it
can, it keeps a lock beside it that ends with the process that holds it, however it ends. A lock
that can be had proves that whoever had it is gone, so their lease is taken over at once. One that
cannot be had, beside a lease that has expired, means an owner that was paused: the lease is taken
over without the lock, and the paused owner loses by its epoch in the next transaction it tries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

from attrs import frozen

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.records import name_of

if TYPE_CHECKING:
    from hygge_core.records import Lease, Owner


class Kept(Protocol):
    """What any record of a lease says; ``owner`` is ``None`` when it was given back."""

    @property
    def epoch(self) -> int: ...

    @property
    def owner(self) -> Owner | None: ...


K = TypeVar("K", bound=Kept)


@frozen(kw_only=True)
class Recorded:
    """A lease as a journal has it; as it is made here it is of an entity that never had one.

    ``owner`` is ``None`` when it was given back; ``locked``: its owner had the lock beside it.
    """

    epoch: int = 0
    owner: Owner | None = None
    locked: bool = False
    expired: bool = False


def next_epoch(flow: str, entity: str, recorded: Recorded, *, locked: bool) -> int:
    """The epoch of whoever takes the lease now. ``locked``: they had the lock beside it.

    Raises ``LeaseHeld`` naming the owner.
    """
    owner = recorded.owner
    # A lock that is free says nothing of an owner that never had it.
    gone = locked and (owner is None or recorded.locked)
    if not gone and (owner is None or not recorded.expired):
        name = str(owner or "a process that is just taking it")
        raise LeaseHeld(
            f"{name_of(flow, entity)} is being moved by {name}",
            owner=name,
            hint="wait until it has finished; an owner that died is replaced by itself",
        )
    return recorded.epoch + 1


def demand_lease(lease: Lease, recorded: K | None) -> K:
    """What is recorded. Raises ``JournalError`` unless it is ``lease``, and was not given back."""
    if recorded and recorded.epoch == lease.epoch and recorded.owner is not None:
        return recorded
    found = recorded or Recorded()
    taker = f"taken over by {found.owner}" if found.owner else "given back"
    raise JournalError(
        f"the lease on {name_of(lease.flow, lease.entity)} was lost: epoch {lease.epoch} was"
        f" {taker} (epoch {found.epoch})",
        hint="nothing was recorded; this process was paused for too long, the other one goes on",
    )


__all__ = ["Kept", "Recorded", "demand_lease", "next_epoch"]
