"""``hygge recover --forward RUN`` and ``--undo RUN``: a run is found wherever it is kept."""

import polars as pl
import pytest
from household import TEN, Cut

from hygge_core import faults
from hygge_core.engine.world import World
from hygge_core.records import Mark, Owner

FLOW = """
[flows.{name}]
home = {{ type = "scripted", script = "ten" }}
store = {{ type = "parquet", path = "out/{name}" }}
"""
FOLLOWED = """
[flows.f]
home = { type = "parquet", path = "in" }
store = { type = "parquet", path = "out" }
run_type = "incremental"
watermark = { column = "id" }
"""
BUSY, LEFT = FLOW.format(name="busy"), FLOW.format(name="left")
TOLD = 'journal = { location = "custom", type = "sqlite", path = "told.db" }'
WORDS = pytest.mark.parametrize(("word", "rows"), [("--forward", TEN), ("--undo", [])])


def left(household, flow: str) -> str:
    """Move a flow that is cut off after its decision; returns its run."""
    with faults.planned(Cut()):
        results = household.run().results
    return next(result.run_id for result in results if result.flow == flow)


@WORDS
def test_a_blocked_run_of_an_entity_that_is_gone_is_settled_by_hand(household, many, word, rows):
    many("gone")
    with faults.planned(Cut()):
        assert [household.move().outcome for _ in range(5)][-1] == "blocked"
    many("another")
    [blocked] = household.records()
    assert f"--undo {blocked.ref.run_id}" in household.call("recover").err
    done = household.call("recover", word, blocked.ref.run_id)
    assert (done.code, done.err) == (0, f"f.gone: run {blocked.ref.run_id} is settled\n")
    assert (household.ids("out/gone") if rows else []) == rows
    assert household.leftovers() == []


@WORDS
@pytest.mark.parametrize("journal", [TOLD, ""], ids=["journal", "no journal"])
def test_an_operators_word_waits_for_no_other_entity(household, stranger, word, rows, journal):
    household.toml(BUSY + LEFT + journal, journal=False)
    run_id = left(household, "left")
    [busy, _] = household.project().entities
    with (
        World(household.plugins, root=household.root) as world,
        world.store_of(busy) as store,
        store.lock(world.owner),
    ):
        assert household.call("recover", word, "nobody").code == 75, "busy may have it"
        done = household.call("recover", word, run_id)
    assert (done.code, done.err) == (0, f"left: run {run_id} is settled\n")
    assert (household.ids("out/left") if rows else []) == rows


def test_a_broken_journal_keeps_no_other_run_from_being_settled(household):
    household.toml(
        f'{BUSY}journal = {{ location = "custom", type = "sqlite", path = "broken.db" }}\n'
        f"{LEFT}{TOLD}",
        journal=False,
    )
    run_id = left(household, "left")
    (household.root / "broken.db").write_bytes(b"no database" * 1000)
    for log in household.root.glob("broken.db-*"):
        log.unlink()
    done = household.call("recover")
    assert done.code == 1
    assert f"left: run {run_id} is settled\n" in done.err
    assert "error: busy: " in done.err
    assert household.ids("out/left") == TEN


@pytest.mark.parametrize("step", ["commit", "close"])
def test_what_a_plugin_raises_by_mistake_is_told_of_its_entity_and_stops_no_other(
    household, stranger, step
):
    stumbling = FLOW.format(name="bad").replace('"parquet"', '"stumbling", stumble = "slips"')
    household.toml(f"{stumbling}{LEFT}")
    with faults.planned(Cut()):
        bad, left = sorted(household.run().results, key=lambda result: result.flow)

    def slips(at, batch, scene):
        if at == step:
            raise RuntimeError("an index is out of range")

    stranger.STUMBLES["slips"] = slips
    done = household.call("recover")
    assert f"left: run {left.run_id} is settled\n" in done.err
    assert "RuntimeError: an index is out of range" in done.err
    assert "bad: " in done.err
    settled = f"bad: run {bad.run_id} is settled\n" in done.err
    assert (done.code, settled) == ((1, False) if step == "commit" else (0, True))


@pytest.mark.parametrize("edit", [["set", "f", "9", "--type", "int64"], ["reset", "f"]])
def test_a_watermark_is_not_edited_while_a_run_may_still_move_it(household, edit):
    """That run could never be recorded, not even where the same value was set."""
    household.toml(FOLLOWED)
    household.put("in/1.parquet", pl.DataFrame({"id": TEN}))
    with faults.planned(Cut()):
        assert household.move(run_type="full_drop").outcome == "fail"
    [run] = household.records()
    refused = household.call("journal", "watermarks", *edit)
    assert refused.code == 1
    assert f"run {run.ref.run_id} of f is not finished" in refused.err
    assert "hygge recover" in refused.err
    assert household.call("recover").code == 0
    assert household.ids() == TEN
    assert household.watermark("f").mark == Mark("int64", "9")
    with household.journal() as journal:
        lease = journal.acquire("f", "f", Owner(host="elsewhere", pid=4711, started="", name="f"))
        busy = household.call("journal", "watermarks", *edit)
        journal.release(lease)
    assert busy.code == 75, "nobody has begun anything yet, but will"
    assert "f is being moved by f (pid 4711 on elsewhere" in busy.err
    assert household.watermark("f").mark == Mark("int64", "9")
    assert household.call("journal", "watermarks", *edit).code == 0
    assert household.move(run_type="full_drop").outcome == "complete", "the lease was given back"


def test_a_run_from_before_there_was_a_journal_is_finished_all_the_same(household, stranger):
    """It was never seen: its staging stayed, and without the journal again the next run failed."""
    household.toml(BUSY, journal=False)
    left(household, "busy")
    household.toml(BUSY)
    [result] = household.run().results
    assert (result.outcome, len(result.recovered)) == ("complete", 1)
    assert household.ids("out/busy") == TEN
    assert household.leftovers() == []
    household.toml(BUSY, journal=False)
    assert household.move().outcome == "complete"


@pytest.mark.parametrize("words", [[], ["--forward"], ["--undo"]], ids=["all", "forward", "undo"])
def test_recover_knows_a_run_from_before_there_was_a_journal(household, stranger, words):
    household.toml(BUSY, journal=False)
    run_id = left(household, "busy")
    household.toml(BUSY)
    done = household.call("recover", *words, *([run_id] if words else []))
    assert (done.code, done.err) == (0, f"busy: run {run_id} is settled\n")
    assert (household.root / "out/busy").exists() == (words != ["--undo"])
    assert household.leftovers() == []
    assert household.call("recover").err == "nothing was left to recover\n"
