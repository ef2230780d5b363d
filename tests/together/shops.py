"""The example of hygge init, by what is done to it and what is seen of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl

#: ``hygge ARGS``, killed by the kernel when the journal has recorded N states of a run.
_KILLED = """
import os, signal, sys
from hygge_core import faults
from hygge_core.cli import main

class Kill:
    left = int(sys.argv[1])

    def reach(self, point, detail):
        self.left -= point == "journal.advance:after"
        if not self.left:
            os.kill(os.getpid(), signal.SIGKILL)

with faults.planned(Kill()):
    main(sys.argv[2:])
"""


NEWER = "11001,7,2025-11-07 10:00:00,Oak tray,1,54.50,54.50,shipped,\n"


def orders(shop: Path) -> list[int]:
    if not list((shop / "lake/orders").glob("*.parquet")):
        return []
    return sorted(pl.read_parquet(shop / "lake/orders/*.parquet")["order_id"].to_list())


def add_an_order(shop: Path) -> None:
    with (shop / "data/orders.csv").open("a") as file:
        file.write(NEWER)


def break_customers(shop: Path) -> Path:
    return (shop / "data/customers.csv").rename(shop / "data/away")


def killed(shop: Path, states: int) -> None:
    """A run of orders, killed when the journal has recorded its state so many times."""
    script = [sys.executable, "-c", _KILLED, str(states), "-q", "-C", str(shop)]
    assert subprocess.run([*script, "run", "-s", "shop.orders"], check=False).returncode == -9
