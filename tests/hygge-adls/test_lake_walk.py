"""Every fault point of a run on a lake, over real HTTP, and of its recovery."""

import itertools
from functools import partial

import pytest
from lakes import LakeGround, OneLakeGround, fresh
from shares import share

from hygge_core.testing.thinning import steps
from hygge_core.testing.walk import Walk

ACTIONS = ("crash", "error")
#: On ADLS the journal is on this host; on OneLake it is on the lake itself.
CASES = [
    (ground, run_type, journal)
    for ground in (LakeGround, OneLakeGround)
    for run_type, journal in (("incremental", True), ("full_drop", True), ("full_drop", False))
]


def _named(case) -> str:
    ground, run_type, journal = case
    return f"{ground.__name__}-{run_type}-{'journal' if journal else 'none'}"


@pytest.fixture(params=CASES, ids=_named)
def walk(request) -> Walk:
    ground, run_type, journal = request.param
    return Walk(make=partial(fresh, ground, journal), run_type=run_type)


def sampled(many, nth: int):
    """Every ``nth`` of them: each takes three runs over HTTP; the slow suite takes all."""
    return itertools.islice(many, 0, None, nth)


@pytest.mark.timeout(300)
def test_whatever_happens_at_a_point_the_next_start_puts_right(walk):
    for k, action in sampled(steps(walk.points(), ACTIONS), 23):
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
    for k, action, j, again in share(sampled(walk.doubles(ACTIONS), 61)):
        walk.double_step(k, action, j, again)
