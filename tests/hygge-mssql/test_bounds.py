"""Watermark bounds in T-SQL: parameters, cast to the column's own type, and never less exact."""

from __future__ import annotations

import pytest

from hygge_core.errors import HomeError
from hygge_core.records import Mark, Range
from hygge_mssql.catalogue import Column
from hygge_mssql.home.bounds import ABOVE, BELOW, Bound, bound
from hygge_mssql.home.ranges import Condition, within


def column(kind: str, **more: int | bool) -> Column:
    return Column(name="at", type=kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("mark", "of", "sql", "value", "exact"),
    [
        (Mark("int64", "7"), column("int"), "CAST(? AS int)", "7", True),
        (Mark("decimal(9,1)", "7.5"), column("int"), "CAST(? AS int)", "7", False),
        (Mark("decimal(9,1)", "-7.5"), column("int"), "CAST(? AS int)", "-8", False),
        (
            Mark("decimal(18,2)", "-0.01"),
            column("decimal", precision=18, scale=2),
            "CAST(? AS decimal(18, 2))",
            "-0.01",
            True,
        ),
        (Mark("decimal(19,4)", "1.2345"), column("money"), "CAST(? AS money)", "1.2345", True),
        (Mark("float64", "0.1"), column("float"), "CAST(? AS float)", "0.1", True),
        (
            Mark("datetime[us]", "2013-01-01T05:00:00.003"),
            column("datetime", scale=3),
            "CAST(? AS datetime)",
            "2013-01-01T05:00:00.003",
            True,
        ),
        (
            Mark("datetime[ns]", "2013-01-01T05:00:00.1234567"),
            column("datetime2", scale=7),
            "CAST(? AS datetime2(7))",
            "2013-01-01T05:00:00.1234567",
            True,
        ),
        (
            Mark("datetime[ns]", "2013-01-01T05:00:00.1234567"),
            column("datetime2", scale=3),
            "CAST(? AS datetime2(3))",
            "2013-01-01T05:00:00.123",
            False,
        ),
        (
            Mark("datetime[us, UTC]", "2013-01-01T05:00:00"),
            column("datetimeoffset", scale=7),
            "CAST(? AS datetimeoffset(7))",
            "2013-01-01T05:00:00+00:00",
            True,
        ),
        (Mark("date", "2013-01-01"), column("date"), "CAST(? AS date)", "2013-01-01", True),
        (
            Mark("datetime[us]", "2013-01-01T05:00:00"),
            column("date"),
            "CAST(? AS date)",
            "2013-01-01",
            False,
        ),
        (
            Mark("binary", "00000000000007d1"),
            column("timestamp"),
            "CONVERT(binary(8), ?, 1)",
            "0x00000000000007d1",
            True,
        ),
    ],
)
def test_a_bound_is_of_its_columns_type_and_rounded_down(
    mark: Mark, of: Column, sql: str, value: str, exact: bool
) -> None:
    assert bound(mark, of) == Bound(sql=sql, value=value, exact=exact)


def test_a_bound_beyond_what_a_column_holds_is_not_compared() -> None:
    assert bound(Mark("int64", "300"), column("tinyint")) == ABOVE
    assert bound(Mark("int64", "-1"), column("tinyint")) == BELOW
    assert bound(Mark("datetime[us]", "1066-10-14T09:00:00"), column("datetime", scale=3)) == BELOW


def test_what_has_no_order_is_no_watermark() -> None:
    with pytest.raises(HomeError, match="cannot be a watermark"):
        bound(Mark("bool", "true"), column("bit"))


LOW, HIGH = Mark("int64", "1"), Mark("int64", "9")


def test_a_range_is_above_low_and_up_to_high_with_the_nulls() -> None:
    asked = Range(column="at", low=LOW, high=HIGH)
    made = within(asked, column("int"))
    assert made.sql == "([at] > CAST(? AS int) AND [at] <= CAST(? AS int) OR [at] IS NULL)"
    assert made.values == ("1", "9")


def test_a_range_of_a_column_without_nulls_says_nothing_of_them() -> None:
    made = within(Range(column="at", low=LOW, include_low=True), column("int", nullable=False))
    assert made.sql == "[at] >= CAST(? AS int)"


def test_a_rounded_low_is_exclusive_even_where_it_was_asked_for() -> None:
    asked = Range(column="at", low=Mark("decimal(2,1)", "1.5"), include_low=True)
    assert within(asked, column("int", nullable=False)).sql == "[at] > CAST(? AS int)"


def test_a_mark_of_a_column_without_its_seventh_digit_is_a_whole_microsecond() -> None:
    at = column("datetime2", scale=7, nullable=False)
    mark = Mark("datetime[us]", "2013-01-01T05:00:00.12")
    made = within(Range(column="at", low=mark, high=mark), at, cut=True)
    assert made.sql == "[at] > CAST(? AS datetime2(7)) AND [at] <= CAST(? AS datetime2(7))"
    assert made.values == ("2013-01-01T05:00:00.1200009", "2013-01-01T05:00:00.1200009")
    made = within(Range(column="at", low=mark, include_low=True), at, cut=True)
    assert made == Condition(
        sql="[at] >= CAST(? AS datetime2(7))", values=("2013-01-01T05:00:00.12",)
    )


def test_texts_are_compared_by_their_code_points() -> None:
    made = within(Range(column="at", low=Mark("string", "a")), column("varchar", nullable=False))
    assert made.sql == "[at] COLLATE Latin1_General_BIN2 >= CAST(? AS nvarchar(4000))"


def test_a_value_is_never_part_of_the_statement() -> None:
    evil = "'; DROP TABLE t; --"
    made = within(Range(column="at", low=Mark("string", evil)), column("nvarchar"))
    assert evil not in made.sql
    assert made.values == (evil,)


def test_a_column_is_never_more_than_a_name() -> None:
    evil = Column(name="a] = 1; DROP TABLE t; --", type="int", nullable=False)
    made = within(Range(column=evil.name, low=LOW), evil)
    assert made.sql.startswith("[a]] = 1; DROP TABLE t; --] > ")
