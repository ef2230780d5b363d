"""Directories named ``column=value`` are columns, and a range leaves some of them unopened."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from attrs import evolve
from file_homes import ASK, everything, opened, read, write

from hygge_core.errors import HomeError, SchemaChanged
from hygge_core.records import Ask, Mark, Range
from hygge_core.watermark import mark_of


def test_partition_directories_are_columns_after_those_of_the_files(form, tmp_path):
    for key, value in (("2023", "a%2Fb"), ("2024", "__HIVE_DEFAULT_PARTITION__")):
        path = tmp_path / f"year={key}" / f"the%20kind={value}" / "x"
        write(form, path, pl.DataFrame({"x": [int(key)]}))
    given = read(form, tmp_path)
    assert given.schema == {"x": pl.Int64, "year": pl.Int64, "the kind": pl.String}
    assert given.rows() == [(2023, 2023, "a/b"), (2024, 2024, None)]
    assert read(form, tmp_path, hive=False).columns == ["x"]
    only = Ask(entity="orders", columns=("year",))
    assert read(form, tmp_path, only).rows() == [(2023,), (2024,)]
    assert read(form, tmp_path / "*" / "*" / "*").columns == ["x", "year", "the kind"]


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        (("1", "20"), pl.Int64),
        (("01", "20"), pl.String),
        (("2024-01-01", "2024-12-31"), pl.Date),
        (("1.5", "2"), pl.String),
        (("true", "false"), pl.String),
    ],
)
def test_partitions_are_integers_dates_or_texts(tmp_path, values, dtype):
    for value in values:
        write("csv", tmp_path / f"p={value}" / "x", pl.DataFrame({"x": [1]}))
    assert read("csv", tmp_path).schema["p"] == dtype


def test_a_column_of_the_file_wins_over_its_directory(form, tmp_path):
    write(form, tmp_path / "p=1" / "a", pl.DataFrame({"p": [7], "x": [1]}))
    assert read(form, tmp_path).to_dicts() == [{"p": 7, "x": 1}]


def test_files_in_different_partitions_are_refused(tmp_path):
    write("csv", tmp_path / "p=1" / "a", pl.DataFrame({"x": [1]}))
    write("csv", tmp_path / "b", pl.DataFrame({"x": [1]}))
    with pytest.raises(HomeError, match="different partitions") as caught:
        read("csv", tmp_path)
    assert "hive = false" in caught.value.hint
    assert read("csv", tmp_path, hive=False).height == 2
    with pytest.raises(HomeError, match="no directory like"):
        read("csv", tmp_path / "b.csv", hive=True)


def test_partitions_out_of_the_range_are_not_even_opened(form, tmp_path):
    for day in ("2024-01-01", "2024-01-02", "2024-01-03", "__HIVE_DEFAULT_PARTITION__"):
        write(form, tmp_path / f"day={day}" / "x", pl.DataFrame({"x": [1]}))
    asked = Range(
        column="day", low=mark_of("2024-01-01", pl.Date), high=mark_of("2024-01-02", pl.Date)
    )
    with opened(form, tmp_path) as home:
        rows = everything(home, evolve(ASK, range=asked, columns=("day",)))
        assert rows["day"].to_list() == [date(2024, 1, 2), None]
        if form == "parquet":
            assert home.upper(evolve(ASK, range=asked)) == Mark("date", "2024-01-03")


def test_the_rows_of_a_partition_out_of_the_range_are_not_read(tmp_path):
    for day in ("2024-01-01", "2024-01-02"):
        write("csv", tmp_path / f"day={day}" / "x", pl.DataFrame({"x": [1]}))
    asked = Range(column="day", low=mark_of("2024-01-01", pl.Date))
    with opened("csv", tmp_path) as home:
        ask = evolve(ASK, settled=home.schema(ASK), range=asked)
        (tmp_path / "day=2024-01-01" / "x.csv").write_text("x\nno number\n")
        assert [batch.rows() for batch in home.read(ask)] == [[(1, date(2024, 1, 2))]]
        with pytest.raises(SchemaChanged):
            list(home.read(evolve(ask, range=None)))
