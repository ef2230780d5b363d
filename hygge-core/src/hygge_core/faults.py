"""The fault seam: a named point before and after every remote or durable operation.

Production code says ``point("local.rename:before", path)`` and pays one comparison with ``None``.
A test sets a plan, which may crash, fail, delay or pause at the k-th point that is reached:
failing at an ``:after`` point is the lost answer (the work was done, the caller is told it was
not). ``hygge_core.testing`` holds the plans; nothing in production sets one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Plan(Protocol):
    """What a test wants to happen at the points."""

    def reach(self, point: str, detail: str) -> None:
        """Called at every point, from any thread. May raise, sleep, or kill the process."""


_plan: Plan | None = None


def point(name: str, detail: object = "") -> None:
    """Say that the operation ``name`` stands here. Free while no plan is set."""
    if _plan is not None:
        _plan.reach(name, str(detail))


@contextmanager
def around(name: str, detail: object = "") -> Iterator[None]:
    """``point(name:before)``, the operation, ``point(name:after)`` when it succeeded."""
    point(f"{name}:before", detail)
    yield
    point(f"{name}:after", detail)


@contextmanager
def planned(plan: Plan) -> Iterator[Plan]:
    """Let ``plan`` rule every point inside the block. For tests; plans do not nest."""
    global _plan  # noqa: PLW0603  # one seam for the whole process, and one comparison to pass it
    if _plan is not None:
        raise RuntimeError("a fault plan is set already")
    _plan = plan
    try:
        yield plan
    finally:
        _plan = None


__all__ = [
    "Plan",
    "around",
    "planned",
    "point",
]
