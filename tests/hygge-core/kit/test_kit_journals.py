"""The journal in memory is an honest twin: it keeps what a journal promises."""

from typing import ClassVar

import pytest

from hygge_core.testing import JournalContract, JournalSubject, memory_journal


class TestMemoryJournal(JournalContract):
    deviations: ClassVar = {
        "test_processes_share_it": "its content ends with the process",
        "test_a_dead_owners_lease_is_taken_over": "its content ends with the process",
    }

    @pytest.fixture
    def subject(self) -> JournalSubject:
        return JournalSubject(
            plugin=memory_journal,
            type="memory",
            table=lambda root: {"table": str(root)},
            short_leases=lambda root: {"table": str(root), "lease_seconds": 0.2},
        )
