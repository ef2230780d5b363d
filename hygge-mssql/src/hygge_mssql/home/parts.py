"""A reading in parts: half-open ranges of one column, and one part for its NULLs."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from hygge_core.errors import HomeError
from hygge_mssql.catalogue import Column
from hygge_mssql.home.ranges import EVERYTHING, Condition
from hygge_mssql.names import quoted
from hygge_mssql.sqltypes import declared

_EPOCH = datetime(1, 1, 1)  # noqa: DTZ001  # of columns that have no zone
_NUMBERS = frozenset({"tinyint", "smallint", "int", "bigint"})
_MOMENTS = frozenset({"date", "smalldatetime", "datetime", "datetime2"})


def demand(column: Column) -> None:
    """Raise ``HomeError`` for a column that cannot be cut into ranges."""
    if column.type not in _NUMBERS | _MOMENTS:
        raise HomeError(
            f"partition_read: the column {column.name!r} is {declared(column)}",
            hint="take an integer, date or datetime column, best the first of an index",
        )


def parts(column: Column, low: Any, high: Any, count: int) -> list[Condition]:
    """``count`` conditions, or fewer, that every row meets exactly one of.

    ``low`` and ``high`` are its least and highest value, ``None`` where it has none. The first and
    the last part are open, so that a row beyond them, come since, is in one of them.
    """
    if low is None or high is None:
        return [EVERYTHING]
    name = quoted(column.name)
    bound = f"CAST(? AS {declared(column)})"
    edges = _edges(_at(low), _at(high), count)
    cuts = [_text(column, edge) for edge in edges]
    made = [Condition(sql=f"{name} < {bound}", values=(cuts[0],))] if cuts else [EVERYTHING]
    made += [
        Condition(sql=f"{name} >= {bound} AND {name} < {bound}", values=pair)
        for pair in pairwise(cuts)
    ]
    if cuts:
        made.append(Condition(sql=f"{name} >= {bound}", values=(cuts[-1],)))
        if column.nullable:
            made.append(Condition(sql=f"{name} IS NULL"))
    return made


def _at(value: Any) -> int:
    """A number for a value: itself, or the whole seconds (days) since the year 1."""
    if isinstance(value, datetime):
        return int((value - _EPOCH) / timedelta(seconds=1))
    return value.toordinal() if isinstance(value, date) else int(value)


def _text(column: Column, at: int) -> str:
    if column.type == "date":
        return date.fromordinal(at).isoformat()
    if column.type in _MOMENTS:
        return (_EPOCH + timedelta(seconds=at)).isoformat()
    return str(at)


def _edges(low: int, high: int, count: int) -> list[int]:
    """Where the parts meet: different numbers above ``low``, none beyond ``high``."""
    cuts = (low + (high - low + 1) * number // count for number in range(1, count))
    return sorted({cut for cut in cuts if low < cut <= high})
