"""The contract, signed by every wrong home. Run by ``test_kit_wrong.py``, never by itself."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wrong_homes

from hygge_core.files.memory import tables
from hygge_core.testing import HomeContract, HomeSubject


class Signed(HomeContract):
    made_as = wrong_homes.Honest

    @pytest.fixture
    def subject(self) -> HomeSubject:
        return HomeSubject(
            plugin=wrong_homes.offered(self.made_as),
            type="wrong",
            table=lambda root: {"table": f"in-{root.name}"},
            offer=lambda root, rows: tables.__setitem__(f"in-{root.name}", rows),
        )


for home in list(vars(wrong_homes).values()):
    if isinstance(home, type) and issubclass(home, wrong_homes.Honest):
        name = f"Test{home.__name__}"
        globals()[name] = type(name, (Signed,), {"made_as": home, "__module__": __name__})
