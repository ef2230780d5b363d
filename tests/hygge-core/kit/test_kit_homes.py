"""Our own homes keep the promises, through the same door as a stranger's."""

from typing import ClassVar

import pytest

from hygge_core.files import plugin as files
from hygge_core.files.memory import tables
from hygge_core.testing import HomeContract, HomeSubject


def no_such(rows, *words):
    """Refuse to offer columns of these types: such a source has none."""
    for name, dtype in rows.schema.items():
        if any(word in str(dtype) for word in words):
            raise NotImplementedError(f"{name} is {dtype}")


def files_of(kind, write):
    """The subject of a home of one file."""
    return HomeSubject(
        plugin=files,
        type=kind,
        table=lambda root: {"path": str(root / f"rows.{kind}")},
        offer=lambda root, rows: write(rows, root / f"rows.{kind}"),
        parts=lambda root, frames: in_parts(root / f"rows.{kind}", frames, write),
    )


def in_parts(folder, frames, write):
    """A directory of that name, with a file for each part."""
    folder.mkdir()
    for number, frame in enumerate(frames):
        write(frame, folder / f"{number}{folder.suffix}")


class TestParquetHome(HomeContract):
    every_step = 29

    @pytest.fixture
    def subject(self) -> HomeSubject:
        return files_of("parquet", lambda rows, path: rows.write_parquet(path))


class TestCsvHome(HomeContract):
    every_step = 29

    @pytest.fixture
    def subject(self) -> HomeSubject:
        def write(rows, path):
            no_such(rows, "List", "Struct", "Binary", "Duration", "Null")
            rows.write_csv(path, quote_style="non_numeric")

        return files_of("csv", write)


ABSENT = "in JSON a key that is not there is a NULL, within a file and in all of it"


class TestNdjsonHome(HomeContract):
    every_step = 29
    deviations: ClassVar = {
        "test_parts_that_differ_are_told_where_nothing_may_change[a_missing_column]": ABSENT
    }

    @pytest.fixture
    def subject(self) -> HomeSubject:
        def write(rows, path):
            no_such(rows, "Binary", "Duration", "Decimal")
            finite = [
                rows[name].is_finite().all() for name in rows.columns if rows[name].dtype.is_float()
            ]
            if not rows.height or not all(finite):
                raise NotImplementedError("JSON has no NaN, and no columns without an object")
            rows.write_ndjson(path)

        return files_of("ndjson", write)


@pytest.mark.slow
class TestParquetHomeAtEveryPoint(TestParquetHome):
    every_step = 1


@pytest.mark.slow
class TestCsvHomeAtEveryPoint(TestCsvHome):
    every_step = 1


@pytest.mark.slow
class TestNdjsonHomeAtEveryPoint(TestNdjsonHome):
    every_step = 1


class TestMemoryHome(HomeContract):
    every_step = 29

    @pytest.fixture
    def subject(self) -> HomeSubject:
        return HomeSubject(
            plugin=files,
            type="memory",
            table=lambda root: {"table": f"in-{root.name}"},
            offer=lambda root, rows: tables.__setitem__(f"in-{root.name}", rows),
        )
