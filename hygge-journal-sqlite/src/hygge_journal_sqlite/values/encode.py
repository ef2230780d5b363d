"""Polars values as SQLite stores them: exactly, or refused by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import polars as pl

from hygge_core.errors import StoreError
from hygge_core.types.calendar import ISO_TEXTS, outside
from hygge_journal_sqlite.values import nested
from hygge_journal_sqlite.values.declared import is_nested

#: Fixed-width texts sort like the instants that they name.
MOMENT = {
    "ms": "%Y-%m-%dT%H:%M:%S%.3f",
    "us": "%Y-%m-%dT%H:%M:%S%.6f",
    "ns": "%Y-%m-%dT%H:%M:%S%.9f",
}
DAY = "%Y-%m-%d"
CLOCK = "%H:%M:%S%.9f"

_BIGGEST = 2**63 - 1
_ADVICE = "drop it with polish, or let the source give it as text"


def encode(values: pl.Series, *, nan: Literal["fail", "null"] = "fail") -> list[Any]:
    """The values as ``None``, ``int``, ``float``, ``str`` or ``bytes``.

    Raises ``StoreError`` naming the column for a value that SQLite cannot hold.
    """
    dtype = values.dtype
    if isinstance(dtype, pl.UInt64):
        _refuse(values, values > _BIGGEST, "is above 2**63 - 1, SQLite's largest integer", _ADVICE)
    if dtype.is_float():
        return _floats(values, nan)
    if is_nested(dtype):
        return _nested(values)
    for kinds, write in _WRITE.items():
        if isinstance(dtype, kinds):
            return write(values).to_list()
    return values.to_list()


def _floats(values: pl.Series, nan: str) -> list[Any]:
    if nan == "null":
        return values.fill_nan(None).to_list()
    hint = 'SQLite would make it NULL; set nan = "null" if that is right'
    _refuse(values, values.is_nan(), "is not a number (NaN)", hint)
    return values.to_list()


def _nested(values: pl.Series) -> list[str | None]:
    try:
        return nested.dumps(values)
    except ValueError as exc:
        raise StoreError(
            f"column {values.name!r}: {exc}; lists and structs are kept as JSON, which has none"
        ) from exc


def _moments(values: pl.Series) -> pl.Series:
    dtype = values.dtype
    assert isinstance(dtype, pl.Datetime)
    if dtype.time_zone is not None:
        values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return _on_calendar(values).dt.strftime(MOMENT[dtype.time_unit])


def _days(values: pl.Series) -> pl.Series:
    return _on_calendar(values).dt.strftime(DAY)


def _on_calendar(values: pl.Series) -> pl.Series:
    why = "units since 1970 are outside the years 0 to 9999 that ISO text holds"
    _refuse(values, outside(values, ISO_TEXTS), why, _ADVICE)
    return values


def _refuse(values: pl.Series, bad: pl.Series, why: str, hint: str) -> None:
    if bad.any():
        value = values.filter(bad).head(1).to_physical().to_list()[0]
        raise StoreError(f"column {values.name!r}: {value} {why}", hint=hint)


_WRITE: Mapping[Any, Callable[[pl.Series], pl.Series]] = {
    pl.Boolean: lambda values: values.cast(pl.Int8),
    pl.Datetime: _moments,
    pl.Date: _days,
    pl.Time: lambda values: values.dt.strftime(CLOCK),
    pl.Duration: lambda values: values.to_physical(),
    (pl.Decimal, pl.Int128, pl.UInt128, pl.Categorical, pl.Enum): lambda v: v.cast(pl.String),
}
