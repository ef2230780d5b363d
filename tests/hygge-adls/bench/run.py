"""Uploading to a lake: ``python tests/hygge-adls/bench/run.py [CASES] [--quick] [--turns N]``.

hygge against the plain SDK (``upload_data``), adlfs and obstore, all against the dfs server of the
tests with a latency that is injected into every request: loopback has none, and without it nothing
is learned about a network. Contestants run in turn, each in a process of its own; the medians'
ratios are printed, and the requests per file as the server counted them. What has arrived is
compared byte for byte. hygge's files are the only ones that are staged, looked at and renamed:
two requests more per file, so that nobody meets half of one.

The exit code is 1 when something arrived wrong, never because something was slow. Nothing here was
measured against Azure itself.
"""

from __future__ import annotations

import argparse
import importlib.util
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from attrs import frozen

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
sys.path[:0] = map(str, (HERE.parent, TESTS / "bench", TESTS / "doubles"))

from contestants import CONTESTANTS  # noqa: E402  # after the path is set
from dfs import DfsServer, Manners  # noqa: E402
from report import Table, machine  # noqa: E402
from turns import say  # noqa: E402

MIB = 1 << 20
_PACKAGES = {"adlfs": "adlfs", "obstore": "obstore"}


@frozen(kw_only=True)
class Case:
    """``files`` files of ``mib`` MiB each, with so many seconds of latency per request."""

    files: int
    mib: float
    latency: float

    @property
    def title(self) -> str:
        size = f"{self.mib:g} MiB" if self.mib >= 1 else f"{self.mib * 1024:g} KiB"
        return f"{self.files} x {size}, {self.latency * 1000:g} ms per request"


@frozen(kw_only=True)
class Turn:
    """How one upload went."""

    seconds: float
    requests: int
    wrong: str = ""


CASES = {
    "large": Case(files=1, mib=128, latency=0.02),
    "medium": Case(files=12, mib=16, latency=0.02),
    "small": Case(files=60, mib=0.25, latency=0.02),
    "near": Case(files=12, mib=16, latency=0.0),
}
QUICK = {
    "large": Case(files=1, mib=48, latency=0.02),
    "small": Case(files=20, mib=0.25, latency=0.02),
}


def main(words: Sequence[str]) -> int:
    """Run what is asked for; returns the exit code."""
    said = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    said.add_argument("cases", nargs="*", metavar="CASES", help=", ".join(CASES))
    said.add_argument("--quick", action="store_true", help="small files, one turn")
    said.add_argument("--turns", type=int, default=3, help="how often each contestant runs (3)")
    asked = said.parse_args(words)
    cases = QUICK if asked.quick else CASES
    sys.stdout.write(f"{machine()}\n\n")
    wrong = []
    for name in asked.cases or cases:
        table = _measured(cases[name], 1 if asked.quick else asked.turns)
        sys.stdout.write(f"{table}\n")
        sys.stdout.flush()
        wrong += table.wrong
    return 1 if wrong else 0


def _measured(case: Case, turns: int) -> Table:
    names = [n for n in CONTESTANTS if importlib.util.find_spec(_PACKAGES.get(n, "azure"))]
    with tempfile.TemporaryDirectory(prefix="hygge-bench-") as folder:
        content = dict(_made(case, Path(folder)))
        told: dict[str, list[Turn]] = {name: [] for name in names}
        for turn in range(turns):
            for name in names:
                say(f"  {case.title}: turn {turn + 1} of {turns}: {name}")
                told[name].append(_once(name, case, folder, content))
    reference = median(turn.seconds for turn in told[names[0]])
    return Table(
        title=case.title,
        above="Wall time against the plain SDK's; throughput as it was here.",
        head=("", "wall", "MiB/s", "requests per file"),
        rows=[_row(name, told[name], case, reference) for name in names],
        notes=[f"Not installed: {name}" for name in CONTESTANTS if name not in names],
        wrong=[f"{name}: {t.wrong}" for name in names for t in told[name] if t.wrong],
    )


def _row(name: str, turns: Sequence[Turn], case: Case, reference: float) -> tuple[str, ...]:
    seconds = median(turn.seconds for turn in turns)
    requests = median(turn.requests for turn in turns) / case.files
    speed = case.files * case.mib / seconds
    return (
        name.replace("_", " "),
        f"{seconds / reference:.2f}",
        f"{speed:,.0f}",
        f"{requests:.1f}",
    )


def _made(case: Case, folder: Path) -> Iterator[tuple[str, bytes]]:
    noise = random.Random(13)
    for number in range(case.files):
        content = noise.randbytes(round(case.mib * MIB))
        (folder / f"{number:04}.parquet").write_bytes(content)
        yield f"out/{number:04}.parquet", content


def _once(name: str, case: Case, folder: str, content: dict[str, bytes]) -> Turn:
    with DfsServer(manners=Manners(latency_seconds=case.latency)) as server:
        words = [str(HERE / "contestants.py"), name, server.url, server.key, folder]
        done = subprocess.run(
            [sys.executable, *words], capture_output=True, text=True, timeout=600, check=False
        )
        if done.returncode:
            return Turn(seconds=float("nan"), requests=0, wrong=done.stderr[-500:])
        wrong = "" if server.files("lake") == content else "what arrived is not what was sent"
        return Turn(seconds=float(done.stdout), requests=len(server.log), wrong=wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
