"""Datetimes in Parquet's old form INT96, which Spark and Impala still write: a day and a clock.

It reaches farther than nanoseconds in 64 bits do, and Polars makes one value, the last that there
is, of every datetime beyond them: of year 1 as of year 9999. pyarrow makes some other one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from hygge_core.errors import HomeError
from hygge_core.files.parquet.clocks import refuse_late
from hygge_core.files.parquet.footers import Footer
from hygge_core.types.nested import leaves

_LAST = 2**63 - 1
_HINT = (
    "write it with timestamps in microseconds (Spark: spark.sql.parquet.outputTimestampType = "
    '"TIMESTAMP_MICROS"), or leave the column out'
)


def old_moments(footer: Footer, names: Sequence[str]) -> list[str]:
    """Which of these columns have such datetimes in them."""
    schema = footer.thrift.schema
    leaves = [schema.column(at) for at in range(footer.thrift.num_columns)]
    paths = [leaf.path for leaf in leaves if leaf.physical_type == "INT96"]
    return [n for n in names if any(path == n or path.startswith(f"{n}.") for path in paths)]


def within_reach(
    frames: Iterator[pl.DataFrame], footer: Footer, names: Sequence[str], name: str
) -> Iterator[pl.DataFrame]:
    """The same frames. Raises ``HomeError`` for a moment that Polars does not read as it is."""
    refuse_late(footer, names, name)
    old = old_moments(footer, names)
    for frame in frames:
        for column in old:
            if any(_is_beyond(leaf) for leaf in leaves(frame.get_column(column))):
                raise HomeError(
                    f"{name}: column {column!r} has a datetime before 1677 or after 2262 in the "
                    "old form INT96, of which only what nanoseconds hold can be read",
                    hint=_HINT,
                )
        yield frame


def _is_beyond(leaf: pl.Series) -> bool:
    return leaf.dtype == pl.Datetime("ns") and leaf.to_physical().max() == _LAST
