"""The journal on the lake itself: beside the data, never data, and safe for several at once."""

import os
import threading
from datetime import timedelta

import polars as pl
import pytest
from attrs import evolve
from lakes import Mover, account_at, sign_in

from hygge_adls.journal import leases
from hygge_adls.journal import log as logs
from hygge_adls.journal.head import Head, Segment
from hygge_adls.journal.journal import ParquetJournal
from hygge_adls.journal.log import Log
from hygge_adls.plugin import hygge_stores
from hygge_adls.settings.kinds import AdlsStoreConfig, OneLakeStoreConfig, ParquetJournalConfig
from hygge_core.config import structure
from hygge_core.errors import JournalError, LeaseHeld
from hygge_core.testing.journals.place import OTHER, OWNER, brought_to, event, long_ago, watermark

FOLDER = "out/.hygge_journal"


@pytest.fixture
def opened(dfs):
    with account_at(dfs) as account:

        def opened() -> ParquetJournal:
            log = Log(account.lake("lake", JournalError), FOLDER)
            return ParquetJournal(log, lease_life=timedelta(seconds=60))

        yield opened


@pytest.fixture
def small(monkeypatch):
    """Segments after a few transactions."""
    monkeypatch.setattr(logs, "HEAD_TRANSACTIONS", 4)
    monkeypatch.setattr(logs, "FAN", 3)


def files(dfs, kind):
    names = [name.rpartition("/")[2] for name in dfs.files("lake", FOLDER)]
    return sorted(name for name in names if name.startswith(kind))


def test_nothing_is_lost_or_doubled_when_heads_become_segments_and_segments_one(opened, small, dfs):
    journal, late = opened(), opened()
    recorded = [event(run_id=f"r{number}") for number in range(50)]
    for each in recorded:
        journal.record_event(each)
        if each.run_id == "r3":
            assert len(late.events()) == 4
    for reader in (journal, late, opened()):
        assert list(reader.events(limit=100)) == recorded[::-1]
    assert len(files(dfs, "")) == len(["head.json", "now"]) + len(files(dfs, "segment"))
    assert len(files(dfs, "now")) == 1
    assert len(files(dfs, "segment")) <= 4  # of 12 spills


def test_a_transaction_costs_five_requests_and_little_more_when_the_head_spills(opened, small, dfs):
    journal = opened()
    costs = []
    for _ in range(60):
        dfs.log.clear()
        journal.record_event(event())
        costs.append(len(dfs.log))
    assert sorted(costs)[30] == 5
    assert sum(costs) / len(costs) < 10


def test_what_is_written_grows_with_the_journal_and_not_with_its_square(opened, dfs, monkeypatch):
    monkeypatch.setattr(logs, "HEAD_TRANSACTIONS", 2)
    monkeypatch.setattr(logs, "FAN", 2)
    journal = opened()

    def written(transactions):
        dfs.log.clear()
        for _ in range(transactions):
            journal.record_event(event(metadata={"padding": "x" * 2000}))
        return sum(request.received for request in dfs.log)

    few = written(16)
    assert few + written(48) < 8 * few  # four times as many; their square would be sixteen times


def test_a_start_reads_what_is_known_now_and_no_history(opened, small, dfs):
    journal = opened()
    lease = journal.acquire("walk", "walk", OWNER)
    for _ in range(12):
        brought_to(journal, lease, "done")
    unfinished = brought_to(journal, lease, "decided")
    journal.update_watermark("walk", "walk", watermark(), event=event(event_type="edit"))
    failed = event(event_type="fail")
    journal.record_event(failed)
    for _ in range(10):
        last = event()
        journal.record_event(last)
    assert len(files(dfs, "segment")) > 1
    dfs.log.clear()
    late = opened()
    assert late.get_watermark("walk", "walk") == watermark()
    assert len(dfs.log) == 2  # the head, and what is known now
    assert list(late.open_runs("walk", "walk")) == [unfinished]
    assert late.get_last_run("walk") == late.get_last_run("walk", "walk") == last
    assert late.get_last_run("walk", "walk", event_type="fail") == failed
    assert late.counters() == journal.counters() == (12, 0)
    with pytest.raises(LeaseHeld, match="is being moved by"):
        late.acquire("walk", "walk", evolve(OTHER, host="elsewhere"))
    assert len(late.runs()) == 13


