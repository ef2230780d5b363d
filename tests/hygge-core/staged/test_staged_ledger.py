"""The ledger of flows without a journal."""

from attrs import evolve
from staged_orders import leftovers, opened, sealed

from hygge_core.faults import planned
from hygge_core.records import LoadRef, Opened, RunRecord
from hygge_core.testing.plans import Count


def recorded(manifest=None, state="open", run_id="r1", entity="orders"):
    return RunRecord(
        ref=LoadRef(run_id=run_id, flow="f", entity=entity), state=state, run_type="full_drop",
        epoch=0, destination="there", store=Opened(type="parquet", table={"path": "x"}),
        manifest=manifest,
    )  # fmt: skip


def test_the_ledger_remembers_a_run_until_it_is_over(store, table):
    run = recorded()
    store.advance(run)
    assert opened(table).open_runs("f", "orders") == (run,)
    decided = evolve(run, state="decided", manifest=sealed(store, "r1"))
    store.advance(decided)
    store.advance(decided)
    assert opened(table).open_runs("f", "orders") == (decided,)
    store.advance(evolve(decided, state="done"))
    assert opened(table).open_runs("f", "orders") == ()


def test_a_rolled_back_run_is_forgotten_and_so_is_its_file(store, table):
    store.advance(recorded())
    store.rollback(recorded().ref)
    store.advance(recorded(state="rolled_back"))
    assert leftovers(table) == []


def test_the_ledger_keeps_each_entitys_runs_apart_and_in_order(store, tmp_path):
    first, second = recorded(run_id="z"), recorded(run_id="a")
    store.advance(second)
    store.advance(first)
    store.advance(recorded(run_id="q", entity="other"))
    assert [run.ref.run_id for run in store.open_runs("f", "orders")] == ["z", "a"]
    assert opened(tmp_path / "lake" / "items").open_runs("f", "orders") == ()


def test_the_decision_is_durable_before_advance_returns(store):
    with planned(Count()) as counted:
        store.advance(recorded(state="decided"))
    names = [name for name in counted.names() if name.endswith(":after")]
    first_sync = names.index("local.sync_file:after")
    assert first_sync < names.index("local.replace:after") < len(names) - 1
    assert names[-1] == "local.sync_folder:after"
