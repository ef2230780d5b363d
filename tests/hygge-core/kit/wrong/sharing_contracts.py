"""The contract, signed by journals that processes share. Run by ``test_kit_wrong.py`` only."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wrong_sharing

from hygge_core.testing import JournalContract, JournalSubject


class Signed(JournalContract):
    made_as = wrong_sharing.Honest

    @pytest.fixture
    def subject(self) -> JournalSubject:
        return JournalSubject(
            plugin=wrong_sharing,
            type=self.made_as.__name__,
            table=lambda root: {"table": str(root / "book")},
        )


for journal in list(vars(wrong_sharing).values()):
    if isinstance(journal, type) and issubclass(journal, wrong_sharing.Honest):
        name = f"Test{journal.__name__}"
        globals()[name] = type(name, (Signed,), {"made_as": journal, "__module__": __name__})
