"""A home and watermarks: ``low < x <= high``, ties and all, and rows that have no watermark."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from hygge_core.errors import FlowError
from hygge_core.protocols import Bounds
from hygge_core.records import Mark, Range
from hygge_core.testing import matrix
from hygge_core.testing.promises import broken, keep, same
from hygge_core.watermark import mark_of

if TYPE_CHECKING:
    from hygge_core.testing.homes.place import HomePlace


class HomeRanges:
    """The part of ``HomeContract`` for homes that declare ``range``."""

    @pytest.mark.parametrize("axis", list(matrix.AXES))
    def test_a_range_is_exact_with_ties(self, place: HomePlace, axis: str) -> None:
        rows, values = _offered(place, axis)
        lows: list[Any] = [None, *values]
        for low, high, include in itertools.product(lows, [None, *values], [False, True]):
            if include and low is None:
                continue
            asked = Range(
                column="value", low=_mark(rows, low), high=_mark(rows, high), include_low=include
            )
            wanted = rows.filter(pl.Series(_wanted(v, low, high, include) for v in rows["value"]))
            seen = _read(place, axis, asked, rows)
            if seen is None:
                return
            sign = "<=" if include else "<"
            same(seen, wanted, f"a range is exact: {low!r} {sign} x <= {high!r}; NULLs are in it")

    @pytest.mark.parametrize("axis", list(matrix.AXES))
    def test_the_upper_bound_is_the_highest_value(self, place: HomePlace, axis: str) -> None:
        _, values = _offered(place, axis)
        with place.opened() as home:
            if not isinstance(home, Bounds):
                pytest.skip("it cannot fix an upper bound before it reads")
            found = home.upper(place.ask(range=Range(column="value")))
            keep(found is not None, "upper() of rows is a mark")
            assert found is not None
            seen = list(home.read(place.ask(range=Range(column="value", high=found))))
        frame = pl.concat([pl.DataFrame(batch) for batch in seen])
        highest = frame["value"].drop_nulls()
        highest = highest.filter(highest.is_not_nan()) if highest.dtype.is_float() else highest
        told = highest.max()
        keep(told == values[-1], "every row up to upper() is safe to read", f"{found}: {told!r}")

    def test_the_upper_bound_of_nothing_is_none(self, place: HomePlace) -> None:
        _declared(place)
        place.offer_or_skip(pl.DataFrame(schema={"id": pl.Int64(), "value": pl.Int64()}))
        with place.opened() as home:
            if not isinstance(home, Bounds):
                pytest.skip("it cannot fix an upper bound before it reads")
            found = home.upper(place.ask(range=Range(column="value")))
        keep(found is None, "upper() of no rows is None", found)

    def test_a_watermark_column_that_is_not_there_is_told(self, place: HomePlace) -> None:
        _declared(place)
        place.offer(pl.DataFrame({"id": [1]}))
        asked = Range(column="not_there", low=Mark("int64", "0"))
        try:
            seen = place.read(place.ask(range=asked))
        except FlowError:
            return
        except Exception as exc:  # noqa: BLE001  # a class of the driver's own, or a mistake
            broken("what a home cannot read is a HomeError", repr(exc))
        broken("a watermark column that is not there is a HomeError, never everything", seen)


def _declared(place: HomePlace) -> None:
    if "range" not in place.capabilities:
        pytest.skip(f"{place.subject.type} does not declare 'range'")


def _offered(place: HomePlace, axis: str) -> tuple[pl.DataFrame, list[Any]]:
    """Each value twice, beside a NULL, and NaN where there is one."""
    _declared(place)
    spelled, values = matrix.AXES[axis]
    whole = [*values, *values, None]
    with_nan = [[*whole, math.nan]] if spelled == "float64" else []
    for held in (*with_nan, whole):
        column = matrix.column(spelled, held)
        rows = pl.DataFrame({"id": pl.Series(range(len(held)), dtype=pl.Int64), "value": column})
        try:
            place.offer(rows)
        except NotImplementedError:
            continue
        return rows, values
    keep(axis not in matrix.AXES_MUST, f"a home with 'range' can be asked for {axis}")
    pytest.skip(f"such a source has no {axis}")


def _read(place: HomePlace, axis: str, asked: Range, rows: pl.DataFrame) -> pl.DataFrame | None:
    try:
        return place.read(place.ask(range=asked, settled=rows.schema))
    except FlowError as exc:
        keep(axis not in matrix.AXES_MUST, f"a home with 'range' can be asked for {axis}", exc)
        return None


def _mark(rows: pl.DataFrame, value: Any) -> Mark | None:
    return None if value is None else mark_of(value, rows["value"].dtype)


def _wanted(value: Any, low: Any, high: Any, include: bool) -> bool:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    above = low is None or (value >= low if include else value > low)
    return above and (high is None or value <= high)
