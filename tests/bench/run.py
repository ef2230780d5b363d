"""The benchmarks: ``python tests/bench/run.py [NAMES] [--quick | --full] [--out FILE]``.

A name is a benchmark (``move``) or a case of it (``move.mix``). All data is made from a seed, every
output is compared with its source, contestants run in turn and medians are told. What is printed
are ratios: times of one machine say nothing about another. The exit code is 1 when an output was
wrong or a ceiling of memory was broken, and never because something was slow.

Peers that are not installed stand aside; ``tox -e bench`` installs them all.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench import Bench
from cost import ChildFailed
from journal import journal
from memory import memory
from move import move
from report import Table, machine
from scale import scale
from start import start
from turns import say

BENCHMARKS: dict[str, Callable[[Bench], Iterator[Table]]] = {
    each.__name__: each for each in (memory, journal, move, scale, start)
}


def asked(words: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    said = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    said.add_argument(
        "names", nargs="*", metavar="NAMES", help=f"{', '.join(BENCHMARKS)}, move.mix"
    )
    size = said.add_mutually_exclusive_group()
    for name in ("quick", "full"):
        size.add_argument(f"--{name}", dest="size", action="store_const", const=name)
    said.add_argument("--turns", type=int, default=3, help="how often each contestant runs (3)")
    said.add_argument("--out", type=Path, help="write the tables to this Markdown file, too")
    said.add_argument("--work", type=Path, help="keep what is made here, for the next time")
    said.set_defaults(size="default")
    found = said.parse_args(words)
    for name in found.names:
        if name.partition(".")[0] not in BENCHMARKS:
            said.error(f"there is no benchmark {name!r}; there are {', '.join(BENCHMARKS)}")
    return found


def main(words: Sequence[str]) -> int:
    """Run what is asked for; returns the exit code."""
    said = asked(words)
    with tempfile.TemporaryDirectory(prefix="hygge-bench-") as scratch:
        bench = Bench(
            work=(said.work or Path(scratch)).resolve(),
            size=said.size,
            turns=said.turns,
            cases=frozenset(said.names),
        )
        tables = list(_tables(bench, said.names))
    if said.out:
        text = "\n".join([f"Measured on {machine()}; {said.size} sizes.\n", *map(str, tables)])
        said.out.write_text(text, encoding="utf-8")
    if not tables:
        say(f"there is no case {' '.join(said.names)}")
        return 2
    return 1 if any(table.wrong for table in tables) else 0


def _tables(bench: Bench, names: Sequence[str]) -> Iterator[Table]:
    wanted = {name.partition(".")[0] for name in names} or set(BENCHMARKS)
    sys.stdout.write(f"{machine()}; {bench.size} sizes\n\n")
    for name, benchmark in BENCHMARKS.items():
        if name in wanted:
            say(f"{name}:")
            for table in _told(name, benchmark(bench)):
                sys.stdout.write(f"{table}\n")
                sys.stdout.flush()
                yield table


def _told(name: str, tables: Iterator[Table]) -> Iterator[Table]:
    """The tables; one that tells what went wrong where there could be none."""
    try:
        yield from tables
    except ChildFailed as exc:
        yield Table(title=name, head=("nothing was measured",), rows=(), wrong=(str(exc),))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
