"""Our own stores keep the promises, through the same door as a stranger's."""

from typing import ClassVar

import pytest

from hygge_core.files import plugin as files
from hygge_core.files.memory import tables
from hygge_core.testing import StoreContract, StoreSubject, files_below, through_home


class FileStore(StoreContract):
    """What the stores of files have in common: a directory, and hygge's own beside it."""

    type = ""

    @pytest.fixture
    def subject(self) -> StoreSubject:
        def path(root):
            return {"path": str(root / "out" / "walk")}

        return StoreSubject(
            plugin=files,
            type=self.type,
            table=lambda root: {**path(root), "rows_per_file": 2},
            visible=through_home(files, self.type, path),
            leftovers=lambda root: files_below(root / "out" / ".hygge", but=["locks"]),
        )


TEXT = "a text file keeps a duration as ISO 8601 text, and no home reads it as a duration"


class TestParquetStore(FileStore):
    type = "parquet"
    # All of them are taken by the slow ones, and with SQLite by tests/together.
    every_step, every_double = 29, 97


#: What a file holds is nothing to its ledger, to a recovery or to another process: the Parquet
#: store shows them.
ALIKE = (
    "test_another_process_can_commit",
    "test_a_store_that_keeps_a_ledger_needs_no_journal",
    "test_a_disturbed_recovery_is_put_right_too[append]",
    "test_a_disturbed_recovery_is_put_right_too[full_drop]",
)


class TestCsvStore(FileStore):
    type = "csv"
    every_step, every_double = 29, 97
    repeats = ALIKE
    deviations: ClassVar = {"test_a_value_is_kept_or_refused[duration]": TEXT}


class TestNdjsonStore(FileStore):
    type = "ndjson"
    every_step, every_double = 29, 97
    repeats = ALIKE
    deviations: ClassVar = {"test_a_value_is_kept_or_refused[duration]": TEXT}


@pytest.mark.slow
class TestParquetStoreAtEveryPoint(TestParquetStore):
    every_step, every_double = 1, 3


@pytest.mark.slow
class TestCsvStoreAtEveryPoint(TestCsvStore):
    every_step, every_double = 1, 5


@pytest.mark.slow
class TestNdjsonStoreAtEveryPoint(TestNdjsonStore):
    every_step, every_double = 1, 5


class TestMemoryStore(StoreContract):
    deviations: ClassVar = {
        "test_another_process_can_commit": "what is in memory ends with its process"
    }

    @pytest.fixture
    def subject(self) -> StoreSubject:
        def name(root):
            return f"out-{root.name}"

        return StoreSubject(
            plugin=files,
            type="memory",
            table=lambda root: {"table": name(root)},
            visible=lambda root, schema: tables.get(name(root)),
            leftovers=lambda root: [],
        )
