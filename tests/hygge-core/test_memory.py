"""Tables in memory keep the whole protocol, so that what is tested on them holds elsewhere."""

from datetime import UTC, datetime

import polars as pl
import pytest
from attrs import evolve

from hygge_core.errors import HomeError, StoreError
from hygge_core.faults import planned
from hygge_core.files.memory import MemoryHome, MemoryStore, tables
from hygge_core.files.settings.stores import MemoryConfig
from hygge_core.jsons import from_json, to_json
from hygge_core.protocols import (
    Bounds,
    Estimates,
    Home,
    KeepsLedger,
    KnowsSchema,
    Staging,
    Store,
)
from hygge_core.records import Ask, Load, LoadRef, Manifest, Mark, Opened, Range, RunRecord
from hygge_core.testing.plans import At, Count, Crash

ROWS = pl.DataFrame({"id": [1, 2, 3, None], "x": ["a", None, "", "d"]})


@pytest.fixture
def name(request):
    yield request.node.name
    tables.pop(request.node.name, None)


def store_of(name):
    return MemoryStore(MemoryConfig(table=name))


def sealed(name, run, mode="append", rows=ROWS):
    ref = LoadRef(run_id=f"{name}-{run}", flow="f", entity=name)
    staging = store_of(name).begin(Load(ref=ref, mode=mode, schema=rows.schema))
    for batch in rows.iter_slices(2):
        staging.write(batch)
    return to_json(staging.seal())


def finish(name, text):
    manifest = from_json(text, Manifest)
    receipt = store_of(name).commit(manifest)
    assert store_of(name).cleanup(manifest).names == ()
    return receipt


def test_it_keeps_the_protocols(name):
    store = store_of(name)
    for protocol in (Store, KeepsLedger, KnowsSchema):
        assert isinstance(store, protocol)
    for protocol in (Home, Bounds, Estimates):
        assert isinstance(MemoryHome(MemoryConfig(table=name)), protocol)
    ref = LoadRef(run_id="r", flow="f", entity=name)
    assert isinstance(store.begin(Load(ref=ref, mode="append", schema=ROWS.schema)), Staging)


def test_staged_rows_are_invisible_until_all_of_them_are_visible(name):
    text = sealed(name, "r1")
    assert name not in tables
    assert store_of(name).status(from_json(text, Manifest)) == "none"
    assert finish(name, text).rows == 4
    assert store_of(name).status(from_json(text, Manifest)) == "done"
    assert tables[name].equals(ROWS)


def test_a_commit_again_is_nothing_more(name):
    text = sealed(name, "r1")
    for _ in range(3):
        assert store_of(name).commit(from_json(text, Manifest)).rows == 4
    assert tables[name].height == 4


def test_append_adds_and_full_drop_replaces(name):
    finish(name, sealed(name, "r1"))
    finish(name, sealed(name, "r2"))
    assert tables[name].height == 8
    finish(name, sealed(name, "r3", "full_drop", ROWS.head(1)))
    assert tables[name].height == 1
    finish(name, sealed(name, "r4", "full_drop", ROWS.clear()))
    assert (tables[name].schema, tables[name].height) == (ROWS.schema, 0)


def test_an_append_with_more_and_wider_columns_widens_the_table(name):
    finish(name, sealed(name, "r1", rows=pl.DataFrame({"a": pl.Series([1], dtype=pl.Int32)})))
    finish(name, sealed(name, "r2", rows=pl.DataFrame({"a": [2**40], "b": ["x"]})))
    assert tables[name].equals(pl.DataFrame({"a": [1, 2**40], "b": [None, "x"]}))
    assert store_of(name).known_schema() == pl.Schema({"a": pl.Int64, "b": pl.String})


def test_a_table_that_somebody_replaced_meanwhile_stays(name):
    finish(name, sealed(name, "r1"))
    text = sealed(name, "r2", "full_drop")
    theirs = tables[name] = pl.DataFrame({"id": [9]})
    with pytest.raises(StoreError, match="somebody else"):
        finish(name, text)
    assert tables[name] is theirs


def test_what_is_visible_cannot_be_rolled_back_and_what_is_not_can(name):
    text = sealed(name, "r1")
    ref = from_json(text, Manifest).ref
    store_of(name).rollback(ref)
    store_of(name).rollback(ref)
    with pytest.raises(StoreError, match="is gone"):
        finish(name, text)
    finish(name, sealed(name, "r1"))
    with pytest.raises(StoreError, match="cannot be undone"):
        store_of(name).rollback(ref)


