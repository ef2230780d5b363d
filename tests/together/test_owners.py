"""Two coordinators and one entity; and an entity that another process moves from its JSON alone."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest
from household import STRANGERS, TEN, until

from hygge_core.jsons import from_json, to_json
from hygge_core.task import Result, Task


def test_a_second_coordinator_is_refused_by_the_lease_alone_and_told_who_has_it(
    household, stranger, one
):
    one("slow", store='{ type = "stumbling", path = "out" }')
    first = household.start("run")
    until(lambda: stranger.said(household.root / "diary"))
    result = household.move()
    assert result.outcome == "held"
    assert f"pid {first.pid}" in result.failure.text
    assert result.failure.transient
    first.kill()
    household.finish(first)
    one("ten", store='{ type = "stumbling", path = "out" }')
    after = household.move()
    assert after.outcome == "complete", "a killed owner's lease is taken over at once"
    assert household.ids() == TEN
    assert household.leftovers() == []


def paused(household, one, step: str, *, incremental: bool) -> subprocess.Popen:
    """A process that stops itself at ``step`` of its store, beyond the life of its lease."""
    one("newer", store='{ type = "stumbling", path = "out", stumble = "pauses" }')
    toml = household.root / "hygge.toml"
    text = toml.read_text().replace("[journal]", "[journal]\nlease_seconds = 0.6")
    if incremental:
        text += 'run_type = "incremental"\nwatermark = { column = "id" }\n'
    toml.write_text(text)
    process = household.start("run", STRANGER_PAUSES_AT=step)
    until(lambda: _state(process.pid) == "T")
    time.sleep(0.8)
    return process


def _state(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as stat:
        return stat.read().rpartition(")")[2].split()[0]


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="it looks into /proc")
@pytest.mark.parametrize("incremental", [True, False], ids=["incremental", "full_drop"])
@pytest.mark.parametrize("step", ["seal", "commit"])
def test_an_owner_that_was_paused_for_too_long_loses_and_does_no_harm(
    household, stranger, one, step, incremental
):
    process = paused(household, one, step, incremental=incremental)
    second = household.move()
    assert second.outcome == ("skip" if (incremental and step == "commit") else "complete")
    before = household.snapshot()
    process.send_signal(signal.SIGCONT)
    done = household.finish(process)
    assert done.code == 1
    assert re.search("lease .* lost|somebody else was faster|has taken this run over", done.err)
    assert household.snapshot() == before
    assert household.ids() == TEN
    after = household.move()
    assert after.failure is None
    assert household.ids() == TEN
    assert household.leftovers() == []


_EXECUTOR = """
import sys
from pathlib import Path
from hygge_core import plugins
from hygge_core.engine.flow import move
from hygge_core.jsons import from_json, to_json
from hygge_core.task import Task
from hygge_core.engine.world import World
task = from_json(sys.stdin.read(), Task)
with World(plugins.load(), root=Path(task.root), project=task.project) as world:
    print(to_json(move(task, world)))
"""


def test_a_task_runs_from_its_json_alone_in_another_process(household, one):
    one("ten", home=", password = { env = 'CANARY' }")
    [entity] = household.project().entities
    task = entity.task(run_id="r-1", flow_run_id="r-2", coordinator_run_id="r-3")
    text = to_json(task)
    assert from_json(text, Task) == task
    assert os.environ["CANARY"] not in text
    (household.root / "hygge.toml").unlink()
    done = subprocess.run(
        [sys.executable, "-c", _EXECUTOR],
        input=text,
        env={**os.environ, "PYTHONPATH": str(STRANGERS)},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    result = from_json(done.stdout, Result)
    assert (result.outcome, result.rows_written, result.run_id) == ("complete", 10, "r-1")
    assert to_json(result) == done.stdout.strip()
    assert household.ids() == TEN
