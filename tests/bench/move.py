"""``move``: hygge beside Polars' own scan → sink, pyarrow, DuckDB, dlt and ``cp``.

Everything is measured as a whole process, its start included. Of all contestants only hygge and
``cp`` sync what they write; only hygge digests it, counts it again and keeps a journal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from appends import appends
from bench import HERE, HYGGE, Bench, Source, differences, fingerprint
from projects import project
from report import Table, ratios
from turns import Contestant, in_turn

REFERENCE = "Polars scan → sink"
DEFAULT_LEVEL = ("the same, zstd level 3 (Polars' default)", "polars_sink", "polars")
PYARROW = ("pyarrow write_dataset", "arrow_writer", "pyarrow")
DUCKDB = ("DuckDB COPY", "duckdb_copy", "duckdb")
DLT = ("dlt, Arrow tables", "dlt_arrow", "dlt")
COPY = ("cp and fsync", "copied", "sys")


def move(bench: Bench) -> Iterator[Table]:
    """One table of ratios for each case."""
    for case in (mix, wide, skew, small, csv, ndjson, sqlite, appends):
        if bench.wants("move", case.__name__):
            yield case(bench)


def mix(bench: Bench) -> Table:
    """Parquet → Parquet, twelve columns of everyday types, ten files."""
    source = bench.source("mix", bench.pick(100_000, 2_000_000, 10_000_000), files=10)
    return _files(bench, "mix", source, [DEFAULT_LEVEL, PYARROW, DUCKDB, DLT, COPY])


def wide(bench: Bench) -> Table:
    """Parquet → Parquet, two hundred columns."""
    source = bench.source("wide", bench.pick(5_000, 100_000, 500_000), files=5)
    return _files(bench, "wide", source, [PYARROW, DUCKDB, DLT, COPY])


def skew(bench: Bench) -> Table:
    """Parquet → Parquet, a few strings of up to 100 KB among short ones."""
    source = bench.source("skew", bench.pick(5_000, 200_000, 1_000_000), files=5)
    return _files(bench, "skew", source, [PYARROW, DUCKDB, DLT, COPY])


def csv(bench: Bench) -> Table:
    """CSV → Parquet, types found in the text."""
    rows = bench.pick(50_000, 1_000_000, 5_000_000)
    source = bench.source("text", rows, files=4, form="csv")
    return _files(bench, "csv", source, [PYARROW, DUCKDB])


def ndjson(bench: Bench) -> Table:
    """NDJSON → Parquet."""
    rows = bench.pick(50_000, 500_000, 2_000_000)
    source = bench.source("text", rows, files=4, form="ndjson")
    return _files(bench, "ndjson", source, [PYARROW, DUCKDB])


def small(bench: Bench) -> Table:
    """Parquet → Parquet, many small tables in one run, two at a time where a peer can do that."""
    tables, rows = bench.pick(20, 200, 200), bench.pick(1_000, 10_000, 10_000)
    folder = bench.work / "sources" / f"small-{tables}-{rows}"
    made = [
        bench.made(folder / f"t{n:03}", "mix", rows, files=1, form="parquet", first=n * rows)
        for n in range(tables)
    ]
    only = bench.work / "sources" / f"small-{tables}-{rows}-tables"
    only.mkdir(exist_ok=True)
    for each in made:
        if not (only / each.folder.name).exists():
            (only / each.folder.name).symlink_to(each.folder)
    source = Source(
        folder=only, form="parquet", rows=tables * rows, memory=sum(each.memory for each in made)
    )
    names = [each.folder.name for each in made]
    return _files(bench, "small", source, [PYARROW, DUCKDB, DLT, COPY], entities=names)


def sqlite(bench: Bench) -> Table:
    """Parquet → SQLite; 1.00 is ``executemany`` in one transaction."""
    source = bench.source("mix", bench.pick(20_000, 500_000, 1_000_000), files=2)
    expected = fingerprint(source.folder)
    out = bench.fresh("sqlite")

    def checked(place: Path) -> Callable[[], str]:
        return lambda: differences(expected, fingerprint(place))

    peers = [
        _peer("executemany, one transaction", "sqlite_rows", source, out / "rows"),
        _peer("ADBC ingest", "sqlite_adbc", source, out / "adbc", needs="adbc_driver_sqlite"),
    ]
    peers = [evolved(each, checked(_out(each) / "rows.db")) for each in peers]
    store = {"type": "sqlite", "path": out / "hygge" / "store.db", "table": "source"}
    contestants = [*peers, _hygge(source, out, store, checked(out / "hygge" / "store.db"))]
    return _told("sqlite", sqlite, source, in_turn(contestants, bench.turns))


def _files(
    bench: Bench,
    case: str,
    source: Source,
    peers: Sequence[tuple[str, str, str]],
    *,
    entities: Sequence[str] = (),
) -> Table:
    """The peers and hygge on one source, everything written to Parquet."""
    expected = fingerprint(source.folder, source.form)
    out = bench.fresh(case)

    def checked(place: Path) -> Callable[[], str]:
        return lambda: differences(expected, fingerprint(place))

    contestants = []
    for name, script, needs in [(REFERENCE, "polars_sink", "polars"), *peers]:
        level = 3 if (name, script, needs) == DEFAULT_LEVEL else 1
        made = _peer(
            name, script, source, out / name.replace("/", " "), needs=needs, level=level, each=bool(entities)
        )
        contestants.append(evolved(made, checked(_out(made))))
    store = {"type": "parquet", "path": out / "hygge" / "lake"}
    contestants.append(
        _hygge(source, out, store, checked(out / "hygge" / "lake"), entities=entities)
    )
    cases = {each.__name__: each for each in (mix, wide, skew, csv, ndjson, small)}
    return _told(case, cases[case], source, in_turn(contestants, bench.turns))
