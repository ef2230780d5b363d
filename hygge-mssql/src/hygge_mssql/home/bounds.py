"""Watermark marks as bounds in T-SQL: exact text, and a CAST to exactly the column's type.

A bound of another type than its column's would be compared in the wider of the two: a ``datetime``
(counted in 1/300 s) beside a ``datetime2(7)`` is 3.333 ms and not the 3 ms that were read, an
``int`` beside a ``decimal`` loses its index. So every bound is rounded down to what the column can
hold, which changes no answer: what lies above the rounded bound lies above the bound.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from attrs import frozen

from hygge_core.errors import HomeError
from hygge_core.records import Mark
from hygge_mssql.catalogue import Column
from hygge_mssql.sqltypes import declared

_INTEGERS = {
    "tinyint": (0, 2**8 - 1),
    "smallint": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "bigint": (-(2**63), 2**63 - 1),
}
_DECIMALS = frozenset({"decimal", "numeric", "money", "smallmoney"})
_FLOATS = frozenset({"real", "float"})
_TEXTS = frozenset({"char", "varchar", "nchar", "nvarchar", "sysname", "uniqueidentifier"})
_BYTES = frozenset({"binary", "varbinary", "timestamp"})
#: type → how many digits of a second it holds, and the first moment that it has.
_MOMENTS = {
    "date": (-1, "0001-01-01"),
    "smalldatetime": (-1, "1900-01-01T00:00:00"),
    "datetime": (3, "1753-01-01T00:00:00"),
    "datetime2": (7, "0001-01-01T00:00:00"),
    "datetimeoffset": (7, "0001-01-01T00:00:00"),
}


@frozen(kw_only=True)
class Bound:
    """``sql`` with one ``?`` for ``value``; ``exact`` unless it was rounded down."""

    sql: str
    value: str
    exact: bool = True


#: Below, or above, all that a column can hold: a bound that nothing has to be compared with.
BELOW, ABOVE = "below", "above"


def is_sieve(column: Column) -> bool:
    """Whether the server's comparison may let through rows that only Python can tell apart."""
    return column.type in _TEXTS or column.type in _FLOATS


def bound(mark: Mark, column: Column, *, last: bool = False) -> Bound | str:
    """``mark`` for comparing with ``column``; ``BELOW`` or ``ABOVE`` all of it.

    ``last`` is for a column that is read without its seventh digit: of all the moments that are
    read as ``mark``, the last one. Raises ``HomeError`` for a column without an order.
    """
    if column.type in _MOMENTS:
        return _moment(mark, column, last=last)
    if column.type in _TEXTS:
        return Bound(sql="CAST(? AS nvarchar(4000))", value=mark.value)
    if column.type in _BYTES:
        kind = "binary(8)" if column.type == "timestamp" else "varbinary(8000)"
        return Bound(sql=f"CONVERT({kind}, ?, 1)", value=f"0x{mark.value}")
    if column.type in _FLOATS:
        return Bound(sql="CAST(? AS float)", value=repr(float(_number(mark))))
    if column.type in _INTEGERS or column.type in _DECIMALS:
        return _counted(mark, column)
    raise HomeError(
        f"the column {column.name!r} is {declared(column)}, which cannot be a watermark",
        hint="a watermark is a number, a date, a datetime, a rowversion or a text",
    )


def compared(column: Column, sql: str) -> str:
    """The column as it stands in a comparison: texts by their code points, as hygge keeps them."""
    if column.type == "uniqueidentifier":
        sql = f"CAST({sql} AS nvarchar(36))"
    return f"{sql} COLLATE Latin1_General_BIN2" if column.type in _TEXTS else sql


def _number(mark: Mark) -> Fraction:
    return Fraction(float(mark.value)) if mark.type.startswith("float") else Fraction(mark.value)


def _counted(mark: Mark, column: Column) -> Bound | str:
    scale = 4 if "money" in column.type else column.scale if column.type in _DECIMALS else 0
    at = _number(mark) * 10**scale
    units = floor(at)
    lowest, highest = _limits(column)
    if units < lowest:
        return BELOW
    if units > highest:
        return ABOVE
    text = format(Decimal(f"{units}E-{scale}") if scale else Decimal(units), "f")
    return Bound(sql=f"CAST(? AS {declared(column)})", value=text, exact=at == units)


def _limits(column: Column) -> tuple[int, int]:
    if column.type in _INTEGERS:
        return _INTEGERS[column.type]
    if column.type == "money":
        return -(2**63), 2**63 - 1
    if column.type == "smallmoney":
        return -(2**31), 2**31 - 1
    most = int("9" * column.precision)
    return -most, most


def _moment(mark: Mark, column: Column, *, last: bool) -> Bound | str:
    text = mark.value.replace(" ", "T")
    if text.startswith("@"):  # a year that ISO text does not have
        return BELOW if text[1] == "-" else ABOVE
    digits, first = _MOMENTS[column.type]
    day, _, clock = text.partition("T")
    if column.type == "date":
        whole = day
    else:
        clock, _, fraction = (clock or "00:00:00").partition(".")
        held = fraction[: max(min(digits, column.scale or 0), 0)] if digits > 0 else ""
        if last:
            held = f"{held[:6]:0<6}9"
        clock = clock[:5] + ":00" if column.type == "smalldatetime" else clock
        whole = f"{day}T{clock}{'.' + held if held else ''}"
    if whole < first:
        return BELOW
    zone = "+00:00" if column.type == "datetimeoffset" else ""
    exact = _same_moment(whole, text)
    return Bound(sql=f"CAST(? AS {declared(column)})", value=whole + zone, exact=exact)


def _same_moment(one: str, other: str) -> bool:
    def spelt(text: str) -> tuple[str, str, str]:
        day, _, clock = text.partition("T")
        time, _, fraction = clock.partition(".")
        return day, time or "00:00:00", fraction.rstrip("0")

    return spelt(one) == spelt(other)
