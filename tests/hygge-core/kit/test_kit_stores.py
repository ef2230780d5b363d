"""Our own stores keep the promises, through the same door as a stranger's."""

import pytest

from hygge_core.files import plugin as files
from hygge_core.files.memory import _staged, tables
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


class TestParquetStore(FileStore):
    type = "parquet"


class TestCsvStore(FileStore):
    type = "csv"


class TestNdjsonStore(FileStore):
    type = "ndjson"


class TestMemoryStore(StoreContract):
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
