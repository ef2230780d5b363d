"""A reading in parts: every row is in exactly one of them, whatever its value."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hygge_core.errors import HomeError
from hygge_mssql.catalogue import Column
from hygge_mssql.home.parts import demand, parts
from hygge_mssql.home.ranges import Condition

IDS = Column(name="id", type="int")


def holds(part: Condition, value: int | None) -> bool:
    """What the server makes of a part, for a whole number."""
    if part.sql.endswith("IS NULL"):
        return value is None
    if value is None:
        return not part.sql
    bounds = [int(text) for text in part.values]
    if " >= " in part.sql and " < " in part.sql:
        return bounds[0] <= value < bounds[1]
    if " >= " in part.sql:
        return value >= bounds[0]
    return value < bounds[0] if bounds else True


@given(
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 2**32),
    st.integers(2, 32),
    st.one_of(st.none(), st.integers(-(2**31), 2**31 - 1)),
)
def test_every_row_is_in_exactly_one_part(
    low: int, more: int, count: int, value: int | None
) -> None:
    made = parts(IDS, low, low + more, count)
    assert len(made) <= count + 1
    assert sum(holds(part, value) for part in made) == 1


def test_parts_are_of_about_one_size() -> None:
    made = parts(IDS, 0, 999, 4)
    assert [part.values for part in made] == [
        ("250",),
        ("250", "500"),
        ("500", "750"),
        ("750",),
        (),
    ]


def test_dates_and_moments_are_cut_too() -> None:
    days = parts(
        Column(name="d", type="date", nullable=False), date(2013, 1, 1), date(2013, 1, 4), 2
    )
    assert [part.values for part in days] == [("2013-01-03",), ("2013-01-03",)]
    at = Column(name="m", type="datetime2", scale=7, nullable=False)
    moments = parts(at, datetime(2013, 1, 1), datetime(2013, 1, 1, 2), 2)  # noqa: DTZ001
    assert moments[0].values == ("2013-01-01T01:00:00",)
    assert moments[0].sql == "[m] < CAST(? AS datetime2(7))"


def test_an_empty_table_is_one_part() -> None:
    assert parts(IDS, None, None, 4) == [Condition()]


def test_one_value_is_one_part_beside_the_nulls() -> None:
    assert parts(IDS, 5, 5, 4) == [Condition()]


def test_a_column_that_cannot_be_cut_is_told() -> None:
    with pytest.raises(HomeError, match="partition_read"):
        demand(Column(name="x", type="nvarchar", length=20))
