"""A watermark range as a condition: ``low < column <= high``, or no watermark at all."""

from __future__ import annotations

from collections.abc import Callable

from attrs import field, frozen

from hygge_core.errors import HomeError
from hygge_core.records import Mark, Range
from hygge_mssql.catalogue import Column
from hygge_mssql.home.bounds import ABOVE, BELOW, Bound, bound, compared, is_sieve
from hygge_mssql.names import quoted


@frozen(kw_only=True)
class Condition:
    """``sql`` for a WHERE, empty for everything, with its ``?`` in ``values``."""

    sql: str = ""
    values: tuple[str, ...] = field(default=())

    def where(self) -> str:
        """`` WHERE ...``, or nothing."""
        return f" WHERE {self.sql}" if self.sql else ""

    def joined(self, other: Condition) -> Condition:
        """Both at once."""
        if not (self.sql and other.sql):
            return self if self.sql else other
        return Condition(sql=f"{self.sql} AND {other.sql}", values=self.values + other.values)


EVERYTHING = Condition()


def within(
    asked: Range, column: Column, expression: str | None = None, *, cut: bool = False
) -> Condition:
    """The condition for ``asked``; rows without a watermark (NULL) are always in it.

    ``expression`` is what names the column, where its name alone would not do. ``cut``: it is read
    without its seventh digit, so a mark is a whole microsecond, with all the moments in it.
    """
    name = compared(column, expression or quoted(column.name))
    parts = [
        part
        for part in (
            _low(asked, column, name, cut=cut) if asked.low is not None else None,
            _high(asked.high, column, name, cut=cut) if asked.high is not None else None,
        )
        if part is not None and part.sql
    ]
    if not parts:
        return EVERYTHING
    sql = " AND ".join(part.sql for part in parts)
    values = tuple(value for part in parts for value in part.values)
    if column.nullable:
        sql = f"({sql} OR {expression or quoted(column.name)} IS NULL)"
    return Condition(sql=sql, values=values)


def _low(asked: Range, column: Column, name: str, *, cut: bool) -> Condition:
    assert asked.low is not None
    found = bound(asked.low, column)
    if not isinstance(found, Bound):
        return EVERYTHING if found == BELOW else Condition(sql="1 = 0")
    # What the server takes for equal, Python may not: such rows come, and are looked at again.
    include = (asked.include_low and found.exact) or is_sieve(column)
    if cut and not include:
        found = bound(asked.low, column, last=True)
        assert isinstance(found, Bound)
    return Condition(sql=f"{name} {'>=' if include else '>'} {found.sql}", values=(found.value,))


def _high(high: Mark, column: Column, name: str, *, cut: bool) -> Condition:
    found = bound(high, column, last=cut)
    if not isinstance(found, Bound):
        return EVERYTHING if found == ABOVE else Condition(sql="1 = 0")
    return Condition(sql=f"{name} <= {found.sql}", values=(found.value,))


def watermark_column(columns: tuple[Column, ...], asked: Range, place: Callable[[], str]) -> Column:
    """The column that a range is asked of. Raises ``HomeError`` listing what there is."""
    for each in columns:
        if each.name == asked.column:
            return each
    names = ", ".join(each.name for each in columns)
    raise HomeError(
        f"{place()} has no watermark column {asked.column!r}", hint=f"its columns are {names}"
    )
