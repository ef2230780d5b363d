"""Who may take a lease and who has lost one stands in one place, and every journal asks there."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from attrs import evolve

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.leasing import Recorded, demand_lease, next_epoch
from hygge_core.records import Lease, Owner, now

ROOT = Path(__file__).resolve().parents[2]
OWNER = Owner(host="here", pid=7, started="noon", name="contoso")
LEASE = Lease(flow="shop", entity="orders", owner=OWNER, epoch=3, expires=now())


def taken(recorded: Recorded, *, locked: bool) -> int | None:
    try:
        return next_epoch("shop", "orders", recorded, locked=locked)
    except LeaseHeld:
        return None


def test_the_first_lease_is_for_who_has_the_lock() -> None:
    assert taken(Recorded(), locked=True) == 1
    assert taken(Recorded(), locked=False) is None


def test_one_that_was_given_back_is_for_who_has_the_lock_too() -> None:
    free = Recorded(epoch=3, expired=True)
    assert taken(free, locked=True) == 4
    assert taken(free, locked=False) is None


def test_a_lease_is_taken_over_when_it_has_expired_or_its_owner_is_proved_dead() -> None:
    for theirs, ours, expired in product((True, False), repeat=3):
        recorded = Recorded(epoch=3, owner=OWNER, locked=theirs, expired=expired)
        proved_dead = theirs and ours
        assert taken(recorded, locked=ours) == (4 if expired or proved_dead else None)


def test_who_is_refused_is_told_by_whom() -> None:
    with pytest.raises(LeaseHeld, match=r"shop\.orders is being moved by contoso \(pid 7") as held:
        next_epoch("shop", "orders", Recorded(epoch=1, owner=OWNER, locked=True), locked=False)
    assert held.value.owner == str(OWNER)
    with pytest.raises(LeaseHeld, match=r"^shop is being moved by a process that is just"):
        next_epoch("shop", "shop", Recorded(), locked=False)


def test_a_lease_is_lost_to_a_later_epoch_and_when_it_was_given_back() -> None:
    current = Recorded(epoch=3, owner=OWNER)
    demand_lease(LEASE, current)
    with pytest.raises(JournalError, match=r"taken over by contoso .* \(epoch 4\)"):
        demand_lease(LEASE, evolve(current, epoch=4))
    for gone in (evolve(current, owner=None), None):
        with pytest.raises(JournalError, match=r"shop\.orders was lost: epoch 3 was given back"):
            demand_lease(LEASE, gone)


def test_no_journal_says_it_in_words_of_its_own() -> None:
    words = re.compile(r"was lost: epoch|that is just taking it")
    sources = ROOT.glob("hygge-*/src/**/*.py")
    assert [path.name for path in sources if words.search(path.read_text("utf-8"))] == [
        "leasing.py"
    ]
