"""``move``: hygge beside Polars' own scan → sink, pyarrow, DuckDB, dlt and ``cp``.

A contestant is measured as a whole process, its start included. Of all of them only hygge and
``cp`` sync what they write; only hygge counts it again, digests it and keeps a journal.
"""

from __future__ import annotations

from collections.abc import Iterator

from appends import appends
from bench import Bench, Source
from contest import (
    ADBC,
    BY_HAND,
    COPY,
    DLT,
    DUCKDB,
    EXECUTEMANY,
    PYARROW,
    SINK,
    SINK_AT_3,
    Contest,
    Peer,
)
from report import Table


def move(bench: Bench) -> Iterator[Table]:
    """One table of ratios for each case."""
    for case in (mix, wide, skew, small, csv, ndjson, sqlite, appends):
        if bench.wants("move", case.__name__):
            yield case(bench)


def mix(bench: Bench) -> Table:
    """Parquet → Parquet, twelve columns of everyday types, ten files."""
    source = bench.source("mix", bench.pick(100_000, 2_000_000, 10_000_000), files=10)
    return _compared(
        bench, "mix", mix.__doc__, source, SINK_AT_3, PYARROW, DUCKDB, DLT, COPY, BY_HAND
    )


def wide(bench: Bench) -> Table:
    """Parquet → Parquet, two hundred columns."""
    source = bench.source("wide", bench.pick(5_000, 100_000, 500_000), files=5)
    return _compared(bench, "wide", wide.__doc__, source, PYARROW, DUCKDB, DLT, COPY)


def skew(bench: Bench) -> Table:
    """Parquet → Parquet, some strings of up to 100 KB among short ones."""
    source = bench.source("skew", bench.pick(5_000, 200_000, 1_000_000), files=5)
    return _compared(bench, "skew", skew.__doc__, source, PYARROW, DUCKDB, DLT, COPY)


def small(bench: Bench) -> Table:
    """Parquet → Parquet, many small tables: 1.00 is one process that loops over them."""
    rows, tables = bench.pick(1_000, 10_000, 10_000), bench.pick(20, 200, 200)
    source = bench.source("mix", rows, tables=tables)
    return _compared(bench, "small", small.__doc__, source, PYARROW, DUCKDB, DLT, COPY, BY_HAND)


def csv(bench: Bench) -> Table:
    """CSV → Parquet, with the types that are found in the text."""
    source = bench.source("text", bench.pick(50_000, 1_000_000, 5_000_000), files=4, form="csv")
    return _compared(bench, "csv", csv.__doc__, source, PYARROW, DUCKDB)


def ndjson(bench: Bench) -> Table:
    """NDJSON → Parquet."""
    source = bench.source("text", bench.pick(50_000, 500_000, 2_000_000), files=4, form="ndjson")
    return _compared(bench, "ndjson", ndjson.__doc__, source, PYARROW, DUCKDB)


def sqlite(bench: Bench) -> Table:
    """Parquet → SQLite, a table that was not there before."""
    source = bench.source("mix", bench.pick(20_000, 500_000, 1_000_000), files=2)
    contest = Contest(bench, "sqlite", source)
    return contest.table(
        sqlite.__doc__,
        [
            contest.peer(EXECUTEMANY, written="rows.db"),
            contest.peer(ADBC, written="rows.db"),
            contest.hygge({"type": "sqlite", "table": "source"}, written="rows.db"),
        ],
    )


def _compared(bench: Bench, case: str, what: str | None, source: Source, *peers: Peer) -> Table:
    contest = Contest(bench, case, source)
    places = {DLT: "data", BY_HAND: "lake"}
    others = [contest.peer(each, written=places.get(each, ".")) for each in (SINK, *peers)]
    lanes = ("rows", "files") if source.form == "parquet" else ("rows",)
    return contest.table(what, [*others, *(contest.hygge(lane=lane) for lane in lanes)])
