"""``start``: how long until hygge says its first word."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench import HERE, HYGGE, Bench
from projects import project
from report import Table, ratios
from turns import Contestant, in_turn

_ENTITIES = 200


def start(bench: Bench) -> Iterator[Table]:
    """One table: ``--version``, ``--help`` and a plan beside the smallest Typer program."""
    folder = project(
        bench.fresh("start"),
        home={"type": "csv", "path": "incoming/{entity}.csv"},
        store={"type": "parquet", "path": "lake"},
        journal=bench.work / "start" / "journal.db",
        entities=[f"t{n:03}" for n in range(_ENTITIES)],
    )
    contestants = [
        Contestant(
            name="a bare Typer hello", command=(sys.executable, HERE / "peers" / "hello.py")
        ),
        Contestant(name="hygge --version", command=(*HYGGE, "--version")),
        Contestant(name="hygge --help", command=(*HYGGE, "--help")),
        Contestant(
            name=f"hygge plan --offline, {_ENTITIES} entities",
            command=(*HYGGE, "-C", folder, "plan", "--offline"),
        ),
        Contestant(name="import polars", command=(sys.executable, "-c", "import polars")),
    ]
    yield ratios(
        "start",
        in_turn(contestants, bench.turns * bench.pick(1, 5, 10)),
        above="1.00 is a Typer program that says hello, with plain help as hygge has it.",
    )
