"""``memory``: a source ten times the ceiling moves; what the process held at its peak is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen
from bench import HYGGE, Bench, Source
from checking import differences, fingerprint
from cost import Cost, run, size_of
from projects import project
from report import MIB, Table

#: What one entity may hold at its peak, and how many times as much its source has.
CEILING = 512 * MIB
TIMES = 10
_HEAD = (
    "",
    "rows",
    "source in memory, MiB",
    "on disk, MiB",
    "peak, MiB",
    "source / peak",
    "peak at a quarter, MiB",
)


@frozen
class Way:
    """A form of the source (also of its files' names), and the kind of store that it goes to."""

    form: str
    store: str

    @property
    def home(self) -> str:
        return self.form.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.form} → {self.store}"


WAYS = (Way("parquet", "parquet"), Way("csv.zst", "parquet"), Way("parquet", "sqlite"))


def memory(bench: Bench) -> Iterator[Table]:
    """One table: a line for each way. It is wrong, not only slow, to be above the ceiling."""
    rows = bench.pick(2_000_000, 48_000_000, 120_000_000)
    ways = [
        way
        for way in WAYS
        if bench.wants("memory", way.home if way.store == "parquet" else way.store)
    ]
    lines = [_line(bench, way, rows) for way in ways]
    yield Table(
        title="memory",
        above=f"One entity, one process; the ceiling is {CEILING // MIB} MiB.",
        head=_HEAD,
        rows=[line for line, _ in lines],
        notes=["The peak is the operating system's (`ru_maxrss`) for the whole process."],
        wrong=[wrong for _, wrong in lines if wrong],
    )


def _line(bench: Bench, way: Way, rows: int) -> tuple[tuple[str, ...], str]:
    little = bench.source("plain", rows // 4, form=way.form, files=4)
    much = bench.source("plain", rows, form=way.form, files=4)
    before, cost = (_peak(bench, way, source) for source in (little, much))
    on_disk = size_of(much.folder)
    line = (
        str(way),
        f"{much.rows:,}",
        f"{much.memory / MIB:,.0f}",
        f"{on_disk / MIB:,.0f}",
        f"{cost.peak / MIB:,.0f}",
        f"{much.memory / cost.peak:.1f}",
        f"{before.peak / MIB:,.0f}",
    )
    return line, _verdict(way, much, cost)


def _verdict(way: Way, source: Source, cost: Cost) -> str:
    if source.memory < TIMES * CEILING or cost.peak <= CEILING:
        return ""  # a smaller source proves nothing, and says so by its size
    return f"{way}: the peak of {cost.peak / MIB:,.0f} MiB is above the ceiling"


def _peak(bench: Bench, way: Way, source: Source) -> Cost:
    out = bench.fresh(f"memory-{way.home}-{way.store}")
    place = out / ("rows.db" if way.store == "sqlite" else "lake")
    table = {"table": "source"} if way.store == "sqlite" else {}
    folder = project(
        out / "project",
        home={"type": way.home, "path": source.folder},
        store={"type": way.store, "path": place, **table},
        journal=out / "journal.db",
        flow={"lane": "rows"},
    )
    cost, _ = run((*HYGGE, "-C", folder, "-q", "run"))
    _check(place, source)
    return cost


def _check(place: Path, source: Source) -> None:
    twin = source.folder.with_name(source.folder.name.replace(source.form, "parquet"))
    expected = fingerprint(twin if twin.exists() else source.folder, "parquet")
    wrong = differences(expected, fingerprint(place))
    assert not wrong, wrong
