"""How the tests of the kit ask it: in this process, of stores that are wrong on purpose."""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

WRONG = Path(__file__).parent / "wrong"


class Said:
    """store → what its failing tests said, and all tests that passed; a plugin of pytest."""

    def __init__(self) -> None:
        self.failed: dict[str, list[str]] = {}
        self.passed: dict[str, list[str]] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        _, store, test = report.nodeid.split("::")
        store = store.removeprefix("Test")
        if report.failed:
            self.failed.setdefault(store, []).append(report.longreprtext)
        elif report.when == "call" and report.passed:
            self.passed.setdefault(store, []).append(test)


def ask(contracts: str, chosen: Iterable[tuple[str, str]], *more: str) -> Said:
    """What the contract, signed by the stores of a file, says in these (store, test), or in all.

    A test of "" stands for all tests of a store.
    """
    said, file = Said(), WRONG / contracts
    nodes = [f"{file}::Test{store}::{test}".removesuffix("::") for store, test in chosen]
    quiet = ["-q", "--no-header", "--no-summary", "-p", "no:cacheprovider", "--tb=short"]
    with pytest.MonkeyPatch.context() as environ:
        environ.delenv("HYGGE_TEST_SHARE", raising=False)  # a share of these is no answer
        environ.setattr(sys, "path", list(sys.path))
        pytest.main([*quiet, *more, *(nodes or [str(file)])], plugins=[said])
    return said


@pytest.fixture(scope="session")
def asked() -> Callable[..., Said]:
    """``ask``, above."""
    return ask
