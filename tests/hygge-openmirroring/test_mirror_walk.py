"""Every fault point of a run into a landing zone, and of its recovery, with the poller watching."""

from __future__ import annotations

from functools import partial

import pytest
from shares import sampled, share
from walking import MirrorWalk, fresh

from hygge_core.testing.thinning import steps

ACTIONS = ("crash", "error")
#: How the service keeps what it has read, beside how the table is filled.
CASES = {
    "incremental": ("incremental", {}),
    "incremental, nothing stays": ("incremental", {"keeps": "none"}),
    "incremental, all is removed": ("incremental", {"keeps": "none", "janitor": True}),
    "incremental, with keys": ("incremental", {"key_columns": ["id"]}),
    "incremental, by time": ("incremental", {"file_detection": "timestamp"}),
    "full_drop": ("full_drop", {}),
    "full_drop, no journal": ("full_drop", {"journal": False}),
    "full_drop, all is removed": ("full_drop", {"keeps": "none", "janitor": True}),
}


@pytest.fixture(params=CASES)
def case(request) -> str:
    return request.param


@pytest.fixture
def walk(case) -> MirrorWalk:
    run_type, told = CASES[case]
    return MirrorWalk(make=partial(fresh, **told), run_type=run_type)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    from hygge_adls.lake import retries
    from hygge_openmirroring import store

    monkeypatch.setattr(retries, "FIRST_SECONDS", 0.001)
    # The poller looks after every request, so no two files are ever found in one look.
    monkeypatch.setattr(store, "TICK_SECONDS", 0.0)


@pytest.mark.timeout(300)
def test_whatever_happens_at_a_point_no_table_stops_and_no_batch_is_lost(case, walk):
    for k, action in sampled(steps(walk.points(), ACTIONS), 73, first=list(CASES).index(case)):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(3600)
def test_whatever_happens_at_any_point_no_table_stops_and_no_batch_is_lost(walk):
    for k, action in share(steps(walk.points(), ACTIONS)):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(3600)
def test_a_recovery_that_is_disturbed_itself_is_put_right_by_the_next_start(walk):
    first = share(steps(walk.points(), ACTIONS))
    for k, action, j, again in walk.some_doubles(ACTIONS, 7, first):
        walk.double_step(k, action, j, again)
