"""Texts as dates, times and datetimes, with every digit that they were written with.

The texts of a column mostly have one shape. ``format_of`` finds the strptime format of a text;
``read`` takes the texts of exactly that shape: polars by itself would drop digits, carry a
sixtieth second over, and wrap around where nanoseconds end.
"""

from __future__ import annotations

import re

import polars as pl

_SHAPE = re.compile(
    r"(?:\d{4}(?P<mark>[-/])\d\d(?P=mark)\d\d|\d\d(?P<dot>\.)\d\d\.\d{4})?"
    r"(?P<sep>[T ])?(?P<clock>\d\d:\d\d)?(?P<second>:\d\d)?(?P<part>\.\d+)?"
    r"(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
_DAYS = {"-": "%Y-%m-%d", "/": "%Y/%m/%d", ".": "%d.%m.%Y"}
_DIGITS = {"ms": 3, "us": 6, "ns": 9}
#: Nanoseconds in 64 bits reach from 1677 to 2262.
_YEARS_IN_NS = (1700, 2199)
_DIRECTIVES = re.compile(r"%(?:\.f|#z|[369]f|[YmdHMS])|\.")
_ZONED = re.compile("%[:#]?z")


def format_of(text: str, dtype: pl.DataType, *, naive: bool) -> str | None:
    """The strptime format of ``text`` if by itself it is a value of this type, else ``None``.

    ``naive``: a zoned type takes texts without an offset too. A date is a datetime at midnight.
    """
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        return None
    day = _DAYS.get(shape["mark"] or shape["dot"] or "", "")
    clock, zone = bool(shape["clock"]), bool(shape["zone"])
    if bool(day and clock) != bool(shape["sep"]) or (shape["part"] and not shape["second"]):
        return None
    if isinstance(dtype, pl.Datetime):
        zoned = dtype.time_zone is not None
        fits = bool(day) and (zone == zoned or (naive and zoned))
    else:
        fits = not zone and (bool(day), clock) == (dtype == pl.Date, dtype == pl.Time)
    time = "%H:%M" + (":%S" if shape["second"] else "") + _fraction(shape["part"], dtype)
    form = day + (shape["sep"] or "") + (time if clock else "") + ("%#z" if zone else "")
    return form if fits else None


def _fraction(part: str | None, dtype: pl.DataType) -> str:
    """The directive for digits of a second: polars reads a known number of them 4 times faster."""
    if not part:
        return ""
    digits = len(part) - 1
    fixed = digits in (3, 6, 9) and digits <= _DIGITS[getattr(dtype, "time_unit", "ns")]
    return f".%{digits}f" if fixed else "%.f"


def exactly(form: str, dtype: pl.DataType) -> str:
    """A regular expression for the texts of a format of :func:`format_of` that lose nothing."""
    unit = getattr(dtype, "time_unit", "ns")
    pieces = {
        "%Y": "(?:1[7-9]|2[01])[0-9]{2}" if _in_ns(dtype) else "[0-9]{4}",
        "%m": "[0-9]{2}",
        "%d": "[0-9]{2}",
        "%H": "[0-9]{2}",
        "%M": "[0-9]{2}",
        "%S": "[0-5][0-9]",
        **{f"%{digits}f": f"[0-9]{{{digits}}}" for digits in (3, 6, 9)},
        "%.f": rf"\.[0-9]{{1,{_DIGITS[unit]}}}0*",
        "%#z": "(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)",
        ".": r"\.",
    }
    return "^" + _DIRECTIVES.sub(lambda found: pieces[found[0]], form) + "$"


def read(text: pl.Expr, dtype: pl.DataType, form: str) -> pl.Expr:
    """Texts of a format as values; NULL for the others. Texts without an offset are in the zone."""
    if isinstance(dtype, pl.Time):
        return text.str.to_time(form, strict=False)
    if isinstance(dtype, pl.Date):
        return text.str.to_date(form, strict=False)
    assert isinstance(dtype, pl.Datetime)
    moment = text.str.to_datetime(form, time_unit=dtype.time_unit, strict=False)
    zone = dtype.time_zone
    if zone is None:
        return moment
    if is_zoned(form):
        return moment.dt.convert_time_zone(zone)
    return moment.dt.replace_time_zone(zone, ambiguous="null", non_existent="null")


def read_own(text: pl.Expr, dtype: pl.DataType, form: str) -> pl.Expr:
    """The same for a format that the user wrote, whose texts no expression describes."""
    digits = _DIGITS[getattr(dtype, "time_unit", "ns")]
    lossy = text.str.contains(rf":60|\.[0-9]{{{digits}}}[0-9]*[1-9]")
    if _in_ns(dtype):
        coarse = read(text, pl.Datetime("us", getattr(dtype, "time_zone", None)), form)
        lossy = lossy | ~coarse.dt.year().is_between(*_YEARS_IN_NS)
    return pl.when(~lossy).then(read(text, dtype, form))


def is_zoned(form: str) -> bool:
    """Whether the texts of a format have an offset."""
    return _ZONED.search(form) is not None


def _in_ns(dtype: pl.DataType) -> bool:
    return isinstance(dtype, pl.Datetime) and dtype.time_unit == "ns"
