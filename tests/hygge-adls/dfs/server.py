"""``DfsServer``: a storage account that a test owns, in a thread of the test's process."""

from __future__ import annotations

import base64
import copy
import ssl
from collections.abc import Iterable, Mapping

from .account import Account, Manners
from .changes import Changes
from .door import Door, Tokens
from .faults import Faults
from .listening import Listening
from .log import Log
from .nodes import File
from .service import Service, Watcher
from .stamps import Clock
from .tree import Filesystem, walk


class DfsServer(Listening):
    """``with DfsServer() as server:`` and the SDK at ``server.url`` with ``server.credential``.

    ``log``, ``changes``, ``faults``, ``watchers``, ``manners``, ``tokens``, ``door`` and ``clock``
    may be read and turned from any thread while it runs. ``stop`` and ``start`` make a dead service
    of it and bring it back on the same port with all that it held.
    """

    def __init__(
        self,
        *,
        filesystems: Iterable[str] = ("lake",),
        account: str = "hyggelake",
        manners: Manners | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.account = Account(account, manners or Manners())
        for name in filesystems:
            self.account.create_filesystem(name)
        self.tokens = Tokens(self.account.clock)
        self.key = base64.b64encode(b"a key for tests, and for nothing else").decode()
        self.door = Door(self.account, self.tokens, self.key)
        self._service = Service(self.account, self.door)
        super().__init__(self._service.answer, port=port, tls=tls)

    @property
    def manners(self) -> Manners:
        return self.account.manners

    @property
    def clock(self) -> Clock:
        return self.account.clock

    @property
    def changes(self) -> Changes:
        return self.account.changes

    @property
    def log(self) -> Log:
        return self._service.log

    @property
    def faults(self) -> Faults:
        return self._service.faults

    @property
    def watchers(self) -> list[Watcher]:
        """Called after each request's work: somebody else who looks at the account, and acts."""
        return self._service.watchers

    @property
    def credential(self) -> dict[str, str]:
        """The account key, in the one shape that the SDK takes for a URL without an account."""
        return {"account_name": self.account.name, "account_key": self.key}

    def __exit__(self, *told: object) -> None:
        self.faults.clear()  # whoever is held would keep it from stopping
        super().__exit__(*told)

    def seed(self, filesystem: str, files: Mapping[str, bytes | None]) -> None:
        """Put finished files there at once, without a request; None makes a directory."""

        async def put() -> None:
            for path, data in files.items():
                self.account.seed(filesystem, path, data)

        self.on_loop(put())

    def files(self, filesystem: str, below: str = "") -> dict[str, bytes]:
        """What readers would get now: every file's whole content by its path."""

        async def found() -> dict[str, bytes]:
            files = self.account.filesystem(filesystem).files(below)
            return {path: file.content.whole() for path, file in files.items()}

        return self.on_loop(found())

    def kept(self) -> dict[str, Filesystem]:
        """All that it holds now, for ``restore``."""
        return self.on_loop(self._copied(self.account.filesystems))

    def restore(self, kept: Mapping[str, Filesystem]) -> None:
        """It holds what was ``kept``, and nothing else; every path with the ETag of then."""

        async def put() -> None:
            self.account.filesystems = await self._copied(kept)

        self.on_loop(put())

    async def _copied(self, filesystems: Mapping[str, Filesystem]) -> dict[str, Filesystem]:
        """Its clock goes on, whatever is copied."""
        return copy.deepcopy(dict(filesystems), {id(self.clock): self.clock})

    def copy(self, filesystem: str, path: str, other: str) -> None:
        """What is at ``path`` is at ``other``, too, with the same ETags: no request does that."""

        async def put() -> None:
            tree = self.account.filesystem(filesystem)
            tree.put(other, copy.deepcopy(tree.get(path)))

        self.on_loop(put())

    def paths(self, filesystem: str) -> list[str]:
        """Every path there is, directories with a slash at their end."""

        async def found() -> list[str]:
            nodes = walk(self.account.filesystem(filesystem).root, recursive=True)
            return [path if isinstance(node, File) else f"{path}/" for path, node in nodes]

        return self.on_loop(found())
