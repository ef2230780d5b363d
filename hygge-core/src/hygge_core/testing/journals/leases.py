"""A journal and leases: one owner at a time, epochs that only rise, and owners that died."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.records import now
from hygge_core.testing.journals.place import ENTITY, FLOW, OTHER, OWNER, run
from hygge_core.testing.promises import broken, keep, promised

if TYPE_CHECKING:
    from hygge_core.protocols import Journal
    from hygge_core.records import Lease
    from hygge_core.testing.journals.place import JournalPlace


class JournalLeases:
    """The part of ``JournalContract`` about leases."""

    def test_a_lease_is_held_by_one(self, place: JournalPlace) -> None:
        with place.opened() as one, place.opened() as two:
            lease = one.acquire(FLOW, ENTITY, OWNER)
            keep(lease.owner == OWNER and lease.expires > now(), "a lease names its owner", lease)
            try:
                two.acquire(FLOW, ENTITY, OTHER)
            except LeaseHeld as exc:
                keep(OWNER.name in exc.owner, "LeaseHeld names who holds it", exc.owner)
            else:
                broken("a lease is held by one owner at a time: LeaseHeld for others")
            for again in (one, two):  # two runs of one process, begun in one second
                try:
                    again.acquire(FLOW, ENTITY, OWNER)
                except LeaseHeld:
                    continue
                broken("a lease that is held is given to nobody, who has the same name neither")
            with promised("a lease is of one entity in one flow: of others anybody may have it"):
                two.acquire(FLOW, "lines", OTHER)
                two.acquire("shop", ENTITY, OTHER)
                two.acquire(f"{FLOW}.a", "b", OTHER)
                two.acquire(FLOW, "a.b", OTHER)
            one.release(lease)
            two.acquire(FLOW, ENTITY, OTHER)

    @pytest.mark.parametrize("flow", [FLOW, "shop"])
    def test_epochs_only_rise(self, journal: Journal, flow: str) -> None:
        journal.release(journal.acquire(FLOW, "lines", OWNER))
        epochs = []
        for _ in range(3):
            lease = journal.acquire(flow, ENTITY, OWNER)
            epochs.append(lease.epoch)
            journal.release(lease)
        rising = epochs == [epochs[0], epochs[0] + 1, epochs[0] + 2]
        keep(rising and epochs[0] > 0, "each taking of a lease has the next epoch", epochs)

    def test_a_lease_can_be_renewed(self, journal: Journal) -> None:
        lease = journal.acquire(FLOW, ENTITY, OWNER)
        time.sleep(0.01)
        renewed = journal.renew(lease)
        keep(renewed.epoch == lease.epoch, "renewing keeps the epoch", renewed)
        keep(renewed.expires > lease.expires, "renewing extends the lease", renewed)

    def test_a_lost_lease_is_told(self, journal: Journal) -> None:
        lease = journal.acquire(FLOW, ENTITY, OWNER)
        journal.release(lease)
        journal.release(lease)
        later = journal.acquire(FLOW, ENTITY, OTHER)
        _lost(journal, lease)
        journal.release(lease)
        kept = journal.renew(later)
        keep(kept.epoch == later.epoch, "releasing a lost lease takes nothing from its new owner")

    def test_an_older_epoch_has_lost(self, journal: Journal) -> None:
        lease = journal.acquire(FLOW, ENTITY, OWNER)
        record = run(lease)
        journal.advance(lease, record)
        journal.release(lease)
        journal.acquire(FLOW, ENTITY, OTHER)
        try:
            journal.advance(lease, run(lease))
        except JournalError:
            keep(list(journal.runs()) == [record], "an older epoch records nothing", journal.runs())
            return
        broken("advance() with an older epoch raises JournalError")

    def test_a_dead_owners_lease_is_taken_over(self, place: JournalPlace) -> None:
        with place.process("die") as other:
            told, _ = other.communicate()
        keep(told.strip() == "held", "a process can take the lease", told)
        with place.opened() as journal:
            try:
                lease = journal.acquire(FLOW, ENTITY, OWNER)
            except LeaseHeld as exc:
                if place.subject.short_leases is None:
                    broken("a lease whose owner is provably dead is taken over", exc)
                return
            keep(lease.epoch == 2, "a take-over has the next epoch", lease)

    def test_an_expired_lease_is_taken_over(self, place: JournalPlace) -> None:
        if place.subject.short_leases is None:
            pytest.skip("its subject gives no short_leases")
        table = dict(place.subject.short_leases(place.root))
        with place.opened(table) as paused, place.opened(table) as other:
            lease = paused.acquire(FLOW, ENTITY, OWNER)
            time.sleep(max(0.0, (lease.expires - now()).total_seconds()) + 0.05)
            taken = other.acquire(FLOW, ENTITY, OTHER)
            keep(taken.epoch == lease.epoch + 1, "an expired lease is taken over", taken)
            with pytest.raises(JournalError):
                paused.advance(lease, run(lease))
            _lost(paused, lease)


def _lost(journal: Journal, lease: Lease) -> None:
    """What is told to an owner whose lease somebody else has: hygge tries again what may pass."""
    with pytest.raises(JournalError) as told:
        journal.renew(lease)
    keep(not told.value.transient, "a lease that is lost is not lost for a moment", told.value)
