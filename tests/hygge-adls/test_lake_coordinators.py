"""Two coordinators on one table, as real processes, with the journal on the lake between them."""

import signal
import subprocess
import sys
import time

import polars as pl
import pytest
from lakes import PLUGINS, connection, visible

from hygge_core import config
from hygge_core.engine.coordinator import Coordinator
from hygge_core.testing.walk import OLD, OTHER

PROJECT = """
[journal]
type = "parquet"
connection = "lake"
filesystem = "lake"
path = "journal"
lease_seconds = {lease_seconds}

{connection}
[flows.walk]
home = {{ type = "parquet", path = "source.parquet" }}
store = {{ type = "adls", connection = "lake", filesystem = "lake", path = "out/walk" }}
lane = "rows"
"""


@pytest.fixture
def project(dfs, tmp_path):
    """Write the project; the lake holds the old content."""

    def project(lease_seconds):
        text = PROJECT.format(connection=connection(dfs), lease_seconds=lease_seconds)
        (tmp_path / "hygge.toml").write_text(text)
        OLD.write_parquet(tmp_path / "source.parquet")
        assert run_here(tmp_path).outcome == "complete"
        OTHER.write_parquet(tmp_path / "source.parquet")
        return tmp_path

    return project


def run_here(project):
    here = config.load(start=project, plugins=PLUGINS)
    (result,) = Coordinator(here, PLUGINS, lambda event: None).run(here.entities).results
    return result


@pytest.fixture
def start():
    started = []

    def start(project):
        words = [sys.executable, "-m", "hygge_core", "-C", str(project), "run"]
        started.append(subprocess.Popen(words, stderr=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def content(dfs) -> pl.DataFrame:
    return visible(dfs, "out").sort("id")


def test_a_second_run_of_a_table_is_told_who_moves_it_and_changes_nothing(project, start, dfs):
    here = project(60)
    held = dfs.faults.add(operation="append", path="lake/out/.hygge/stage/*/files/*", hold=True)
    first = start(here)
    assert held.reached.wait(60)
    second = start(here)
    _, told = second.communicate(timeout=60)
    assert second.returncode == 75
    assert f"pid {first.pid}" in told
    assert content(dfs).equals(OLD)
    held.release()
    first.communicate(timeout=60)
    assert first.returncode == 0
    assert content(dfs).equals(OTHER.sort("id"))


@pytest.mark.parametrize("operation", ["append", "rename"])
def test_one_that_was_stopped_until_its_lease_ended_loses_when_it_wakes_up(
    project, start, dfs, operation
):
    here = project(1.0)
    place = {"append": "lake/out/.hygge/stage/*/files/*", "rename": "lake/out/.hygge/old/*"}
    held = dfs.faults.add(operation=operation, path=place[operation], hold=True)
    paused = start(here)
    assert held.reached.wait(60)
    paused.send_signal(signal.SIGSTOP)
    time.sleep(1.5)  # nobody renews its lease any more
    newest = OTHER.with_columns(pl.col("id") + 100)
    newest.write_parquet(here / "source.parquet")
    assert run_here(here).outcome == "complete"
    assert content(dfs).equals(newest.sort("id"))
    held.release()
    paused.send_signal(signal.SIGCONT)
    _, told = paused.communicate(timeout=60)
    assert paused.returncode != 0, told
    assert content(dfs).equals(newest.sort("id"))
    assert [name for name in dfs.files("lake") if "/.hygge/" in name] == []
