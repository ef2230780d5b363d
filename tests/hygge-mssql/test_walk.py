"""Every step of a load, disturbed: in place, swapped in, and upserted. Minutes each: slow."""

from __future__ import annotations

import pytest
from ground import Ground, double
from tds.process import TdsProcess

from hygge_core.testing import StoreContract, StoreSubject
from hygge_core.testing.contract import Contract
from hygge_core.testing.stores.walk import StoreWalk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def ground(lasting: TdsProcess) -> Ground:
    return double(lasting)


class WholeWalk(StoreWalk, Contract):
    """The walk of the kit, not thinned; the kit itself takes each so-many-th step."""

    every_step = 1
    fresh = StoreContract.fresh


class TestInPlace(WholeWalk):
    @pytest.fixture
    def subject(self, ground: Ground) -> StoreSubject:
        return ground.store()


class TestSwitch(WholeWalk):
    @pytest.fixture
    def subject(self, ground: Ground) -> StoreSubject:
        return ground.store(replace="switch")


class TestUpsert(WholeWalk):
    @pytest.fixture
    def subject(self, ground: Ground) -> StoreSubject:
        return ground.store(key_columns=["id"])
