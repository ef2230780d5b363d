"""Every fault point of a run and of its recovery: files and SQLite, with a journal and without.

The default suite takes every first step and a sample of the second ones; the slow one takes every
crash of every recovery, and with HYGGE_TEST_WALK=all every failure and lost answer of them as well;
of a share (see ``shares``) as much as falls to it.
An incremental flow without a journal does not exist: nobody would know how far it got.
"""

import itertools
import os
from functools import partial

import pytest
from grounds import ACTIONS, CASES, GROUNDS, fresh
from shares import share

from hygge_core.testing.walk import Walk, steps


@pytest.fixture(
    params=CASES, ids=lambda case: f"{case[0]}-{case[1]}-{'journal' if case[2] else 'none'}"
)
def walk(request) -> Walk:
    name, run_type, journal = request.param
    return Walk(make=partial(fresh, GROUNDS[name], journal), run_type=run_type)


@pytest.mark.timeout(300)
def test_whatever_happens_at_any_point_the_next_start_puts_right(walk):
    points = walk.points()
    for k, action in steps(points, ACTIONS):
        walk.step(k, action)


@pytest.mark.timeout(300)
def test_a_recovery_that_is_disturbed_itself_is_put_right_by_the_next_start(walk):
    for k, action, j, again in itertools.islice(walk.doubles(ACTIONS), 0, None, 41):
        walk.double_step(k, action, j, again)


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_any_point_of_any_recovery_may_be_disturbed(walk):
    everything = os.environ.get("HYGGE_TEST_WALK") == "all"
    wanted = (each for each in walk.doubles(ACTIONS) if everything or each[-1] == "crash")
    for k, action, j, again in share(wanted):
        walk.double_step(k, action, j, again)
