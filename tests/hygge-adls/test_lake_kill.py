"""Real processes, killed by SIGKILL at a fault point, on a lake that outlives them."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from attrs import frozen
from dfs import DfsServer
from lakes import PLUGINS, connection, visible
from shares import share

from hygge_core import config, faults
from hygge_core.engine.coordinator import Coordinator
from hygge_core.testing.plans import Count
from hygge_core.testing.walk import MORE, OLD, OTHER

KILL_AT = Path(__file__).parent.parent / "together" / "kill_at.py"
PROJECT = """
[journal]
{journal}

{connection}
[flows.walk]
home = {{ type = "parquet", path = "source.parquet" }}
run_type = "{run_type}"
watermark = {{ column = "id" }}

[flows.walk.store]
type = "adls"
connection = "lake"
filesystem = "lake"
path = "out/walk"
rows_per_file = 2
"""
HERE = 'type = "sqlite"\npath = ".hygge/journal.db"'
BESIDE = 'location = "store"'
CASES = {
    "incremental": ("incremental", HERE),
    "full_drop": ("full_drop", HERE),
    "full_drop-journal_beside": ("full_drop", BESIDE),
}


@frozen(kw_only=True)
class Template:
    """A project and its lake with the old content; ``points`` are those of the run to kill."""

    server: DfsServer
    project: Path
    lake: dict[str, bytes]
    run_type: str
    after: pl.DataFrame
    points: list[str]

    def fresh(self, place: Path) -> Path:
        """A copy of the project, and the lake as it was."""

        async def empty() -> None:
            del self.server.account.filesystems["lake"]
            self.server.account.create_filesystem("lake")

        self.server.on_loop(empty())
        self.server.seed("lake", self.lake)
        return Path(shutil.copytree(self.project, place))


def run_here(project: Path) -> list[str]:
    """The next start, in this process; the names of its points."""
    here = config.load(start=project, plugins=PLUGINS)
    with faults.planned(Count()) as counted:
        summary = Coordinator(here, PLUGINS, lambda event: None).run(here.entities)
    [result] = summary.results
    assert result.outcome in ("complete", "skip"), result
    return counted.names()


def killed(project: Path, k: int) -> int:
    """The exit code of a real ``hygge run`` that is killed at its point ``k``."""
    return subprocess.run(
        [sys.executable, str(KILL_AT), str(k), "-q", "-C", str(project), "run"],
        capture_output=True,
        timeout=120,
        check=False,
    ).returncode


@pytest.fixture(params=CASES, ids=str)
def case(request):
    return request.param


@pytest.fixture
def template(case, dfs, tmp_path):
    run_type, journal = CASES[case]
    project = tmp_path / "project"
    project.mkdir()
    told = {"journal": journal, "connection": connection(dfs)}
    (project / "hygge.toml").write_text(PROJECT.format(run_type="full_drop", **told))
    OLD.write_parquet(project / "source.parquet")
    run_here(project)
    (project / "hygge.toml").write_text(PROJECT.format(run_type=run_type, **told))
    after = OTHER if run_type == "full_drop" else pl.concat([OLD, MORE])
    after.write_parquet(project / "source.parquet")
    lake = dfs.files("lake")
    rehearsal = Path(shutil.copytree(project, tmp_path / "rehearsal"))
    points = run_here(rehearsal)

    assert visible(dfs, "out").sort("id").equals(after.sort("id"))
    return Template(
        server=dfs, project=project, lake=lake, run_type=run_type, after=after, points=points
    )


def kill_and_start_again(template: Template, place: Path, ks) -> None:
    for k in ks:
        project = template.fresh(place / str(k))
        told = f"killed at point {k} ({template.points[k]})"
        assert killed(project, k) == -signal.SIGKILL, told
        seen = visible(template.server, "out")
        old, new = set(OLD["id"]), set(template.after["id"])
        assert seen["id"].is_unique().all(), told
        if template.run_type == "incremental":
            assert old <= set(seen["id"]) <= new, told
        else:
            assert set(seen["id"]) in (old, new), f"{told}: {seen}"
        run_here(project)
        assert visible(template.server, "out").sort("id").equals(template.after.sort("id")), told
        left = [name for name in template.server.files("lake") if "/.hygge/" in name]
        assert left == [], told
        shutil.rmtree(project)


@pytest.mark.parametrize("case", ["incremental", "full_drop-journal_beside"], indirect=True)
def test_a_run_killed_at_a_point_is_finished_or_undone_by_the_next(template, case, tmp_path):
    """Each is killed once, one further on than the other; the slow suite kills all everywhere."""
    quarter = len(template.points) * (1 + list(CASES).index(case)) // 4
    kill_and_start_again(template, tmp_path, (quarter,))


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(3600)
def test_a_run_killed_at_any_point_is_finished_or_undone_by_the_next(template, tmp_path):
    kill_and_start_again(template, tmp_path, share(range(len(template.points))))
