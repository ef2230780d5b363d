"""Every fault point of a run and of its recovery: files and SQLite, with a journal and without.

The default suite takes every first step and a sample of the second ones; the slow one takes every
crash, failure and lost answer of every recovery. An incremental flow without a journal
does not exist: nobody would know how far it got.
"""

from functools import partial

import pytest
from branching import every_branch, every_step
from grounds import ACTIONS, CASES, GROUNDS, fresh

from hygge_core.testing.walk import Walk


@pytest.fixture(
    params=CASES, ids=lambda case: f"{case[0]}-{case[1]}-{'journal' if case[2] else 'none'}"
)
def walk(request) -> Walk:
    name, run_type, journal = request.param
    return Walk(make=partial(fresh, GROUNDS[name], journal), run_type=run_type)


@pytest.mark.timeout(300)
def test_whatever_happens_at_any_point_the_next_start_puts_right(walk):
    every_step(walk, ACTIONS)


@pytest.mark.timeout(300)
def test_a_recovery_that_is_disturbed_itself_is_put_right_by_the_next_start(walk):
    assert every_branch(walk, ACTIONS, every=331) > 0


@pytest.mark.slow
@pytest.mark.shared
@pytest.mark.timeout(1500)
def test_any_point_of_any_recovery_may_be_disturbed(walk):
    assert every_branch(walk, ACTIONS) > 0
