"""Dates and datetimes as ISO text and as whole nanoseconds, exactly."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

_NANOSECONDS = {"ms": 1_000_000, "us": 1_000, "ns": 1}
_SECOND = 1_000_000_000
_DAY = 86_400 * _SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ISO = re.compile(
    r"(\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?"
)
#: Years that ISO text with four digits does not have: physical units since 1970.
_FAR = re.compile(r"@(-?\d+)")


def unit_of(dtype: Any) -> int:
    """Nanoseconds in one physical unit of a date or datetime."""
    return _DAY if isinstance(dtype, pl.Date) else _NANOSECONDS[dtype.time_unit]


def written(units: int, unit: int) -> str:
    """``"2013-01-01T05:00:00.25"`` for so many units since 1970; a date where a unit is a day."""
    seconds, rest = divmod(units * unit, _SECOND)
    try:
        moment = _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        return f"@{units}"
    if unit == _DAY:
        return moment.date().isoformat()
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return moment.replace(tzinfo=None).isoformat() + fraction


def read(text: str, unit: int, *, zoned: bool) -> int:
    """Nanoseconds since 1970. Raises ``ValueError``; without an offset, zoned text is in UTC."""
    far = _FAR.fullmatch(text.strip())
    if far:
        return int(far[1]) * unit
    found = _ISO.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"expected a date or datetime such as 2024-01-31T06:30:00, found {text!r}")
    moment, fraction, offset = found.groups()
    if offset and not zoned:
        raise ValueError(f"{text!r} has an offset, but the column has no time zone")
    day, _, time = moment.replace("T", " ").partition(" ")
    since = datetime.fromisoformat(f"{day}T{time or '00:00'}{offset or '+00:00'}") - _EPOCH
    return since // timedelta(seconds=1) * _SECOND + int((fraction or "").ljust(9, "0"))
