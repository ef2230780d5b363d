"""A walk that is thinned out still meets each kind of call, and over its turns every step."""

import pytest

from hygge_core.testing.thinning import (
    points_of_calls,
    some_points,
    some_steps,
    steps_of_calls,
)

ACTIONS = ("crash", "error")
CALLS = ["stage", "rename", "sync", "rename", "rename", "sync", "decide"]
NAMES = [f"{call}:{moment}" for call in CALLS for moment in ("before", "after")]


@pytest.mark.parametrize("every", [1, 2, 3, 5, 100])
@pytest.mark.parametrize("choose", [some_steps, steps_of_calls])
def test_a_thinned_walk_leaves_out_only_what_repeats(monkeypatch, choose, every):
    whole = [(k, action) for k in range(len(NAMES)) for action in ACTIONS]
    met = set()
    for turn in range(4 * len(CALLS)):
        monkeypatch.setenv("HYGGE_TEST_TURN", str(turn))
        taken = list(choose(NAMES, ACTIONS, every))
        assert taken == sorted(taken)
        assert {NAMES[k].partition(":")[0] for k, _ in taken} == set(CALLS)
        kinds = {(NAMES[k], action) for k, action in taken}
        assert choose is steps_of_calls or len(kinds) == 2 * len(set(NAMES))
        assert {NAMES[k] for k in some_points(NAMES, every)} == set(NAMES)
        assert {NAMES[k].partition(":")[0] for k in points_of_calls(NAMES, every)} == set(CALLS)
        assert every > 1 or taken == whole
        met |= set(taken)
    assert met == set(whole)
