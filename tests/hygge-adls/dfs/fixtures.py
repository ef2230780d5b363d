"""Fixtures of pytest: a server, the SDK's clients for it, TLS, and identities."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken
from azure.storage.filedatalake import DataLakeServiceClient, FileSystemClient, LinearRetry

from .certificates import Certificates
from .identity import IdentityServer, People
from .server import DfsServer
from .transport import ToServer

__all__ = [
    "Connect",
    "Fixed",
    "aside",
    "certificates",
    "connect",
    "dfs",
    "identity",
    "lake",
    "no_proxy",
    "real_names",
    "secure_dfs",
]

Connect = Callable[..., DataLakeServiceClient]


class Fixed:
    """The smallest credential there is: always this token."""

    def __init__(self, token: str) -> None:
        self.token = token

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        return AccessToken(self.token, 2**33)


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is on this host: no request looks through the environment for a proxy first."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def dfs() -> Iterator[DfsServer]:
    """A fresh account with one filesystem, ``lake``."""
    with DfsServer() as server:
        yield server


@pytest.fixture
def connect(dfs: DfsServer) -> Iterator[Connect]:
    """Make the SDK's client: ``connect(retries=3, api_version=...)``; retries come at once."""
    made: list[DataLakeServiceClient] = []

    def client(
        url: str | None = None, credential: Any = None, *, retries: int = 0, **options: Any
    ) -> DataLakeServiceClient:
        policy = LinearRetry(backoff=0, random_jitter_range=0, retry_total=retries)
        made.append(
            DataLakeServiceClient(
                url or dfs.url, credential or dfs.credential, retry_policy=policy, **options
            )
        )
        return made[-1]

    yield client
    for each in made:
        each.close()


@pytest.fixture
def lake(connect: Connect) -> FileSystemClient:
    """The SDK's client of the filesystem ``lake``, with the account key and without retries."""
    return connect().get_file_system_client("lake")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return Certificates.make(Path(tmp_path_factory.mktemp("tls")))


@pytest.fixture
def secure_dfs(certificates: Certificates) -> Iterator[DfsServer]:
    """Listens with TLS as well: ``secure_url``, and ``certificates.ca`` to trust."""
    with DfsServer(tls=certificates.context) as server:
        yield server


@pytest.fixture
def identity(dfs: DfsServer, certificates: Certificates) -> Iterator[IdentityServer]:
    """Managed identities and one service principal; their tokens open ``dfs``."""
    people = People(tenant=dfs.door.tenant, clients={"robot": "a secret"})
    with IdentityServer(dfs.tokens, people, tls=certificates.context) as server:
        yield server


@pytest.fixture
def real_names(dfs: DfsServer) -> ToServer:
    """The transport that brings ``https://*.dfs.core.windows.net`` to ``dfs``."""
    return ToServer(dfs.url)


@pytest.fixture
def aside() -> Iterator[Callable[[Callable[[], Any]], threading.Thread]]:
    """Do something in another thread; its outcome is waited for at the end at the latest."""
    threads: list[threading.Thread] = []

    def begin(work: Callable[[], Any]) -> threading.Thread:
        threads.append(threading.Thread(target=work))
        threads[-1].start()
        return threads[-1]

    yield begin
    for thread in threads:
        thread.join(10)
