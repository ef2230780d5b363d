"""A range takes exactly its rows, and never loses a NULL or a NaN."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pyarrow.parquet as pq
import pytest
from attrs import evolve
from file_homes import ASK, TABULAR, read, write

from hygge_core.errors import FlowError, HomeError
from hygge_core.records import Mark, Range
from hygge_core.types import parse
from hygge_core.watermark import mark_of

WATERMARKS = {
    "int64": [1, 2, 2, 3, None, 4],
    "float64": [1.0, 2.0, 2.0, 3.0, None, 4.0],
    "date": [*(date(2024, 1, n) for n in (1, 2, 2, 3)), None, date(2024, 1, 4)],
    "datetime[us]": [*(datetime(2024, 1, n) for n in (1, 2, 2, 3)), None, datetime(2024, 1, 4)],
    "datetime[ns]": [*(datetime(2024, 1, n) for n in (1, 2, 2, 3)), None, datetime(2024, 1, 4)],
    "datetime[us, UTC]": [
        *(datetime(2024, 1, n, tzinfo=UTC) for n in (1, 2, 2, 3)),
        None,
        datetime(2024, 1, 4, tzinfo=UTC),
    ],
    "decimal(10,2)": [*map(Decimal, ("1", "2", "2", "3")), None, Decimal("4")],
    "string": ["a", "b", "b", "c", None, "d"],
}


@pytest.mark.parametrize("word", WATERMARKS)
def test_a_range_takes_ties_as_asked_and_never_loses_a_null(form, tmp_path, word):
    dtype = parse(word)
    values = pl.Series(WATERMARKS[word], dtype=dtype)
    write(form, tmp_path / "a", pl.DataFrame({"w": values, "n": range(6)}))
    settings = {} if form == "parquet" else {"schema_overrides": {"w": word}}
    settings = {} if form == "ndjson" and word in ("int64", "float64") else settings
    low, high = mark_of(values[1], dtype), mark_of(values[3], dtype)

    def asked(**bounds) -> list[int]:
        ask = evolve(ASK, range=Range(column="w", **bounds), columns=("n",))
        return read(form, tmp_path, ask, **settings)["n"].to_list()

    assert asked() == [0, 1, 2, 3, 4, 5]
    assert asked(low=low) == [3, 4, 5]
    assert asked(low=low, include_low=True) == [1, 2, 3, 4, 5]
    assert asked(high=high) == [0, 1, 2, 3, 4]
    assert asked(low=low, high=high) == [3, 4]


@TABULAR
def test_a_range_never_loses_a_nan(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"w": [1.0, math.nan, 3.0, None]}))
    ask = evolve(ASK, range=Range(column="w", low=Mark("float64", "2")))
    given = read(form, tmp_path, ask)["w"].to_list()
    assert math.isnan(given[0])
    assert given[1:] == [3.0, None]


def test_a_range_of_another_kind_of_column_is_refused(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"w": ["x"]}))
    with pytest.raises(FlowError, match="cannot be compared"):
        read(form, tmp_path, evolve(ASK, range=Range(column="w", low=Mark("int64", "2"))))


def test_a_watermark_that_is_no_column_is_told_with_its_likeness(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"modified": [1]}))
    with pytest.raises(HomeError, match="no column 'modifed'") as caught:
        read(form, tmp_path, evolve(ASK, range=Range(column="modifed")))
    assert caught.value.hint == "did you mean 'modified'?"


def test_rows_out_of_the_range_are_not_read_from_a_parquet_file(tmp_path):
    path = tmp_path / "a.parquet"
    pl.DataFrame({"w": range(100_000)}).write_parquet(path, row_group_size=10_000)
    whole = path.read_bytes()
    end = pq.read_metadata(path).row_group(9).column(0).data_page_offset
    path.write_bytes(b"PAR1" + b"\xff" * (end - 4) + whole[end:])
    ask = evolve(ASK, range=Range(column="w", low=Mark("int64", "94999")))
    assert read("parquet", tmp_path, ask)["w"].to_list() == list(range(95_000, 100_000))
    with pytest.raises(HomeError):
        read("parquet", tmp_path, ASK)
