"""What tests ask for by name: a server, one in a process, connections of the real driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from .process import TdsProcess
from .server import TdsServer

__all__ = ["connect", "cursor", "server", "server_process"]


@pytest.fixture
def server() -> Iterator[TdsServer]:
    """A server with an empty database ``hygge``: host, port, user, password, rows, fail, log."""
    with TdsServer() as running:
        yield running


@pytest.fixture
def server_process(tmp_path: Path) -> Iterator[TdsProcess]:
    """The same in a process of its own, its databases in files: for kills and restarts."""
    with TdsProcess(folder=tmp_path / "databases") as running:
        yield running


@pytest.fixture
def connect(server: TdsServer) -> Iterator[Callable[..., Any]]:
    """The real driver's connections to the server; they are closed at the end."""
    driver = pytest.importorskip("mssql_python")
    driver.pooling(enabled=False)
    opened: list[Any] = []

    def one(**options: Any) -> Any:
        made = driver.connect(server.connection_string(), autocommit=True, **options)
        opened.append(made)
        return made

    yield one
    for connection in opened:
        with suppress(driver.Error):  # a test may have cut it
            connection.close()


@pytest.fixture
def cursor(connect: Callable[..., Any]) -> Any:
    return connect().cursor()
