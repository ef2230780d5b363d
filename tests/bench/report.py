"""Tables that read well in a terminal and are Markdown in a file."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata

from attrs import field, frozen
from cost import Cost
from turns import Standing

MIB = 1 << 20
_TOLD = ("hygge-core", "polars", "pyarrow", "duckdb", "dlt")


@frozen(kw_only=True)
class Table:
    """``rows`` of texts below ``head``; ``wrong`` says why a run of all this is no success."""

    title: str
    above: str = ""
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    wrong: Sequence[str] = field(factory=tuple)

    def __str__(self) -> str:
        widths = [max(map(len, each)) for each in zip(self.head, *self.rows, strict=True)]
        lines = [_line(self.head, widths), _rule(widths)]
        lines += [_line(row, widths) for row in self.rows]
        notes = [f"\n{note}" for note in (*self.notes, *(f"**{each}**" for each in self.wrong))]
        return "\n".join([f"### {self.title}\n", f"{self.above}\n", *lines, *notes, ""])


def ratios(title: str, standings: Sequence[Standing], *, above: str) -> Table:
    """Each contestant against the first one, which is 1.00 of everything."""
    reference = standings[0].cost
    rows = [
        (each.name, *_ratios(each, reference)) if each.cost and reference else (each.name, *"-" * 6)
        for each in standings
    ]
    absent = [f"{each.name}: {each.wrong}" for each in standings if each.wrong]
    return Table(
        title=title,
        above=above,
        head=("", "wall", "spread", "CPU", "peak", "peak MiB", "MiB left"),
        rows=rows,
        notes=[_absolute(reference), *(each for each in absent if _is_fine(each))],
        wrong=[each for each in absent if not _is_fine(each)],
    )


def machine() -> str:
    """When, where and with what this was measured."""
    versions = ", ".join(f"{name} {version}" for name in _TOLD if (version := _version(name)))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {platform.system()} {platform.machine()}, "
        f"{os.cpu_count()} CPUs, Python {platform.python_version()}, {versions}"
    )


def _ratios(standing: Standing, reference: Cost) -> tuple[str, ...]:
    cost = standing.cost
    assert cost is not None
    return (
        f"{cost.wall / reference.wall:.2f}",
        f"±{standing.spread / 2:.0%}",
        f"{cost.cpu / max(reference.cpu, 1e-3):.2f}",
        f"{cost.peak / reference.peak:.2f}",
        f"{cost.peak / MIB:,.0f}",
        f"{cost.written / MIB:,.1f}",
    )


def _absolute(reference: Cost | None) -> str:
    if reference is None:
        return "There is nothing to compare with."
    return f"1.00 is {reference.wall:.2f} s of wall and {reference.cpu:.2f} s of CPU time here."


def _is_fine(told: str) -> bool:
    return "not measured: " in told


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    return f"| {first[0]:<{first[1]}} | " + " | ".join(f"{c:>{w}}" for c, w in rest) + " |"


def _rule(widths: Sequence[int]) -> str:
    return f"|{'-' * (widths[0] + 2)}|" + "|".join(f"{'-' * (w + 1)}:" for w in widths[1:]) + "|"