def test_what_nobody_got_to_use_is_swept_when_the_journal_is_pruned(opened, small, dfs):
    journal = opened()
    for _ in range(10):
        journal.record_event(event())
    lost = {f"segment-{1:020d}-dead.parquet": b"", f"torn-{3:020d}-dead.part": b""}
    on_its_way = {f"torn-{99:020d}-live.part": b""}
    mine = {"notes.txt": b"a person's"}
    seeded = lost | on_its_way | mine
    dfs.seed("lake", {f"{FOLDER}/{name}": content for name, content in seeded.items()})
    journal.prune(timedelta(days=1))
    assert set(files(dfs, "")) & set(seeded) == {*on_its_way, *mine}
    assert len(opened().events()) == 10


def test_the_history_is_pruned_once_a_day(opened, dfs):
    journal = opened()
    journal.record_event(event())
    assert journal._log.is_prune_due()
    journal.prune(timedelta(days=1))
    assert not opened()._log.is_prune_due()


def test_segments_are_tables_that_people_can_read(opened, small, dfs, tmp_path):
    journal = opened()
    for _ in range(6):
        journal.record_event(event())
    (name,) = files(dfs, "segment")
    rows = pl.read_parquet(dfs.files("lake", FOLDER)[f"{FOLDER}/{name}"])
    assert rows.columns == ["version", "kind", "about", "change"]
    assert rows["about"].unique().to_list() == ["walk.walk"]


