"""The SQL Servers that all tests here share, what they may be sent, and the way to a mirror."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path[:0] = [
    str(HERE),
    *(str(HERE.parent / name) for name in ("hygge-adls", "hygge-openmirroring")),
]

# After the path is set:
from finished import demand_listed  # noqa: E402
from tds.fixtures import *  # noqa: E402, F403  # the fixtures of every test here
from tds.process import TdsProcess  # noqa: E402
from tds.server import TdsServer  # noqa: E402


@pytest.fixture(scope="module")
def lasting() -> Iterator[TdsProcess]:
    """A server for all tests of a module, in a process of its own: the driver keeps the GIL while
    it waits for a long value."""
    with TdsProcess() as running:
        yield running
        demand_listed(running.log.entries)


@pytest.fixture(autouse=True)
def every_text_is_listed(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test is about: hygge sends only what ``finished.sql`` lists."""
    names = {"server", "server_process"} & set(request.fixturenames)
    found = [request.getfixturevalue(name) for name in names]
    yield
    for each in found:
        if isinstance(each, TdsServer | TdsProcess):  # others may call a text so
            demand_listed(each.log.entries)
