"""The contract, signed by every wrong mirror. Run by ``test_kit_wrong.py``, never by itself."""

import json
import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wrong_mirrors

from hygge_core.files import plugin as files
from hygge_core.testing import StoreContract, StoreSubject, files_below, through_home


class Signed(StoreContract):
    store = wrong_mirrors.Honest

    @pytest.fixture
    def subject(self) -> StoreSubject:
        def path(root):
            return {"path": str(root / "out" / "walk")}

        def shown_runs(root):
            copy = root / "journal.json"
            return json.loads(copy.read_text()) if copy.exists() else []

        def copied(root, folder):
            shutil.copytree(root / "out" / "walk", folder, dirs_exist_ok=True)

        def says(root, well):
            word = "well" if well else "stopped"
            (root / "said.json").write_text(json.dumps({"walk": word}))

        return StoreSubject(
            plugin=wrong_mirrors.offered(self.store),
            type="fed",
            table=path,
            visible=through_home(files, "parquet", path),
            leftovers=lambda root: files_below(root / "out" / ".hygge", but=["locks"]),
            publishing=path,
            shown_runs=shown_runs,
            copied=copied,
            says=says,
        )


for store in list(vars(wrong_mirrors).values()):
    if isinstance(store, type) and issubclass(store, wrong_mirrors.Honest):
        name = f"Test{store.__name__}"
        globals()[name] = type(name, (Signed,), {"store": store, "__module__": __name__})
