"""Moments that are on no calendar: PostgreSQL's infinity, and what else a count of units may be.

All by their values alone: asked for the year of such a moment, Polars panics.
"""

from __future__ import annotations

import polars as pl

from hygge_core.types.nested import leaves, within
from hygge_core.types.spelling import instance

#: Days since 1970, the first and the last: of Python's years 1 to 9999, of the years 0 to 9999 that
#: ISO text has, and of the years of six digits that Polars writes, whatever their zone.
PYTHONS = (-719_162, 2_932_896)
ISO_TEXTS = (-719_528, 2_932_896)
POLARS = (-96_465_000, 95_026_000)

_UNITS = {"ms": 10**3, "us": 10**6, "ns": 10**9}
_MOST = 2**63 - 1


def outside(moments: pl.Series, days: tuple[int, int]) -> pl.Series:
    """Which dates or datetimes lie before the first of these days, or after the last."""
    unit = getattr(moments.dtype, "time_unit", "")
    day = 86_400 * _UNITS[unit] if unit else 1
    first, last = max(days[0] * day, -_MOST), min((days[1] + 1) * day - 1, _MOST)
    return ~moments.to_physical().is_between(first, last)


def any_outside(values: pl.Series, days: tuple[int, int]) -> bool:
    """Whether a date or datetime in the values, however deep, is ``outside``."""
    if not any(map(is_moment, within(instance(values.dtype)))):
        return False
    return any(outside(leaf, days).any() for leaf in leaves(values) if is_moment(leaf.dtype))


def is_moment(dtype: pl.DataType) -> bool:
    """Whether the type is one of dates or datetimes."""
    return isinstance(dtype, pl.Date | pl.Datetime)


__all__ = ["ISO_TEXTS", "POLARS", "PYTHONS", "any_outside", "is_moment", "outside"]
