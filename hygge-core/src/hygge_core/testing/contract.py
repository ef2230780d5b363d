"""What the contracts share: deviations that are entered with their reasons, and strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pytest

from hygge_core.testing.promises import keep
from hygge_core.testing.stores.place import fresh_root


class Contract:
    """Plain pytest: derive a class whose name begins with ``Test``, and give its ``subject``.

    ``deviations`` are the promises that your distribution does not keep, test by test, with the
    reason for each: ``{"test_a_value_is_kept_or_refused[time]": "the service has no such type"}``.
    They are strict: an entry whose test passes fails, and so does one that names no test.
    ``every_step`` and ``every_double`` thin out the walks where they take long; 1 takes all. Only
    repeats are left out: of the points of one name in a verb each so-many-th is disturbed, and one
    at least in each way; of those of one call in a whole run, one at least in one way. Of the
    disturbances of a recovery it is each so-many-th. A CI that counts ``HYGGE_TEST_TURN`` up in its
    environment begins with others each time, and so takes all of them in turn.
    """

    deviations: ClassVar[Mapping[str, str]] = {}
    every_step: ClassVar[int] = 1
    every_double: ClassVar[int] = 17

    @pytest.fixture(autouse=True)
    def _deviation(self, request: pytest.FixtureRequest) -> None:
        reason = self.deviations.get(request.node.name)
        if reason:
            request.node.add_marker(pytest.mark.xfail(reason=reason, strict=True))

    @pytest.fixture
    def root(self) -> Iterator[Path]:
        """A fresh directory with a unique name, in memory where there is such a place."""
        with fresh_root() as root:
            yield root

    def test_every_deviation_names_a_test_and_a_reason(self) -> None:
        for name, reason in self.deviations.items():
            keep(name in set(_names(type(self))), f"a deviation names a test: {name!r}")
            keep(reason.strip(), f"a deviation has a reason: {name!r}")


def _names(contract: type) -> Iterator[str]:
    """Every test of a contract, as pytest names it."""
    for name in dir(contract):
        if name.startswith("test_"):
            marks = getattr(getattr(contract, name), "pytestmark", [])
            cases = [mark.args[1] for mark in marks if mark.name == "parametrize"]
            yield from (f"{name}[{case}]" for case in cases[0]) if cases else (name,)


MODES = pytest.mark.parametrize("mode", ["append", "full_drop"])
