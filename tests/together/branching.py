"""The walk from states that are kept, and put back, instead of reached anew for each step.

One run for each step instead of three, and for each pair of steps instead of four. And a start
knows nothing but what is durable: of the disturbances that leave the same behind, only one is
recovered from.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import TypeAlias

from grounds import LocalGround
from shares import dealt

from hygge_core.testing.plans import Action, At, Count
from hygge_core.testing.thinning import steps
from hygge_core.testing.walk import Walk

#: Written once and never changed: linked, so that their inodes, which etags are made of, stay.
LINKED = ".parquet"

State: TypeAlias = tuple[str, int | None]


class Kept:
    """All files below ``root`` as they are now."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._copy = Path(mkdtemp(prefix="kept-", dir=root.parent))
        _copied(root, self._copy)
        self._linked = self._seen()

    def put_back(self) -> None:
        """Let ``root`` be as it was."""
        assert self._seen() == self._linked, "a file that was published is changed in place"
        for each in self._root.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        _copied(self._copy, self._root)

    def forget(self) -> None:
        shutil.rmtree(self._copy)

    def _seen(self) -> list[tuple[str, int, int]]:
        files = sorted(self._copy.rglob(f"*{LINKED}"))
        return [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]


def _copied(source: Path, target: Path) -> None:
    def copy(here: str, there: str) -> None:
        (os.link if here.endswith(LINKED) else shutil.copy2)(here, there)

    shutil.copytree(source, target, copy_function=copy, dirs_exist_ok=True, symlinks=True)


@contextmanager
def kept(ground: LocalGround) -> Iterator[Kept]:
    state = Kept(ground.root)
    try:
        yield state
    finally:
        state.forget()


def every_step(walk: Walk, actions: Sequence[Action]) -> None:
    """Every first disturbance, and the start after it."""
    recovered: set[State] = set()
    for ground, place in _disturbed(walk, actions):
        _recovered(walk, ground, place, recovered)


def every_branch(walk: Walk, actions: Sequence[Action], *, every: int = 1) -> int:
    """Every pair that falls to today's share, or each ``every``-th; returns how many there were.

    ``HYGGE_TEST_TURN`` lets the latter begin with another one, as in ``testing.thinning``.
    """
    known: set[str] = set()
    recovered: set[State] = set()
    taken = 0
    number = count(int(os.environ.get("HYGGE_TEST_TURN") or 0))
    today = dealt()  # over all recoveries: one of them has fewer steps than there are shares
    for ground, place in _disturbed(walk, actions):
        left = ground.durable()
        if left in known:
            continue
        known.add(left)
        with kept(ground) as state:
            counted = Count()
            ground.run(walk.run_type, counted)
            for j, action in steps(counted.names(), actions):
                if next(number) % every == 0 and next(today):
                    state.put_back()
                    plan = At(j, action, error=walk.errors)
                    told = walk.disturbed_again(ground, place, plan)
                    _recovered(walk, ground, told, recovered)
                    taken += 1
    return taken


def _disturbed(walk: Walk, actions: Sequence[Action]) -> Iterator[tuple[LocalGround, str]]:
    """The ground after each first disturbance, and where that was."""
    points = walk.points()
    with walk.make() as ground:
        assert isinstance(ground, LocalGround)
        walk.prepare(ground)
        with kept(ground) as before:
            for k, action in steps(points, actions):
                before.put_back()
                yield ground, walk.disturb(ground, k, action)


def _recovered(walk: Walk, ground: LocalGround, place: str, known: set[State]) -> None:
    """The next start puts it right; what is durable, and what the journal tells, says all of it."""
    seen = ground.durable(), ground.rows_journalled()
    if seen not in known:
        walk.recovered(ground, place)
        known.add(seen)
