"""The contract, signed by stores of other processes. Run by ``test_kit_wrong.py`` only."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wrong_elsewhere

from hygge_core.files import plugin as files
from hygge_core.testing import StoreContract, StoreSubject, files_below, through_home


class TestHonest(StoreContract):
    type = "Honest"

    @pytest.fixture
    def subject(self) -> StoreSubject:
        def path(root):
            return {"path": str(root / "out" / "walk")}

        return StoreSubject(
            plugin=wrong_elsewhere,
            type=self.type,
            table=path,
            visible=through_home(files, "parquet", path),
            leftovers=lambda root: files_below(root / "out" / ".hygge", but=["locks"]),
        )


class TestKeepsItsLoadsAtHand(TestHonest):
    type = "KeepsItsLoadsAtHand"
