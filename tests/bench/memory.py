"""``memory``: a source ten times the ceiling moves; what the process held at its peak is told."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen
from bench import HYGGE, Bench, Source
from checking import differences, fingerprint
from cost import ChildFailed, Cost, run, size_of
from projects import project
from report import MIB, Table

#: What a process that moves one entity may hold, and how many times as much its source has.
CEILING = 512 * MIB
TIMES = 10
_ABOVE = f"""The ceiling for one entity in one process is {CEILING // MIB} MiB. The peak is the \
operating system's (`ru_maxrss`), Python and its modules included."""
_HEAD = (
    "",
    "rows",
    "source in memory, MiB",
    "on disk, MiB",
    "peak, MiB",
    "source / peak",
    "peak at a quarter, MiB",
)


@frozen(kw_only=True)
class Way:
    """``name`` is the case; ``tables`` of them move at once where it is not 0.

    ``form`` is that of the source (and ends its files' names); ``on_demand`` ways run when they
    are named, and with ``--full``.
    """

    name: str
    form: str = "parquet"
    store: str = "parquet"
    tables: int = 0
    on_demand: bool = False

    @property
    def home(self) -> str:
        return self.form.partition(".")[0]

    def __str__(self) -> str:
        at_once = f", {self.tables} at once" if self.tables else ""
        return f"{self.form} → {self.store}{at_once}"


WAYS = (
    Way(name="parquet"),
    Way(name="csv", form="csv.zst"),
    Way(name="many", tables=8),
    Way(name="sqlite", store="sqlite", on_demand=True),
)


def memory(bench: Bench) -> Iterator[Table]:
    """One table, a line for each way. To be above the ceiling is wrong, not only slow."""
    rows = bench.pick(2_000_000, 48_000_000, 120_000_000)
    ways = [way for way in WAYS if _is_wanted(bench, way)]
    lines = [_line(bench, way, rows) for way in ways]
    yield Table(
        title="memory",
        above=_ABOVE,
        head=_HEAD,
        rows=[line for line, _ in lines],
        wrong=[wrong for _, wrong in lines if wrong],
    )


def _is_wanted(bench: Bench, way: Way) -> bool:
    on_demand = way.on_demand and bench.size != "full"
    return bench.wants("memory", way.name) and (not on_demand or bool(bench.cases))


def _line(bench: Bench, way: Way, rows: int) -> tuple[tuple[str, ...], str]:
    little, much = (_source(bench, way, count) for count in (rows // 4, rows))
    before, cost = (_peak(bench, way, source) for source in (little, much))
    line = (
        str(way),
        f"{much.rows:,}",
        f"{much.memory / MIB:,.0f}",
        f"{size_of(much.folder) / MIB:,.0f}",
        f"{cost.peak / MIB:,.0f}",
        f"{much.memory / cost.peak:.1f}",
        f"{before.peak / MIB:,.0f}",
    )
    return line, _verdict(way, much, cost)


def _source(bench: Bench, way: Way, rows: int) -> Source:
    each, files = (rows // way.tables, 1) if way.tables else (rows, 4)
    return bench.source("plain", each, form=way.form, files=files, tables=way.tables)


def _verdict(way: Way, source: Source, cost: Cost) -> str:
    """A smaller source proves nothing, and several entities have several ceilings."""
    if way.tables or source.memory < TIMES * CEILING or cost.peak <= CEILING:
        return ""
    return f"{way}: the peak of {cost.peak / MIB:,.0f} MiB is above the ceiling"


def _peak(bench: Bench, way: Way, source: Source) -> Cost:
    out = bench.fresh(f"memory-{way.name}")
    place = out / ("rows.db" if way.store == "sqlite" else "lake")
    table = {"table": "source"} if way.store == "sqlite" else {}
    folder = project(
        out / "project",
        home={"type": way.home, "path": source.folder},
        store={"type": way.store, "path": place, **table},
        journal=out / "journal.db",
        entities=source.tables,
        flow={"lane": "rows"},
    )
    cost, _ = run((*HYGGE, "-C", folder, "-q", "run"))
    # What is in a compressed CSV is also in the Parquet source of the same size.
    plain = bench.source("plain", source.rows, files=4) if way.form != "parquet" else source
    if wrong := differences(fingerprint(plain.folder), fingerprint(place)):
        raise ChildFailed(f"{way}: wrong output: {wrong}")
    return cost
