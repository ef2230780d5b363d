"""The second tier of the walk: real processes, killed by SIGKILL at a point, on real files."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from shares import share

from hygge_core.testing.walk import MORE, OLD, OTHER

HERE = Path(__file__).parent

PROJECT = """
[journal]
type = "sqlite"
path = ".hygge/journal.db"

[flows.walk]
home = {{ type = "parquet", path = "source.parquet" }}
store = {store}
run_type = "{run_type}"
watermark = {{ column = "id" }}
"""

STORES = {
    "parquet": '{ type = "parquet", path = "out/walk", rows_per_file = 2 }',
    "sqlite": '{ type = "sqlite", path = "out.db" }',
}


def run(project: Path, k: int, **env: str) -> int:
    return subprocess.run(
        [sys.executable, str(HERE / "kill_at.py"), str(k), "-q", "-C", str(project), "run"],
        env={**os.environ, **env},
        capture_output=True,
        timeout=60,
        check=False,
    ).returncode


def visible(project: Path, store: str) -> pl.DataFrame:
    if store == "parquet":
        return pl.read_parquet(project / "out" / "walk" / "*.parquet").sort("id")
    with sqlite3.connect(project / "out.db") as db:
        rows = db.execute("SELECT id, name FROM walk ORDER BY id").fetchall()
    return pl.DataFrame(rows, schema=OLD.schema, orient="row")


CASES = [(store, run_type) for store in STORES for run_type in ("incremental", "full_drop")]


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def template(request, tmp_path_factory):
    store, run_type = request.param
    project = tmp_path_factory.mktemp("template")
    text = PROJECT.format(store=STORES[store], run_type=run_type)
    (project / "hygge.toml").write_text(text.replace(run_type, "full_drop"))
    OLD.write_parquet(project / "source.parquet")
    assert run(project, -1, POINTS=str(project / "first")) == 0
    (project / "hygge.toml").write_text(text)
    after = OTHER if run_type == "full_drop" else pl.concat([OLD, MORE])
    after.write_parquet(project / "source.parquet")
    rehearsal = project.with_name(project.name + "-rehearsal")
    shutil.copytree(project, rehearsal)
    assert run(rehearsal, -1, POINTS=str(project / "points")) == 0
    assert visible(rehearsal, store).equals(after.sort("id"))
    points = (project / "points").read_text().splitlines()
    return project, store, run_type, after.sort("id"), points


def kill_and_recover(template, tmp_path, ks):
    project, store, run_type, after, points = template
    for k in ks:
        here = tmp_path / str(k)
        shutil.copytree(project, here)
        place = f"killed at point {k} ({points[k]})"
        assert run(here, k) == -signal.SIGKILL, place
        seen = visible(here, store)
        if store == "parquet" and run_type == "incremental":
            assert set(OLD["id"]) <= set(seen["id"]) <= set(after["id"]), place
            assert seen["id"].is_unique().all(), place
        else:
            assert seen.equals(OLD) or seen.equals(after), f"{place}: {seen}"
        assert run(here, -1, POINTS=os.devnull) == 0, place
        assert visible(here, store).equals(after), place
        shutil.rmtree(here)


def test_a_run_killed_at_a_point_is_finished_or_undone_by_the_next(template, tmp_path):
    eighth = 2 * CASES.index(template[1:3]) + 1  # each case is killed further on than the last
    kill_and_recover(template, tmp_path, [len(template[-1]) * eighth // 8])


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(3600)
def test_a_run_killed_at_any_point_is_finished_or_undone_by_the_next(template, tmp_path):
    kill_and_recover(template, tmp_path, share(range(len(template[-1]))))
