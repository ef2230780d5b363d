"""Every fault point of a run on a lake, over real HTTP, and of its recovery."""

import itertools
from functools import partial

import pytest
from lakes import LakeGround, fresh

from hygge_core.testing.walk import Walk, steps

ACTIONS = ("crash", "error")
CASES = [("incremental", True), ("full_drop", True), ("full_drop", False)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{'journal' if case[1] else 'none'}")
def walk(request) -> Walk:
    run_type, journal = request.param
    return Walk(make=partial(fresh, LakeGround, journal), run_type=run_type)


def sampled(many, nth: int):
    """Every ``nth`` of them: each takes three runs over HTTP; the slow suite takes all."""
    return itertools.islice(many, 0, None, nth)


@pytest.mark.timeout(300)
def test_whatever_happens_at_a_point_the_next_start_puts_right(walk):
    for k, action in sampled(steps(walk.points(), ACTIONS), 7):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_whatever_happens_at_any_point_the_next_start_puts_right(walk):
    for k, action in steps(walk.points(), ACTIONS):
        walk.step(k, action)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_a_recovery_that_is_disturbed_itself_is_put_right_by_the_next_start(walk):
    for k, action, j, again in sampled(walk.doubles(ACTIONS), 61):
        walk.double_step(k, action, j, again)
