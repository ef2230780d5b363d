"""The conformance kit, through a stranger's door, on the double and on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from ground import KINDS, Ground, double, real
from tds.process import TdsProcess

from hygge_core.testing import (
    HomeContract,
    HomeSubject,
    JournalContract,
    JournalSubject,
    StoreContract,
    StoreSubject,
)
from hygge_core.testing.contract import Contract
from hygge_core.testing.homes.changes import HomeChanges


@pytest.fixture(params=KINDS)
def ground(request: pytest.FixtureRequest, lasting: TdsProcess, root: Path) -> Iterator[Ground]:
    found = real() if request.param == "real" else double(lasting)
    yield found
    if request.param == "real":
        found.tidy(root)


class TestHome(HomeContract):
    @pytest.fixture
    def subject(self, ground: Ground) -> HomeSubject:
        return ground.home()


class TestHomeInParts(HomeContract):
    @pytest.fixture
    def subject(self, ground: Ground) -> HomeSubject:
        return ground.home(partition_read={"column": "id", "parts": 3})


class TestHomeThatFollows(HomeChanges, Contract):
    """Only what it is asked besides: the rest of the contract is that of any table."""

    place = HomeContract.place

    @pytest.fixture
    def subject(self, ground: Ground) -> HomeSubject:
        return ground.followed()


class TestStore(StoreContract):
    every_step, every_double = 7, 61  # all of them are in test_walk.py

    @pytest.fixture
    def subject(self, ground: Ground) -> StoreSubject:
        return ground.store()


class TestJournal(JournalContract):
    #: Of what looks back core makes the question, and SQLite answers it in less time.
    repeats = ("test_the_last_complete_lies_behind_any_number_of_others[double]",)

    @pytest.fixture
    def subject(self, ground: Ground) -> JournalSubject:
        return ground.journal()
