"""Every fault point of a run on a lake, over real HTTP, and of its recovery."""

from functools import partial

import pytest
from lakes import LakeGround, OneLakeGround, fresh
from shares import sampled, share

from hygge_core.testing.thinning import steps
from hygge_core.testing.walk import Walk

ACTIONS = ("crash", "error")
#: On ADLS the journal is on this host; on OneLake it is on the lake itself.
CASES = [
    (ground, run_type, journal)
    for ground in (LakeGround, OneLakeGround)
    for run_type, journal in (("incremental", True), ("full_drop", True), ("full_drop", False))
]
BESIDE = [case for case in CASES if case[0] is OneLakeGround and case[2]]


def _named(case) -> str:
    ground, run_type, journal = case
    return f"{ground.__name__}-{run_type}-{'journal' if journal else 'none'}"


@pytest.fixture(params=CASES, ids=_named)
def case(request):
    return request.param


@pytest.fixture
def walk(case) -> Walk:
    ground, run_type, journal = case
    return Walk(make=partial(fresh, ground, journal), run_type=run_type)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("case", BESIDE, ids=_named, indirect=True)
def test_whatever_happens_at_a_point_the_next_start_puts_right(case, walk):
    """Where the journal is on this host or there is none, the kit walks on the lake, too."""
    for k, action in sampled(steps(walk.points(), ACTIONS), 53, first=CASES.index(case)):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(3600)
def test_whatever_happens_at_any_point_the_next_start_puts_right(walk):
    for k, action in share(steps(walk.points(), ACTIONS)):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(3600)
def test_a_recovery_that_is_disturbed_itself_is_put_right_by_the_next_start(walk):
    first = share(steps(walk.points(), ACTIONS))
    for k, action, j, again in sampled(walk.doubles(ACTIONS, first), 61):
        walk.double_step(k, action, j, again)
