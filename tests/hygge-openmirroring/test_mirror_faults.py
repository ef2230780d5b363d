"""What the service holds, a listing that is stale, a death: no row is lost, and none doubled."""

import polars as pl
import pytest

from hygge_adls.lake import lake
from hygge_core.errors import StoreError
from hygge_core.faults import planned
from hygge_core.records import Load, LoadRef, Opened, RunRecord
from hygge_core.testing.plans import Count, Crash

OLD = pl.DataFrame({"id": [1, 2, 3], "name": ["a", "b", "c"]})
MORE = pl.DataFrame({"id": [3, 4, 5], "name": ["c", "d", "e"]})
AFTER = {
    "incremental": [(1, "a"), (2, "b"), (3, "c"), (4, "d"), (5, "e")],
    "full_drop": [(3, "c"), (4, "d"), (5, "e")],
}
REF = LoadRef(run_id="r1", flow="shop", entity="orders")
TOLD = {"key_columns": ["id"], "rows_per_file": 2, "partner_name": "hygge"}


@pytest.mark.parametrize("spelled", ["MIRROR", "b1218984-0000-4000-8000-000000000001"])
def test_an_item_that_listings_spell_another_way_loses_no_row(mirror, spelled):
    mirror.server.manners.item_spelled = spelled
    mirror.run(OLD, **TOLD)
    mirror.run(MORE, **TOLD)
    assert mirror.rows() == AFTER["incremental"]
    assert mirror.own() == []


@pytest.mark.parametrize("status", [409, 423])
@pytest.mark.parametrize("times", [1, 3])
def test_a_service_that_holds_the_folder_is_waited_for(mirror, status, times):
    mirror.load(OLD)
    manifest = mirror.sealed(MORE, "full_drop")
    path = "*/LandingZone/orders"
    mirror.server.faults.add(operation="delete", path=path, status=status, code="Held", times=times)
    mirror.commit(manifest)
    assert mirror.waits[:times] == [1.0, 2.0, 5.0][:times]
    assert mirror.rows() == AFTER["full_drop"]


def test_a_service_that_never_lets_go_leaves_the_old_table_and_the_decision(mirror):
    mirror.load(OLD)
    manifest = mirror.sealed(MORE, "full_drop")
    before = mirror.files()
    fault = {"operation": "delete", "path": "*/LandingZone/orders", "status": 423, "code": "Held"}
    mirror.server.faults.add(**fault, times=None)
    with pytest.raises(StoreError) as caught:
        mirror.commit(manifest)
    assert caught.value.transient
    assert mirror.files() == before
    mirror.server.faults.clear()
    mirror.commit(manifest)
    assert mirror.rows() == AFTER["full_drop"]


def test_a_listing_that_does_not_show_the_last_file_gives_no_number(mirror, monkeypatch):
    from hygge_openmirroring.zone.landing import LandingTable

    mirror.load(OLD, rows_per_file=1)
    listed = LandingTable.listed

    def stale(self, folder):
        return {n: e for n, e in listed(self, folder).items() if f"{3:020}" not in n}

    monkeypatch.setattr(LandingTable, "listed", stale)
    with pytest.raises(StoreError, match="no file beyond 2, but 3 was published"):
        mirror.sealed(MORE)
    assert mirror.numbers() == [1, 2, 3]


class DiesAt(Count):
    """Dead from the first point on whose name and detail have ``words`` in them."""

    def __init__(self, *words):
        super().__init__()
        self.words = words
        self.dead = False

    def reach(self, point, detail):
        self.dead = self.dead or all(word in f"{point} {detail}" for word in self.words)
        if self.dead:
            raise Crash(f"at {point}")


@pytest.mark.parametrize("run_type", ["incremental", "full_drop"])
@pytest.mark.parametrize("moment", ["rename:before", "rename:after"])
def test_what_was_decided_is_finished_from_its_staging_whatever_the_source_is_by_then(
    mirror, run_type, moment
):
    mirror.run(OLD, **TOLD)
    first = 1 if run_type == "full_drop" else 3
    plan = DiesAt(moment, f"orders/{first:020}")
    with pytest.raises(Crash), planned(plan):
        mirror.run(MORE, run_type, **TOLD)
    later = MORE.with_columns(name=pl.lit("later")).vstack(pl.DataFrame({"id": [6], "name": ["f"]}))
    again = mirror.run(later, "incremental", **TOLD)
    assert (again.failure, len(again.recovered)) == (None, 1), again
    assert mirror.rows() == [*AFTER[run_type], (6, "f")]
    assert mirror.own() == []


