"""A value that is not one of its column's declared type, and what type it would be one of."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.(?P<fraction>\d{1,9}))?)?(?P<zone>Z|[+-]\d\d:?\d\d)?"
)


class Misfit(ValueError):
    """``value`` is the ``at``-th one (from 0) of those looked at."""

    def __init__(self, at: int, value: Any) -> None:
        super().__init__(f"the value at {at} is not of its column's type")
        self.at = at
        self.value = value


def refuse(raw: pl.Series, bad: pl.Series, made: pl.Series) -> pl.Series:
    """``made``, unless a value is ``bad``."""
    wrong = bad.fill_null(value=False)
    if wrong.any():
        at = int(wrong.arg_true()[0])
        raise Misfit(at, raw[at])
    return made


def type_seen(value: Any, dtype: pl.DataType) -> pl.DataType:
    """The narrowest type near ``dtype`` that ``value`` would be one of."""
    if isinstance(value, int):
        return pl.Int64()
    if isinstance(value, float):
        return pl.Float64()
    if isinstance(value, bytes):
        return pl.Binary()
    if isinstance(dtype, pl.Decimal):
        return _decimal(value)
    if isinstance(dtype, pl.Date | pl.Datetime):
        return _moment(value)
    return pl.String()


def _decimal(text: str) -> pl.DataType:
    try:
        exact = Decimal(text)
    except InvalidOperation:
        return pl.String()
    if "e" in text:  # a float whose digits are more than SQLite keeps
        return pl.Float64()
    scale = max(0, -int(exact.as_tuple().exponent)) if exact.is_finite() else 39
    digits = max(len(exact.as_tuple().digits), scale)
    return pl.Decimal(digits, scale) if digits <= 38 else pl.String()


def _moment(text: str) -> pl.DataType:
    found = _MOMENT.fullmatch(text)
    if found is None:
        return pl.String()
    unit = "us" if len(found["fraction"] or "") <= 6 else "ns"
    return pl.Datetime(unit, "UTC" if found["zone"] else None)  # type: ignore[arg-type]
