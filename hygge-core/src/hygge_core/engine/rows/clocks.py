"""Times of day that are none: 24:00 and later, which PostgreSQL and DuckDB have.

Polars keeps them, and makes NULL of them wherever it writes text: in CSV, JSON and SQL they would
be gone without a word.
"""

from __future__ import annotations

import polars as pl

from hygge_core.errors import HomeError
from hygge_core.types.nested import leaves, within

_DAY = 86_400 * 10**9


def refuse_late(rows: pl.DataFrame) -> None:
    """Raise ``HomeError`` naming a column with such a time in it."""
    for column, dtype in rows.schema.items():
        clocks = any(isinstance(each, pl.Time) for each in within(dtype))
        if clocks and any(map(_is_late, leaves(rows.get_column(column)))):
            raise HomeError(
                f"column {column!r} has a time of 24:00 or later, which is no time of day here",
                hint="have the source tell it as text, or drop the column with `polish`",
            )


def _is_late(leaf: pl.Series) -> bool:
    return leaf.dtype == pl.Time and bool((leaf.to_physical() >= _DAY).any())