def test_two_coordinators_at_once_lose_nothing(opened, small):
    journals = [opened() for _ in range(3)]

    def record(at: int) -> None:
        for number in range(8):
            journals[at].record_event(event(run_id=f"{at}-{number}"))

    threads = [threading.Thread(target=record, args=(at,)) for at in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [each.run_id for each in opened().events(limit=100)]
    assert sorted(found) == sorted(f"{at}-{number}" for at in range(3) for number in range(8))


def test_segments_that_another_coordinator_has_joined_meanwhile_fail_no_transaction(
    opened, small, dfs
):
    slow, quick = opened(), opened()
    recorded = [event(run_id=f"r{number}") for number in range(14)]
    for each in recorded[:12]:
        slow.record_event(each)
    held = dfs.faults.add(operation="read", path=f"lake/{FOLDER}/segment-*", hold=True)
    writing = threading.Thread(target=slow.record_event, args=(recorded[13],))
    writing.start()
    assert held.reached.wait(10)
    quick.record_event(recorded[12])
    held.release()
    writing.join()
    assert list(quick.events()) == recorded[::-1]


def test_a_transaction_whose_answer_was_lost_is_recorded_once(opened, dfs):
    journal = opened()
    journal.record_event(event())
    fault = dfs.faults.add(operation="rename", moment="after", reset=True)
    lease = journal.acquire("walk", "walk", OWNER)
    assert fault.struck == 1
    assert lease.epoch == 1
    run = brought_to(journal, lease, "decided")
    dfs.faults.add(operation="rename", moment="after", reset=True)
    journal.advance(lease, evolve(run, state="committed"), event=event(), watermark=watermark())
    assert journal.counters() == (1, 0)
    assert len(journal.events()) == 2


def test_a_paused_coordinator_loses_by_its_epoch(opened, monkeypatch):
    paused, other = opened(), opened()
    paused._life = timedelta(seconds=-1)
    old = paused.acquire("walk", "walk", evolve(OWNER, host="elsewhere"))
    new = other.acquire("walk", "walk", OTHER)
    assert new.epoch == old.epoch + 1
    with pytest.raises(JournalError, match="was taken over by the other"):
        brought_to(paused, old, "open")
    brought_to(other, new, "open")


def test_an_owner_in_another_container_is_not_proved_dead_by_its_number(opened, monkeypatch):
    """Several of one host's name, each of which is process 1 in its own."""
    with monkeypatch.context() as patch:
        patch.setattr(leases, "numbered_among", lambda: "others")
        opened().acquire("walk", "walk", evolve(OWNER, host=os.uname().nodename, pid=os.getpid()))
    leases.takings.clear()  # as in another process
    with pytest.raises(LeaseHeld):
        opened().acquire("walk", "walk", OTHER)


def test_what_was_forgotten_stays_forgotten_for_those_who_knew_it(opened, small):
    journal, other = opened(), opened()
    lease = journal.acquire("walk", "walk", OWNER)
    for _ in range(3):
        brought_to(journal, lease, "done", **long_ago(400))
    assert len(other.runs()) == 3
    assert journal.prune(timedelta(days=180)) == 2
    for _ in range(10):
        other.record_event(event())
    assert len(opened().runs()) == len(other.runs()) == 1


@pytest.mark.parametrize("content", [b"{", b"{}", b"[]", b'{"format": 1, "tail": 5}'])
def test_a_damaged_head_is_told_and_left_alone(opened, dfs, content):
    dfs.seed("lake", {f"{FOLDER}/head.json": content})
    with pytest.raises(JournalError, match=r"head\.json is damaged"):
        opened().record_event(event())
    assert dfs.files("lake", FOLDER) == {f"{FOLDER}/head.json": content}


def test_a_head_that_somebody_removed_is_no_new_journal(opened, small, dfs):
    """It would know of no watermark, and all rows would be moved once more."""
    for _ in range(5):
        opened().record_event(event())
    with account_at(dfs) as account:
        account.lake("lake").delete(f"{FOLDER}/head.json")
    kept = dfs.files("lake", FOLDER)
    for ask in (lambda: opened().events(), lambda: opened().record_event(event())):
        with pytest.raises(JournalError, match=r"head\.json is gone, and .*now-"):
            ask()
    assert dfs.files("lake", FOLDER) == kept


def test_a_damaged_segment_is_told_by_its_name(opened, dfs):
    head = Head(base=1, now="now-1.parquet", segments=[Segment("segment-1.parquet", 0)])
    dfs.seed("lake", {f"{FOLDER}/head.json": head.content(), f"{FOLDER}/{head.now}": b"PAR1"})
    with pytest.raises(JournalError, match=r"now-1\.parquet is damaged"):
        opened().record_event(event())


def test_a_newer_journal_is_refused_with_advice(opened, dfs):
    dfs.seed("lake", {f"{FOLDER}/head.json": b'{"format": 99}'})
    with pytest.raises(JournalError, match="newer hygge-adls") as newer:
        opened().events()
    assert "upgrade" in newer.value.hint


def test_the_doctor_finds_a_sound_journal_and_one_that_cannot_be_written(opened, dfs):
    assert [verdict for _, verdict, _ in opened().check()] == ["ok", "ok"]
    dfs.faults.add(operation="create", status=403, code="AuthorizationPermissionMismatch")
    _, (what, verdict, fix) = opened().check()
    assert "can be written" in what
    assert "AuthorizationPermissionMismatch" in verdict
    assert "Contributor" in fix


def beside(config):
    return {kind.name: kind for kind in hygge_stores()}[_word(config)].journal_beside(config)


def _word(config) -> str:
    return "adls" if isinstance(config, AdlsStoreConfig) else "onelake"


def test_the_journal_beside_a_store_is_above_what_names_an_entity(dfs):
    told = {**sign_in(dfs), "filesystem": "lake", "path": "out/{entity}/now"}
    table = beside(structure(AdlsStoreConfig, told))
    assert table["type"] == "parquet"
    assert table["path"] == "out/.hygge_journal"
    words = {key: value for key, value in table.items() if key != "type"}
    assert structure(ParquetJournalConfig, words).key.env == sign_in(dfs)["key"]["env"]


def test_the_journal_beside_a_onelake_store_is_below_its_item():
    told = {"connection": "fabric", "workspace": "My Team", "item": "Raw.Lakehouse"}
    table = beside(structure(OneLakeStoreConfig, told))
    assert table == {
        "type": "parquet",
        "connection": "fabric",
        "filesystem": "My Team",
        "path": "Raw.Lakehouse/Files/.hygge_journal",
    }
    words = {key: value for key, value in table.items() if key != "type"}
    assert structure(ParquetJournalConfig, words).container == "My Team"


def test_a_flow_moves_with_the_journal_beside_its_data_and_never_reads_it(dfs, tmp_path):
    lake = Mover(dfs, tmp_path, path="out/orders")
    lake.journal = {**sign_in(dfs), "filesystem": "lake", "path": FOLDER}
    rows = pl.DataFrame({"id": [1, 2, 3]})
    assert lake.store(rows).outcome == "complete"
    more = pl.DataFrame({"id": [1, 2, 3, 4]})
    moved = lake.store(more, "incremental")
    assert (moved.outcome, moved.rows_written) == ("complete", 1)
    assert sorted(lake.rows()["id"]) == [1, 2, 3, 4]
    assert sorted(lake.rows(path="out")["id"]) == [1, 2, 3, 4]
