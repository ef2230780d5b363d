"""Leases: one owner at a time, whoever dies or sleeps."""

import time
from datetime import timedelta

import pytest
from attrs import evolve

from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.records import Owner, now
from hygge_core.scene import Scene
from hygge_journal_sqlite.journal.journal import open_journal
from hygge_journal_sqlite.settings import SqliteJournalConfig

HOLDER = """
import sys, time
from pathlib import Path
from hygge_core.records import Owner
from hygge_core.scene import Scene
from hygge_journal_sqlite.settings import SqliteJournalConfig
from hygge_journal_sqlite.journal.journal import open_journal
config = SqliteJournalConfig(path=Path(sys.argv[1]), lease_seconds=float(sys.argv[2]))
owner = Owner(host="there", pid=77, started="noon", name="other")
with open_journal(config, Scene()) as journal:
    lease = journal.acquire("sales", "orders", owner)
    print(lease.epoch, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def take(make):
    return lambda journal, **given: journal.acquire(
        make.flow, make.entity, evolve(make.owner, **given)
    )


def test_an_entity_has_one_owner_and_the_other_is_told_who(opened, take):
    first, second = opened(), opened()
    take(first)
    with pytest.raises(LeaseHeld, match=r"sales.orders is being moved by contoso \(pid 1") as held:
        take(second)
    assert held.value.transient
    assert held.value.owner == "contoso (pid 1 on here, started 2013-01-01T00:00:00)"


def test_the_same_process_cannot_have_it_twice(journal, take):
    take(journal)
    with pytest.raises(LeaseHeld):
        take(journal)


def test_other_entities_and_flows_are_not_held(journal, take, make):
    take(journal)
    assert journal.acquire(make.flow, "lines", make.owner).epoch == 1
    assert journal.acquire("stock", make.entity, make.owner).epoch == 1


def test_each_taking_raises_the_epoch(journal, take):
    epochs = []
    for _ in range(3):
        lease = take(journal)
        epochs.append(lease.epoch)
        journal.release(lease)
    assert epochs == [1, 2, 3]


def test_renewing_extends_the_lease(opened, take):
    journal = opened(lease_seconds=30.0)
    lease = take(journal)
    time.sleep(0.01)
    renewed = journal.renew(lease)
    assert renewed.epoch == lease.epoch
    assert lease.expires < renewed.expires < now() + timedelta(seconds=31)


def test_a_lease_that_was_given_back_records_nothing_more(journal, take, make):
    lease = take(journal)
    journal.release(lease)
    journal.release(lease)
    with pytest.raises(JournalError, match="was given back"):
        journal.advance(lease, make.run(), event=make.event())
    with pytest.raises(JournalError, match="was given back"):
        journal.renew(lease)
    assert journal.events() == []


def test_the_lease_of_a_killed_owner_is_taken_over_at_once(path, python, opened, take):
    owner = python(HOLDER, path, 600)
    assert owner.stdout.readline() == "1\n"
    journal = opened()
    with pytest.raises(LeaseHeld, match=r"other \(pid 77 on there"):
        take(journal)
    owner.kill()
    owner.wait()
    assert take(journal).epoch == 2


def test_a_paused_owner_is_replaced_when_its_lease_expires_and_then_loses(opened, take, make):
    paused, other = opened(lease_seconds=0.1), opened(lease_seconds=60.0)
    old = take(paused, name="paused")
    paused.advance(old, make.run())
    time.sleep(0.15)
    new = take(other, name="other")
    assert new.epoch == old.epoch + 1
    for verb in (
        lambda: paused.advance(old, make.run(state="decided"), event=make.event()),
        lambda: paused.renew(old),
    ):
        with pytest.raises(JournalError, match=r"epoch 1 was taken over by other \(pid 1"):
            verb()
    other.advance(new, make.run(state="rolled_back"))
    paused.release(old)
    with pytest.raises(LeaseHeld, match="other"):
        take(paused)
    assert other.events() == []


def test_the_death_of_a_paused_owner_does_not_free_the_lease_of_its_successor(
    path, python, opened, take
):
    owner = python(HOLDER, path, 0.1)
    owner.stdout.readline()
    time.sleep(0.15)
    successor = opened()
    lease = take(successor, name="successor")
    owner.kill()
    owner.wait()
    with pytest.raises(LeaseHeld, match="successor"):
        take(opened())
    # From the next renewal on it has the kernel lock too: if it dies, nobody has to wait.
    successor.renew(lease)
    successor.let_go()
    assert take(opened()).epoch == lease.epoch + 1


def test_an_expired_lease_that_nobody_took_can_be_renewed(opened, take):
    journal = opened(lease_seconds=0.05)
    lease = take(journal)
    time.sleep(0.06)
    assert journal.renew(lease).epoch == lease.epoch


def test_a_journal_that_is_closed_frees_its_locks(path, opened, take, make):
    with open_journal(SqliteJournalConfig(path=path), Scene()) as journal:
        take(journal)
    assert take(opened()).epoch == 2


def test_hostile_names_do_not_leave_the_folder_of_locks(path, journal):
    owner = Owner(host="h", pid=1, started="")
    for name in ("../../up", "/etc/passwd", "a\0b", "x" * 300, "ö/\n"):
        journal.acquire(name, name, owner)
    locks = path.with_name("journal.db.locks")
    assert len(list(locks.iterdir())) == 5
    assert {each.suffix for each in locks.iterdir()} == {".lock"}
