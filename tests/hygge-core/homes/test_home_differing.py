"""Files that differ are one table, as far as the policy and their values allow."""

from __future__ import annotations

import polars as pl
import pytest
from attrs import evolve
from file_homes import ASK, TABULAR, read, write

from hygge_core.errors import SchemaChanged
from hygge_core.records import Ask, DriftPolicy


@pytest.fixture
def two(tmp_path):
    """Writes two files in a directory and reads it under a policy."""

    def reads(form: str, a: pl.DataFrame, b: pl.DataFrame, **policy) -> pl.DataFrame:
        write(form, tmp_path / "a", a)
        write(form, tmp_path / "b", b)
        return read(form, tmp_path, evolve(ASK, drift=DriftPolicy(**policy)))

    return reads


@TABULAR
def test_a_column_that_a_later_file_adds_is_null_before(two, form):
    a, b = pl.DataFrame({"x": [1]}), pl.DataFrame({"y": ["q"], "x": [2]})
    assert two(form, a, b).to_dicts() == [{"x": 1, "y": None}, {"x": 2, "y": "q"}]


@TABULAR
def test_a_column_that_is_new_is_left_out_or_refused_by_its_file(two, form):
    a, b = pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [2], "y": ["q"]})
    assert two(form, a, b, new_columns="ignore").to_dicts() == [{"x": 1}, {"x": 2}]
    with pytest.raises(SchemaChanged, match=rf"b\.{form} .*'y'"):
        two(form, a, b, new_columns="fail")


@TABULAR
def test_a_column_that_a_later_file_lacks_is_refused_by_its_file_or_null(two, form):
    a, b = pl.DataFrame({"x": [1], "y": ["q"]}), pl.DataFrame({"x": [2]})
    with pytest.raises(SchemaChanged, match=rf"b\.{form} .*'y'") as caught:
        two(form, a, b)
    assert caught.value.seen == {"y": None}
    rows = two(form, a, b, removed_columns="null").to_dicts()
    assert rows == [{"x": 1, "y": "q"}, {"x": 2, "y": None}]


def test_types_that_differ_are_widened_where_the_policy_and_the_values_allow(two):
    a = pl.DataFrame({"x": pl.Series([1], dtype=pl.Int8)})
    b = pl.DataFrame({"x": pl.Series([300], dtype=pl.Int16)})
    with pytest.raises(SchemaChanged, match=r"b\.parquet"):
        two("parquet", a, b)
    widened = two("parquet", a, b, type_changes="widen")
    assert widened.equals(pl.DataFrame({"x": pl.Series([1, 300], dtype=pl.Int16)}))
    assert two("parquet", b, a)["x"].to_list() == [300, 1]
    with pytest.raises(SchemaChanged):
        two("parquet", a, pl.DataFrame({"x": ["q"]}), type_changes="widen")


def test_the_type_of_a_csv_column_is_that_of_the_first_file_with_rows(two, tmp_path):
    header, a, b = pl.DataFrame({"x": []}), pl.DataFrame({"x": [1]}), pl.DataFrame({"x": [0.5]})
    assert two("csv", header, b).rows() == [(0.5,)]
    with pytest.raises(SchemaChanged, match=r"b\.csv: line 2: column 'x' is int64") as caught:
        two("csv", a, b)
    assert caught.value.seen == {"x": pl.Float64()}
    assert two("csv", b, a).rows() == [(0.5,), (1.0,)]


@TABULAR
def test_rows_of_a_file_with_none_of_the_columns_are_not_lost(two, form, tmp_path):
    a, b = pl.DataFrame({"x": [1, 2]}), pl.DataFrame({"x": [3], "y": ["q"]})
    two(form, a, b)
    ask = Ask(entity="orders", columns=("y",))
    assert read(form, tmp_path, ask)["y"].to_list() == [None, None, "q"]


def test_a_settled_column_that_no_file_has_is_a_change(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": [1]}))
    ask = evolve(ASK, settled=pl.Schema({"x": pl.Int64, "y": pl.String}))
    if form == "ndjson":  # there, it may be in any row
        assert read(form, tmp_path, ask).rows() == [(1, None)]
        return
    with pytest.raises(SchemaChanged, match="no file has the column 'y'"):
        read(form, tmp_path, ask)
    ask = evolve(ask, drift=DriftPolicy(removed_columns="null"))
    assert read(form, tmp_path, ask).rows() == [(1, None)]
