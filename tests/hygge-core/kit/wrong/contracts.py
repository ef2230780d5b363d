"""The contract, signed by every wrong store. Run by ``test_kit_wrong.py``, never by itself."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wrong_stores

from hygge_core.files import plugin as files
from hygge_core.files.stores.store import ParquetStore
from hygge_core.testing import StoreContract, StoreSubject, files_below, through_home

os.environ["HYGGE_TEST_CANARY"] = "canary-in-a-wrong-store"


class Signed(StoreContract):
    every_step = 5
    store = wrong_stores.Honest

    @pytest.fixture
    def subject(self) -> StoreSubject:
        def path(root):
            return {"path": str(root / "out" / "walk")}

        return StoreSubject(
            plugin=wrong_stores.offered(self.store),
            type="wrong",
            table=lambda root: {
                **path(root),
                "rows_per_file": 2,
                "password": {"env": "HYGGE_TEST_CANARY"},
            },
            visible=through_home(files, "parquet", path),
            leftovers=lambda root: files_below(root / "out" / ".hygge", but=["locks"]),
        )


for store in vars(wrong_stores).values():
    if isinstance(store, type) and issubclass(store, ParquetStore) and store is not ParquetStore:
        name = f"Test{store.__name__}"
        globals()[name] = type(name, (Signed,), {"store": store, "__module__": __name__})
