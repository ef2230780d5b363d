"""What a table holds, in a few numbers that depend on each value and on its row.

``python fingerprint.py PLACE [FORM]`` prints them as JSON for all files below ``PLACE``, or for the
table ``source`` of the SQLite file ``PLACE``.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl

_ROW = pl.col("id") % 1009 + 1
_SQL_ROW = "(id % 1009 + 1)"
SCANS: dict[str, Callable[[list[Path]], pl.LazyFrame]] = {
    "parquet": pl.scan_parquet,
    "csv": lambda files: pl.scan_csv(files, try_parse_dates=True),
    "ndjson": pl.scan_ndjson,
}


def of_files(place: Path, form: str) -> dict[str, Any]:
    """Every file below ``place`` as one table, leaving out hidden and ``_``-marked folders."""
    files = [path for path in sorted(place.rglob(f"*.{form}")) if not _hidden(path, place)]
    scan = SCANS[form](files)
    schema = scan.collect_schema()
    measures = {name: _measure(name, dtype) for name, dtype in schema.items()}
    asked = [pl.len().alias("/rows"), pl.col("id").sum().alias("/ids")]
    asked += [pl.col(name).null_count().alias(f"{name}/nulls") for name in schema]
    asked += [value.alias(f"{name}/value") for name, (_, value) in measures.items()]
    (found,) = scan.select(asked).collect(engine="streaming").to_dicts()
    return {
        "rows": found["/rows"],
        "ids": found["/ids"],
        "folders": len({path.parent for path in files}),
        "columns": {
            name: [found[f"{name}/nulls"], kind, float(found[f"{name}/value"] or 0)]
            for name, (kind, _) in measures.items()
        },
    }


def of_sqlite(place: Path) -> dict[str, Any]:
    """The table ``source``; numbers are measured, other values only counted."""
    with closing(sqlite3.connect(place)) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(source)")]
        counts = ", ".join(f"count(*) - count({name})" for name in names)
        sums = ", ".join(f"sum({_SQL_ROW} * 1.0 * {name})" for name in names)
        row = connection.execute(
            f"SELECT count(*), sum(id), {counts}, {sums} FROM source"
        ).fetchone()
        types = connection.execute(
            f"SELECT {', '.join(f'max(typeof({name}))' for name in names)} FROM source"
        ).fetchone()
    nulls, values = row[2 : 2 + len(names)], row[2 + len(names) :]
    return {
        "rows": row[0],
        "ids": row[1],
        "folders": 1,
        "columns": {
            name: [nulls[n], "number" if types[n] in ("integer", "real") else "", values[n]]
            for n, name in enumerate(names)
        },
    }


def _hidden(path: Path, place: Path) -> bool:
    return any(part.startswith((".", "_")) for part in path.relative_to(place).parts)


def _measure(name: str, dtype: pl.DataType) -> tuple[str, pl.Expr]:
    value = pl.col(name)
    if dtype.is_numeric():
        return "number", (_ROW * value.cast(pl.Float64)).sum()
    if dtype in (pl.String, pl.Binary):
        return "text", (_ROW * value.cast(pl.Binary).bin.size()).sum()
    if dtype == pl.Boolean:
        return "truth", (_ROW * value.cast(pl.Int64)).sum()
    if isinstance(dtype, (pl.Date, pl.Datetime)):
        return "moment", (_ROW * value.cast(pl.Datetime("us")).to_physical().cast(pl.Float64)).sum()
    return "", pl.lit(0.0)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    told = of_sqlite(where) if where.suffix == ".db" else of_files(where, sys.argv[2])
    sys.stdout.write(json.dumps(told))
