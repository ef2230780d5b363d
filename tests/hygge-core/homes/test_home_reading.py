"""A reading: counted, left early, begun again, beside files that come and go; from any place."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile

import polars as pl
import pytest
from attrs import evolve
from file_homes import ASK, everything, opened, write

from hygge_core.errors import Cancelled, HomeError
from hygge_core.files.csv.home import CsvFormat
from hygge_core.files.homes.home import FileHome
from hygge_core.files.homes.sources import Source
from hygge_core.files.ndjson.home import NdjsonFormat
from hygge_core.files.parquet.home import ParquetFormat
from hygge_core.files.settings.homes import CsvDialect
from hygge_core.records import Ask, Mark, Range
from hygge_core.scene import Quotes, Scene


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
        with pytest.raises(HomeError, match=rf"b\.{form}") as gone:
            list(batches)
    assert gone.value.transient  # a full_drop may have replaced them all: they are listed again


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
    formats = {"parquet": ParquetFormat, "csv": lambda: CsvFormat(CsvDialect(), Scene())}
    made = formats.get(form, lambda: NdjsonFormat({}, Quotes()))()
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


def test_a_check_asks_how_it_is_now(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": [1]}))
    with opened(form, tmp_path) as home:
        home.schema(ASK)
        for path in tmp_path.iterdir():
            path.unlink()
        ((_, found, _),) = home.check()
    assert f"holds no .{form} file" in found


def test_who_asked_for_some_columns_is_not_told_their_types_for_all(form, tmp_path):
    write(form, tmp_path / "a", pl.DataFrame({"x": [1], "y": [2]}))
    with opened(form, tmp_path) as home:
        assert home.schema(Ask(entity="orders", columns=("x",))) == {"x": pl.Int64()}
        assert home.schema(ASK) == {"x": pl.Int64(), "y": pl.Int64()}
