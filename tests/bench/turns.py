"""Contestants in turn, A B A B: what disturbs the machine disturbs them all."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from attrs import evolve, field, frozen
from cost import ChildFailed, Cost, run, size_of

#: Nobody takes so long: who does not end by then hangs, and is out.
_LONGEST_SECONDS = 180


def _nothing() -> None:
    """Most contestants need nothing done before their turn."""


@frozen(kw_only=True)
class Contestant:
    """Something that is measured.

    * ``command`` what runs, as a process of its own.
    * ``out`` what it writes: emptied before each turn, and its size is told.
    * ``before`` runs before each turn, after the emptying, and is not measured.
    * ``check`` looks at what was written and says what is wrong with it, or ``""``.
    * ``needs`` a module without which it stands aside.
    """

    name: str
    command: Sequence[str | Path]
    out: Path | None = None
    before: Callable[[], None] = _nothing
    check: Callable[[], str] = str
    needs: str = "sys"
    env: dict[str, str] = field(factory=dict)


@frozen(kw_only=True)
class Standing:
    """How one contestant did: medians, the ``spread`` of its wall times, or what went wrong."""

    name: str
    cost: Cost | None = None
    spread: float = 0.0
    wrong: str = ""


def in_turn(contestants: Sequence[Contestant], turns: int) -> list[Standing]:
    """Run all, ``turns`` times; outputs are checked after the first turn."""
    wrong: dict[str, str] = {}
    costs: dict[str, list[Cost]] = {each.name: [] for each in contestants}
    for turn in range(turns):
        for each in contestants:
            if each.name not in wrong:
                say(f"  turn {turn + 1} of {turns}: {each.name}")
                try:
                    costs[each.name].append(_once(each, check=turn == 0))
                except (ChildFailed, AssertionError) as exc:
                    wrong[each.name] = str(exc)
    return [
        Standing(name=each.name, wrong=wrong[each.name])
        if each.name in wrong
        else _standing(each.name, costs[each.name])
        for each in contestants
    ]


def say(line: str) -> None:
    """Talk goes to stderr: the tables are what is asked for."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _once(contestant: Contestant, *, check: bool) -> Cost:
    if importlib.util.find_spec(contestant.needs) is None:
        raise ChildFailed(f"not measured: {contestant.needs} is not installed")
    if contestant.out is not None:
        shutil.rmtree(contestant.out, ignore_errors=True)
        contestant.out.mkdir(parents=True)
    contestant.before()
    os.sync()  # what others wrote is not written back on this one's time
    cost, _ = run(contestant.command, env=contestant.env, longest_seconds=_LONGEST_SECONDS)
    wrong = contestant.check() if check else ""
    if wrong:
        raise ChildFailed(f"wrong output: {wrong}")
    return evolve(cost, written=size_of(contestant.out) if contestant.out else 0)


def _standing(name: str, costs: Sequence[Cost]) -> Standing:
    walls = [each.wall for each in costs]
    middle = Cost(
        wall=median(walls),
        cpu=median(each.cpu for each in costs),
        peak=round(median(each.peak for each in costs)),
        written=costs[-1].written,
    )
    return Standing(name=name, cost=middle, spread=(max(walls) - min(walls)) / middle.wall)
