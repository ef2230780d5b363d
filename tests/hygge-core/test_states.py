"""Which state of a run may follow which stands in one place, and every journal asks there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from attrs import evolve

from hygge_core.errors import JournalError
from hygge_core.protocols import Journal
from hygge_core.records import LoadRef, Mark, Opened, RunRecord, RunState, Watermark
from hygge_core.states import FOLLOWS, OVER, demand_step, demand_watermark

ROOT = Path(__file__).resolve().parents[2]
RUN = RunRecord(
    ref=LoadRef(run_id="r", flow="shop", entity="orders"),
    state="open",
    run_type="incremental",
    epoch=1,
    destination="there",
    store=Opened(type="memory", table={}),
)


def mark(value: str) -> Watermark:
    return Watermark(column="id", mark=Mark("int64", value))


def test_every_state_has_its_followers() -> None:
    assert set(FOLLOWS) == {None, *get_args(RunState)}
    assert {"done", "rolled_back"} == OVER


def test_only_a_decided_run_is_committed_and_nothing_comes_after_the_end() -> None:
    assert [state for state, after in FOLLOWS.items() if "committed" in after] == ["decided"]
    assert [state for state, after in FOLLOWS.items() if "done" in after] == ["committed"]
    assert not any(FOLLOWS[state] for state in OVER)
    assert "rolled_back" not in FOLLOWS["committed"], "what readers see is never taken back"


def test_the_same_step_again_is_a_repetition_and_another_one_is_not() -> None:
    assert not demand_step(RUN, None)
    assert demand_step(RUN, "open")
    assert not demand_step(evolve(RUN, state="decided"), "open")


def test_a_step_that_may_not_follow_names_the_run_and_both_states() -> None:
    with pytest.raises(
        JournalError, match=r"run r of shop\.orders cannot become committed: it is o"
    ):
        demand_step(evolve(RUN, state="committed"), "open")
    with pytest.raises(JournalError, match="cannot become done: it is not recorded"):
        demand_step(evolve(RUN, state="done"), None)


def test_a_watermark_is_set_only_over_the_one_that_the_run_found() -> None:
    run = evolve(RUN, watermark_before=mark("1"))
    demand_watermark(run, mark("1"), mark("2"), repeated=False)
    demand_watermark(run, mark("2"), mark("2"), repeated=True)
    for current, repeated in ((mark("2"), False), (None, False), (mark("3"), True)):
        with pytest.raises(JournalError, match=r"the watermark of shop\.orders was changed while"):
            demand_watermark(run, current, mark("2"), repeated=repeated)


def test_the_protocol_tells_of_every_step() -> None:
    told = Journal.advance.__doc__ or ""
    assert {state for state in get_args(RunState) if f"``{state}``" not in told} == set()


def test_no_distribution_has_a_table_of_its_own() -> None:
    table = re.compile(r'"decided": .*"rolled_back"')
    sources = [path for path in ROOT.glob("hygge-*/src/**/*") if path.suffix in (".py", ".txt")]
    assert [path.name for path in sources if table.search(path.read_text("utf-8"))] == ["states.py"]
