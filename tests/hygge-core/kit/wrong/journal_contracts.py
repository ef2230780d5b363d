"""The contract, signed by every wrong journal. Run by ``test_kit_wrong.py``, never by itself."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import wrong_journals

from hygge_core.testing import JournalContract, JournalSubject


class Signed(JournalContract):
    made_as = wrong_journals.Honest

    @pytest.fixture
    def subject(self) -> JournalSubject:
        return JournalSubject(
            plugin=wrong_journals.offered(self.made_as),
            type="wrong",
            table=lambda root: {"table": str(root)},
            short_leases=lambda root: {"table": str(root), "lease_seconds": 0.2},
        )


for journal in list(vars(wrong_journals).values()):
    if isinstance(journal, type) and issubclass(journal, wrong_journals.Honest):
        name = f"Test{journal.__name__}"
        globals()[name] = type(name, (Signed,), {"made_as": journal, "__module__": __name__})