def test_what_is_not_published_is_not_cleaned_away(name):
    text = sealed(name, "r1")
    with pytest.raises(StoreError, match="not published"):
        store_of(name).cleanup(from_json(text, Manifest))
    assert finish(name, text).rows == 4


@pytest.mark.parametrize("mode", ["append", "full_drop"])
@pytest.mark.parametrize("action", ["crash", "error"])
def test_at_any_point_all_or_nothing_is_there_and_the_next_start_finishes(name, mode, action):
    def life(run):
        text = None
        try:
            text = sealed(name, run, mode)
            finish(name, text)
        except (Crash, StoreError):
            pass
        return text

    with planned(Count()) as counted:
        life("count")
    assert len(counted.points) > 6
    for k in range(len(counted.points)):
        before = tables[name].height
        after = 4 if mode == "full_drop" else before + 4
        with planned(At(k, action)):
            text = life(k)
        assert tables[name].height in (before, after)
        if text is None:
            store_of(name).rollback(LoadRef(run_id=f"{name}-{k}", flow="f", entity=name))
            assert tables[name].height == before
        else:
            finish(name, text)
            assert tables[name].height == after


def test_a_batch_of_another_schema_is_refused(name):
    ref = LoadRef(run_id="r", flow="f", entity=name)
    staging = store_of(name).begin(Load(ref=ref, mode="append", schema=ROWS.schema))
    with pytest.raises(StoreError, match="a batch of"):
        staging.write(pl.DataFrame({"id": [1.5], "x": ["a"]}))


def test_a_table_that_is_not_there_is_an_error_that_lists_what_is(name):
    tables[name] = ROWS
    with pytest.raises(HomeError, match="no table 'nope'") as caught:
        MemoryHome(MemoryConfig(table="nope")).schema(Ask(entity="e"))
    assert name in caught.value.hint


def ids_of(name, **ask):
    batches = list(MemoryHome(MemoryConfig(table=name)).read(Ask(entity="e", **ask)))
    return [i for batch in batches for i in batch["id"]], batches


def test_a_home_honours_range_columns_limit_and_batch_rows(name):
    tables[name] = ROWS
    asked = Range(column="id", low=Mark("int64", "1"), high=Mark("int64", "2"))
    assert ids_of(name, range=asked)[0] == [2, None]  # NULL is in every range
    assert ids_of(name, range=evolve(asked, include_low=True))[0] == [1, 2, None]
    assert ids_of(name, limit=2)[0] == [1, 2]
    assert [batch.height for batch in ids_of(name, batch_rows=3)[1]] == [3, 1]
    assert ids_of(name, columns=("id",))[1][0].columns == ["id"]
    home = MemoryHome(MemoryConfig(table=name))
    assert home.schema(Ask(entity="e", columns=("x",))) == pl.Schema({"x": pl.String})
    assert home.upper(Ask(entity="e", range=asked)) == Mark("int64", "3")
    assert home.upper(Ask(entity="e")) is None
    assert home.estimated_rows(Ask(entity="e")) == 4


def test_a_range_on_a_column_that_is_not_asked_for_still_counts(name):
    tables[name] = ROWS
    asked = Range(column="id", low=Mark("int64", "2"))
    (batch,) = MemoryHome(MemoryConfig(table=name)).read(
        Ask(entity="e", columns=("x",), range=asked)
    )
    assert batch["x"].to_list() == ["", "d"]


@pytest.mark.parametrize("ask", [{"columns": ("y",)}, {"range": Range(column="y")}])
def test_a_column_that_is_not_there_is_named(name, ask):
    tables[name] = ROWS
    with pytest.raises(HomeError, match="no column 'y'") as caught:
        ids_of(name, **ask)
    assert "id, x" in caught.value.hint


def test_the_ledger_remembers_a_run_until_it_is_over(name):
    run = RunRecord(
        ref=LoadRef(run_id=f"{name}-1", flow="f", entity=name), state="open", epoch=0,
        run_type="full_drop", destination="there", started=datetime(2026, 1, 1, tzinfo=UTC),
        store=Opened(type="memory", table={"table": name}),
    )  # fmt: skip
    earlier = evolve(
        run, ref=evolve(run.ref, run_id=f"{name}-0"), started=datetime.min.replace(tzinfo=UTC)
    )
    store = store_of(name)
    store.advance(run)
    store.advance(earlier)
    decided = evolve(run, state="decided")
    store.advance(decided)
    assert list(store.open_runs("f", name)) == [earlier, decided]
    for each in (run, earlier):
        store.advance(evolve(each, state="done"))
    assert list(store.open_runs("f", name)) == []