def test_what_was_not_decided_is_undone_and_read_anew(mirror):
    mirror.run(OLD, **TOLD)
    with pytest.raises(Crash), planned(DiesAt("upload:after", "manifest.json")):
        mirror.run(MORE, **TOLD)
    later = MORE.with_columns(name=pl.lit("later"))
    assert mirror.run(later, **TOLD).failure is None
    assert mirror.rows() == [(1, "a"), (2, "b"), (3, "c"), (4, "later"), (5, "later")]
    assert mirror.own() == []


@pytest.mark.parametrize("run_type", ["incremental", "full_drop"])
def test_a_first_load_that_died_when_it_had_made_the_folder_is_finished(mirror, run_type):
    with pytest.raises(Crash), planned(DiesAt("mkdir:after", "LandingZone/orders")):
        mirror.run(OLD, run_type)
    again = mirror.run(OLD, run_type)
    assert (again.failure, len(again.recovered)) == (None, 1), again
    assert mirror.rows() == [(1, "a"), (2, "b"), (3, "c")]


class SleepsAt:
    """Meanwhile others ``act``: once, at the first point on which all the ``words`` are found."""

    def __init__(self, act, *words):
        self.act = act
        self.words = words

    def reach(self, point, detail):
        if self.words and all(word in f"{point} {detail}" for word in self.words):
            self.words = ()
            self.act()


@pytest.mark.parametrize(("mode", "first"), [("append", 2), ("full_drop", 1)])
@pytest.mark.parametrize("moment", ["rename:before", "rename:after"])
def test_who_wakes_up_behind_others_who_have_gone_on_does_not_turn_back_the_numbers(
    mirror, mode, first, moment
):
    mirror.load(OLD)
    manifest = mirror.sealed(MORE, mode)

    def go_on():
        mirror.commit(manifest)
        mirror.load(MORE)

    with planned(SleepsAt(go_on, moment, f"orders/{first:020}")):
        mirror.commit(manifest)
    mirror.load(MORE)
    assert mirror.numbers() == list(range(1, first + 3))
    assert mirror.own() == []


def test_two_tables_of_one_name_do_not_tidy_each_others_ledger(mirror):
    """Flows without a journal record their steps in it, and several tables move at once."""
    mine, theirs = {"schema_name": "a"}, {"schema_name": "b"}
    run = RunRecord(
        ref=REF, state="open", run_type="full_drop", epoch=0, destination="there",
        store=Opened(type="memory", table={}),
    )  # fmt: skip

    def begin():
        with mirror.store(**theirs) as store:
            assert store.open_runs("shop", "others") == ()

    with mirror.store(**mine) as store, planned(SleepsAt(begin, "rename:before", "r1.json")):
        store.advance(run)
        assert store.open_runs("shop", "orders") == (run,)


def test_a_large_file_that_nobody_wants_any_more_stops_in_the_middle(mirror, monkeypatch):
    monkeypatch.setattr(lake, "BLOCK_BYTES", 64)
    mirror.server.manners.latency_seconds = 0.05
    with mirror.store(rows_per_file=2) as store:
        load = Load(ref=REF, mode="append", schema=OLD.schema)
        store.begin(load).write(OLD)  # of more rows than a file takes
        mirror.server.log.wait(2, operation="append")
        store.rollback(REF)
    assert len(mirror.server.log.select(operation="append")) < 8
    assert mirror.own() == []


@pytest.mark.parametrize(("mode", "last"), [("append", 4), ("full_drop", 3)])
def test_a_load_whose_table_was_deleted_under_it_is_undone(mirror, mode, last):
    mirror.load(OLD)
    manifest = mirror.sealed(MORE, mode, rows_per_file=1)
    with pytest.raises(Crash), planned(DiesAt("rename:before", f"orders/{last:020}")):
        mirror.commit(manifest)
    mirror.remove_folder("orders")
    with pytest.raises(StoreError, match="was deleted or made anew") as deleted:
        mirror.commit(manifest)
    assert f"hygge recover --undo {manifest.ref.run_id}" in deleted.value.hint
    assert mirror.files() == {}
    with mirror.store() as store:
        store.rollback(manifest.ref)
    assert mirror.own() == []
    mirror.load(MORE, "full_drop")
    assert mirror.rows() == AFTER["full_drop"]
