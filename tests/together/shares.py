"""A walk that is not whole: some of its steps, or today's share of them.

``HYGGE_TEST_SHARE=I/N``: a walk marked ``shared`` takes every N-th of its steps, the I-th first.

CI takes the share that the commit's hash picks, so that many commits take all; without the variable
a walk is whole.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import compress, count, islice
from typing import TypeVar

from hygge_core.operate.selection import Shard

T = TypeVar("T")


def sampled(steps: Iterable[T], nth: int, *, first: int = 0) -> Iterator[T]:
    """Every ``nth``: each takes three runs over HTTP, and the slow suite takes all.

    ``first`` is the number of the case: each of them takes others.
    """
    return islice(steps, (7 * first) % nth, None, nth)


def share(steps: Iterable[T]) -> Iterator[T]:
    """The steps that are to be taken today. Raises ``ValueError`` for what is no share."""
    return compress(steps, dealt())


def dealt() -> Iterator[bool]:
    """Whether the next step is to be taken today, for steps that come bit by bit."""
    mine = Shard.parse(os.environ.get("HYGGE_TEST_SHARE") or "1/1")
    return (number % mine.count == mine.index - 1 for number in count())
