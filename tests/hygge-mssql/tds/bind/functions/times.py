"""Functions of dates and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import types
from ...errors import unknown
from ...tsql import tree
from ...types import SqlType
from ..conversions import convert
from ..values import Bound

if TYPE_CHECKING:
    from ..expressions import Expressions
from .known import BIGINT, INT, arguments, knows

_TICKS = {
    "nanosecond": None, "ns": None, "microsecond": 10, "mcs": 10,
    "millisecond": 10_000, "ms": 10_000,
    "second": 10**7, "ss": 10**7, "s": 10**7, "minute": 6 * 10**8, "mi": 6 * 10**8, "n": 6 * 10**8,
    "hour": 36 * 10**9, "hh": 36 * 10**9, "day": 864 * 10**9, "dd": 864 * 10**9, "d": 864 * 10**9,
    "week": 6048 * 10**9, "wk": 6048 * 10**9, "ww": 6048 * 10**9,
}  # fmt: skip


_DATETIME2 = SqlType("datetime2", scale=7)


def _part(call: tree.Call) -> str:
    first = call.arguments[0]
    assert isinstance(first, tree.Literal)
    return str(first.value)


@knows("DATEADD")
def _dateadd(binder: Expressions, call: tree.Call) -> Bound:
    part = _part(call)
    count, moment = binder.value(call.arguments[1]), binder.value(call.arguments[2])
    type = moment.typed()
    if type.name in types.TEXTS:
        type = SqlType("datetime")
    ticks = _TICKS.get(part)
    if ticks is None:
        return _add_months(part, count, moment, type)
    whole = f"CAST({count.sql} AS BIGINT) * {ticks}"
    if type.name == "date":
        return Bound(
            f"({moment.sql} + CAST({count.sql} AS INTEGER) * {ticks // (864 * 10**9)})", type
        )
    if type.name == "datetimeoffset":
        return Bound(f"offset_at(({moment.sql}).t + {whole}, ({moment.sql}).o)", type)
    return Bound(f"({convert(moment, type)} + {whole})", type)


def _add_months(part: str, count: Bound, moment: Bound, type: SqlType) -> Bound:
    months = {
        "month": 1,
        "mm": 1,
        "m": 1,
        "quarter": 3,
        "qq": 3,
        "year": 12,
        "yy": 12,
        "yyyy": 12,
    }.get(part)
    if months is None or type.name not in {"date", *types.MOMENTS}:
        raise unknown(f"DATEADD({part}, ...) of {type}")
    if type.name == "date":
        return Bound(
            f"CAST({moment.sql} + to_months(CAST({count.sql} * {months} AS INTEGER)) AS DATE)", type
        )
    moved = (
        f"days_of(CAST(date_at({moment.sql}) + to_months(CAST({count.sql} * {months} AS "
        "INTEGER)) AS DATE))"
    )
    return Bound(f"({moved} + {moment.sql} % 864000000000)", type)


@knows("DATEDIFF", "DATEDIFF_BIG")
def _datediff(binder: Expressions, call: tree.Call) -> Bound:
    """Boundaries crossed, for the parts that have a fixed length."""
    part = _part(call)
    ticks = _TICKS.get(part)
    if ticks is None:
        raise unknown(f"DATEDIFF({part}, ...)")
    sides = [convert(binder.value(argument), _DATETIME2) for argument in call.arguments[1:]]
    sql = f"({sides[1]} // {ticks} - {sides[0]} // {ticks})"
    type = INT if call.name == "DATEDIFF" else BIGINT
    return Bound(f"CAST({sql} AS {'INTEGER' if type is INT else 'BIGINT'})", type)


@knows("YEAR", "MONTH", "DAY", "DATEPART")
def _datepart(binder: Expressions, call: tree.Call) -> Bound:
    part = _part(call) if call.name == "DATEPART" else call.name.lower()
    operand = binder.value(call.arguments[-1])
    if part in {"nanosecond", "ns"}:
        zoned = operand.typed().name == "datetimeoffset"
        ticks = f"({operand.sql}).t" if zoned else convert(operand, _DATETIME2)
        return Bound(f"CAST(({ticks}) % 10000000 * 100 AS INTEGER)", INT)
    if part not in {"year", "month", "day"}:
        raise unknown(f"DATEPART({part}, ...)")
    return Bound(f"CAST({part}({convert(operand, SqlType('date'))}) AS INTEGER)", INT)


@knows("SWITCHOFFSET")
def _switchoffset(binder: Expressions, call: tree.Call) -> Bound:
    moment, zone = arguments(binder, call, 2)
    type = moment.typed()
    if type.name != "datetimeoffset":
        type = SqlType("datetimeoffset", scale=7)
    made = convert(moment, type)
    return Bound(f"offset_at(({made}).t, CAST(zone_of({zone.sql}) AS SMALLINT))", type)


@knows("TODATETIMEOFFSET")
def _todatetimeoffset(binder: Expressions, call: tree.Call) -> Bound:
    moment, zone = arguments(binder, call, 2)
    type = SqlType("datetimeoffset", scale=7)
    minutes = f"CAST(zone_of({zone.sql}) AS SMALLINT)"
    made = convert(moment, _DATETIME2)
    return Bound(f"offset_at({made} - CAST({minutes} AS BIGINT) * 600000000, {minutes})", type)
