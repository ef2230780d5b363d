"""Homes of files: many files as one table, partitions, and ranges, for every format."""

# ruff: noqa: DTZ001 - datetimes without a zone are among what is read

from __future__ import annotations

import math
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import polars as pl
import pyarrow.parquet as pq
import pytest
from attrs import evolve

from hygge_core.errors import Cancelled, FlowError, HomeError, SchemaChanged
from hygge_core.files.csv_home import CsvFormat, open_csv_home
from hygge_core.files.file_home import FileHome
from hygge_core.files.home_settings import (
    CsvDialect,
    CsvHomeConfig,
    NdjsonHomeConfig,
    ParquetHomeConfig,
)
from hygge_core.files.ndjson_home import NdjsonFormat, open_ndjson_home
from hygge_core.files.parquet_home import ParquetFormat, open_parquet_home
from hygge_core.files.sources import Source
from hygge_core.records import Ask, DriftPolicy, Mark, Range
from hygge_core.scene import Scene
from hygge_core.types import parse
from hygge_core.watermark import mark_of

FORMATS = ("parquet", "csv", "ndjson")
ASK = Ask(entity="orders")


def opened(form: str, path: Path, scene: Scene | None = None, **settings) -> AbstractContextManager:
    scene = scene or Scene(entity="orders")
    if form == "parquet":
        return open_parquet_home(ParquetHomeConfig(path=path, **settings), scene)
    if form == "csv":
        return open_csv_home(CsvHomeConfig(path=path, **settings), scene)
    return open_ndjson_home(NdjsonHomeConfig(path=path, **settings), scene)


def everything(home: FileHome, ask: Ask = ASK) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=home.schema(ask)), *home.read(ask)])


def read(form: str, path: Path, ask: Ask = ASK, **settings) -> pl.DataFrame:
    with opened(form, path, **settings) as home:
        return everything(home, ask)


def write(form: str, path: Path, frame: pl.DataFrame) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "parquet":
        frame.write_parquet(path.with_suffix(".parquet"))
    elif form == "csv":
        frame.write_csv(path.with_suffix(".csv"))
    else:
        frame.write_ndjson(path.with_suffix(".ndjson"))


@pytest.fixture(params=FORMATS)
def form(request) -> str:
    return request.param


# --- differing files ---------------------------------------------------------------------------


@pytest.fixture
def two(tmp_path):
    """Writes two files in a directory and reads it under a policy."""

    def reads(form: str, a: pl.DataFrame, b: pl.DataFrame, **policy) -> pl.DataFrame:
        write(form, tmp_path / "a", a)
        write(form, tmp_path / "b", b)
        return read(form, tmp_path, evolve(ASK, drift=DriftPolicy(**policy)))

    return reads


TABULAR = pytest.mark.parametrize("form", ["parquet", "csv"], indirect=True)


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


# --- partitions --------------------------------------------------------------------------------


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


# --- ranges ------------------------------------------------------------------------------------

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


# --- reading -----------------------------------------------------------------------------------


def test_a_limit_counts_rows_of_the_range_over_all_files(form, tmp_path):
    for name in "abc":
        write(form, tmp_path / name, pl.DataFrame({"w": range(10)}))
    ask = evolve(ASK, limit=7, range=Range(column="w", low=Mark("int64", "4")), batch_rows=3)
    with opened(form, tmp_path) as home:
        batches = list(home.read(ask))
    assert pl.concat(batches)["w"].to_list() == [5, 6, 7, 8, 9, 5, 6]
    assert [batch.height for batch in batches] == [3, 3, 1]


def test_files_that_arrive_during_a_read_are_left_for_the_next(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": [1, 2]}))
    with opened(form, tmp_path, batch_rows=1) as home:
        batches = home.read(ASK)
        next(batches)
        write(form, tmp_path / "b", pl.DataFrame({"x": [3]}))
        assert [batch["x"].item() for batch in batches] == [2]
        assert everything(home).height == 3


def test_a_file_that_vanishes_during_a_read_is_told(form, tmp_path):
    for name in "ab":
        write(form, tmp_path / name, pl.DataFrame({"x": [1]}))
    with opened(form, tmp_path, batch_rows=1) as home:
        batches = home.read(ASK)
        next(batches)
        (tmp_path / f"b.{form}").unlink()
        with pytest.raises(HomeError, match=rf"b\.{form}"):
            list(batches)


def test_asking_to_stop_ends_a_read(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": [1]}))
    scene = Scene(entity="orders")
    with opened(form, tmp_path, scene) as home:
        scene.cancel.request("enough")
        with pytest.raises(Cancelled, match="enough"):
            list(home.read(ASK))


def test_a_read_can_be_left_early_and_begun_again(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": range(1000)}))
    with opened(form, tmp_path, batch_rows=10) as home:
        for _ in range(3):
            batches = home.read(ASK)
            assert next(batches)["x"].to_list() == list(range(10))
            batches.close()


class Shelves:
    """A place of a stranger's own: files in memory, as a lake would have them."""

    address = "lake://orders"

    def __init__(self, root: Path) -> None:
        self.files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*.*")}

    def sources(self) -> list[Source]:
        return [self._source(name, text) for name, text in sorted(self.files.items())]

    def _source(self, name: str, content: bytes) -> Source:
        @contextmanager
        def copied():
            with NamedTemporaryFile() as file:
                file.write(content)
                file.flush()
                yield Path(file.name)

        return Source(
            name=f"{self.address}/{name}",
            relative=name,
            size=len(content),
            open=lambda: BytesIO(content),
            local=copied,
        )


def test_another_place_is_read_by_the_same_code(form, tmp_path):
    for year in (2023, 2024):
        write(form, tmp_path / f"year={year}" / "a", pl.DataFrame({"x": [year, None]}))
    formats = {"parquet": ParquetFormat, "csv": lambda: CsvFormat(CsvDialect())}
    made = formats.get(form, lambda: NdjsonFormat({}))()
    place = Shelves(tmp_path)
    home = FileHome(place, made, Scene(), batch_rows=3, hive=None)
    assert everything(home).rows() == [(2023, 2023), (None, 2023), (2024, 2024), (None, 2024)]
    place.files["year=2024/a." + form] = b"\xff\xfe broken"
    with pytest.raises(HomeError, match=f"lake://orders/year=2024/a.{form}"):
        everything(home)


def test_what_is_asked_before_a_read_and_the_read_itself_share_one_listing(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": [1]}))
    with opened(form, tmp_path) as home:
        home.schema(ASK)
        write(form, tmp_path / "b", pl.DataFrame({"x": [2]}))
        assert pl.concat(home.read(ASK))["x"].to_list() == [1]
        assert pl.concat(home.read(ASK))["x"].to_list() == [1, 2]
