"""The steps of a walk, and which of them are taken where it is thinned out: only repeats are not.

A wrong store shows itself at one kind of call and one way to disturb it: so each kind is met in
every walk, wherever it begins.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from hygge_core.testing.plans import Action

T = TypeVar("T")


def steps(names: Sequence[str], actions: Sequence[Action]) -> Iterator[tuple[int, Action]]:
    """Every (point, action) of a walk: crash and error at each ``:before`` and each ``:after``.

    An error at an ``:after`` point is the lost answer: done, but reported as failed.
    """
    for k in range(len(names)):
        for action in actions:
            yield k, action


def some_steps(
    names: Sequence[str], actions: Sequence[Action], every: int
) -> Sequence[tuple[int, Action]]:
    """Those of ``steps`` that a thinned walk takes: each disturbance at each point of a name."""
    return thinned(list(steps(names, actions)), every, lambda step: (names[step[0]], step[1]))


def steps_of_calls(
    names: Sequence[str], actions: Sequence[Action], every: int
) -> Sequence[tuple[int, Action]]:
    """The same of a whole run, which is long: each call in one way at least, in turn in each."""
    whole = list(steps(names, actions))
    return thinned(whole, every, lambda step: names[step[0]].partition(":")[0], spread=1)


def some_points(names: Sequence[str], every: int) -> Sequence[int]:
    """The numbers of the points that a thinned walk takes: at least one of each name."""
    return thinned(range(len(names)), every, lambda k: names[k])


def points_of_calls(names: Sequence[str], every: int) -> Sequence[int]:
    """The same of a whole run: at least one of each call, before it or, at the next, after it."""
    return thinned(range(len(names)), every, lambda k: names[k].partition(":")[0], spread=1)


def thinned(
    whole: Sequence[T], every: int, kind: Callable[[T], Hashable], *, spread: int = 0
) -> Sequence[T]:
    """Of each kind the ``every``-th ones, at least one; beginning with another at each turn.

    Only what repeats is left out. ``HYGGE_TEST_TURN`` in the environment is a number that a CI
    counts up: so many runs as ``every`` says take all of them. ``spread`` is how much further each
    kind begins than the one before.
    """
    alike: dict[Hashable, list[T]] = {}
    for each in whole:
        alike.setdefault(kind(each), []).append(each)
    taken = [
        each
        for at, group in enumerate(alike.values())
        for each in group[(turn() + spread * at) % min(every, len(group)) :: every]
    ]
    return sorted(taken, key=whole.index)


def turn() -> int:
    """``HYGGE_TEST_TURN``; 0 where nobody counts."""
    return int(os.environ.get("HYGGE_TEST_TURN") or 0)
