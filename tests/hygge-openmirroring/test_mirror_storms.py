"""The storage fails at any request, writers meet, sources change: the service never notices."""

from __future__ import annotations

import itertools
import threading
from functools import cache

import polars as pl
import pytest
from shares import share
from walking import ROWS_PER_FILE, MirrorGround, batches, fresh, ids

from hygge_core.testing.plans import At, Count
from hygge_core.testing.walk import MORE, OLD, OTHER

#: What happens to one request: it never arrives, its answer is lost, or the service is busy.
BLOWS = {
    "reset before": {"reset": True},
    "lost answer": {"reset": True, "moment": "after"},
    "busy": {"status": 503},
    "busy, but done": {"status": 503, "moment": "after"},
    "refused": {"status": 403, "code": "AuthorizationPermissionMismatch"},
}
#: A run says who it is, too.
TOLD = {"partner_name": "hygge"}
RUNS = {"incremental": pl.concat([OLD, MORE]), "full_drop": OTHER}


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    from hygge_adls.lake import retries
    from hygge_openmirroring import dropping

    monkeypatch.setattr(retries, "FIRST_SECONDS", 0.001)
    monkeypatch.setattr(dropping, "PAUSES", (0.01, 0.01, 0.01))


def prepared(ground: MirrorGround, run_type: str) -> None:
    ground.offer(OLD)
    assert ground.run("full_drop").failure is None
    ground.offer(RUNS[run_type])


def finish(ground: MirrorGround, run_type: str, story: list[list[int]]) -> None:
    """The next start: all is there, once, and nothing ever stopped."""
    result = ground.run(run_type)
    assert result.outcome in ("complete", "skip"), result
    assert ground.poller.failures() == []
    assert ids(ground.poller.shown("walk")) == story
    assert ground.leftovers() == []


@cache
def requests_of(run_type: str) -> int:
    with fresh(**TOLD) as ground:
        prepared(ground, run_type)
        ground.server.log.clear()
        assert ground.run(run_type).failure is None
        return len(list(ground.server.log))


def blow(run_type: str, nth: int, what: dict[str, object]) -> None:
    with fresh(**TOLD) as ground:
        prepared(ground, run_type)
        ground.server.faults.add(nth=nth, **what)
        ground.run(run_type)
        assert ground.poller.failures() == [], f"request {nth}"
        ground.server.faults.clear()
        story = batches(RUNS[run_type])
        if run_type == "incremental":
            story = [*batches(OLD), *batches(MORE)]
        finish(ground, run_type, story)


@pytest.mark.parametrize("run_type", RUNS)
@pytest.mark.timeout(300)
def test_a_request_may_fail_in_any_way(run_type):
    every = itertools.product(range(1, requests_of(run_type) + 1), BLOWS)
    for nth, what in itertools.islice(every, 0, None, 251):
        blow(run_type, nth, BLOWS[what])


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.parametrize("what", BLOWS)
@pytest.mark.parametrize("run_type", RUNS)
@pytest.mark.timeout(3600)
def test_every_request_may_fail_in_any_way(run_type, what):
    for nth in share(range(1, requests_of(run_type) + 1)):
        blow(run_type, nth, BLOWS[what])


@pytest.mark.parametrize("status", [409, 423])
def test_a_folder_that_the_service_holds_is_deleted_when_it_lets_go(status):
    with fresh() as ground:
        prepared(ground, "full_drop")
        held = ground.server.faults.add(
            operation="delete", path="*LandingZone/walk", status=status, code="Conflict", times=2
        )
        assert ground.run("full_drop").failure is None
        assert held.struck == 2
        finish(ground, "full_drop", batches(OTHER))


def test_a_folder_that_is_never_let_go_keeps_the_old_table_until_the_next_start():
    with fresh() as ground:
        prepared(ground, "full_drop")
        ground.server.faults.add(
            operation="delete", path="*LandingZone/walk", status=409, code="Conflict", times=None
        )
        result = ground.run("full_drop")
        assert result.failure.transient
        assert ids(ground.poller.shown("walk")) == batches(OLD)
        ground.server.faults.clear()
        finish(ground, "full_drop", batches(OTHER))


@cache
def points_of(run_type: str) -> int:
    with fresh() as ground:
        prepared(ground, run_type)
        counted = Count()
        ground.run(run_type, counted)
        return len(counted.points)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.75, 0.9])
def test_a_source_that_changes_between_a_crash_and_the_next_start_mixes_nothing(share):
    """What was decided is published as it was read; what was not is read anew."""
    with fresh() as ground:
        prepared(ground, "incremental")
        ground.run("incremental", At(round(points_of("incremental") * share), "crash"))
        later = pl.DataFrame({"id": [6, 7, 8, 9, 11, 12], "name": ["F", "G", "H", "i", "k", "l"]})
        ground.offer(pl.concat([OLD, later]))
        result = ground.run("incremental")
        assert result.failure is None, result
        assert ground.poller.failures() == []
        shown = ground.poller.shown("walk")
        assert [each for file in ids(shown) for each in file] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]
        (first,) = {row[1] for row in shown.frame.rows() if row[0] == 6}
        same = MORE if first == MORE["name"][0] else later
        told = dict(shown.frame.rows())
        assert [told[n] for n in (6, 7, 8, 9)] == same["name"].to_list()[:4]


@pytest.mark.parametrize("share", [0.4, 0.65, 0.8, 0.95])
def test_a_table_that_is_made_anew_is_of_one_source_each_time(share):
    later = pl.DataFrame({"id": [20, 21, 22], "name": ["x", "y", "z"]})
    with fresh() as ground:
        prepared(ground, "full_drop")
        ground.run("full_drop", At(round(points_of("full_drop") * share), "crash"))
        ground.offer(later)
        finish(ground, "full_drop", batches(later))
        stories = (batches(OLD), batches(OTHER), batches(later))
        for life in ground.poller.ever("walk"):
            assert any(ids(life) == story[: len(ids(life))] for story in stories)


def test_two_writers_that_publish_at_once_never_spoil_the_table():
    """Two coordinators without a common journal: one wins each number, the other is told."""
    with fresh() as ground:
        prepared(ground, "incremental")
        second = MirrorGround.beside(ground)
        results = {}

        def run(name: str, one: MirrorGround) -> None:
            results[name] = one.run("incremental")

        threads = [
            threading.Thread(target=run, args=item)
            for item in (("first", ground), ("second", second))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert ground.poller.failures() == []
        numbers = [each.name for each in ground.poller.shown("walk").read]
        assert numbers == [f"{n:020}.parquet" for n in range(1, len(numbers) + 1)]
        outcomes = {name: each.failure for name, each in results.items()}
        assert any(failure is None for failure in outcomes.values()), outcomes
        read = [n for file in ids(ground.poller.shown("walk")) for n in file]
        done = sum(failure is None for failure in outcomes.values())
        assert read.count(6) >= done


def test_the_number_goes_on_where_the_service_left_only_the_last_file():
    with fresh() as ground:
        ground.offer(pl.DataFrame({"id": range(1, 32), "name": ["x"] * 31}))
        assert ground.run("full_drop").failure is None
        assert -(-31 // ROWS_PER_FILE) == 16
        for path in ground.server.files("lake"):
            if "/_ProcessedFiles/" in path:
                ground.remove(path)
        ground.offer(pl.DataFrame({"id": range(1, 33), "name": ["x"] * 32}))
        assert ground.run("incremental").failure is None
        assert ground.poller.shown("walk").read[-1].name == f"{17:020}.parquet"
        assert ground.poller.failures() == []
