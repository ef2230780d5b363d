"""An aiohttp server in a thread of its own, so that tests may block while it answers."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Self, TypeVar

from aiohttp import web

Answer = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
_T = TypeVar("_T")


class Listening:
    """Listens on 127.0.0.1 between ``start`` and ``stop``, on the same ports each time.

    Plain HTTP always, and TLS as well if ``tls`` is given. ``stop`` resets whoever is connected.
    """

    def __init__(self, answer: Answer, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._ports = [port, 0]
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._runner: web.ServerRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports[0]}"

    @property
    def secure_url(self) -> str:
        """For ``https``; a certificate is for names, so this one says ``localhost``."""
        return f"https://localhost:{self._ports[1]}"

    @property
    def port(self) -> int:
        return self._ports[0]

    def start(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="dfs", daemon=True)
        self._thread.start()
        self.on_loop(self._listen())

    def stop(self) -> None:
        """Stop answering. What the server holds stays, for another ``start``."""
        if self._loop is None or self._thread is None:
            return
        self.on_loop(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def on_loop(self, work: Coroutine[Any, Any, _T]) -> _T:
        """Run ``work`` between two operations of the server, and wait for what it returns."""
        assert self._loop is not None, "the server is not started"
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _listen(self) -> None:
        server = web.Server(self._answer, access_log=None, auto_decompress=False)
        self._runner = web.ServerRunner(server, shutdown_timeout=0.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._ports[0]).start()
        if self._tls is not None:
            tls = web.TCPSite(self._runner, "127.0.0.1", self._ports[1], ssl_context=self._tls)
            await tls.start()
        self._ports[: len(self._runner.addresses)] = [port for _, port in self._runner.addresses]

    async def _close(self) -> None:
        assert self._runner is not None
        assert self._runner.server is not None
        for site in list(self._runner.sites):
            await site.stop()
        for connection in self._runner.server.connections:
            if connection.transport is not None:
                connection.transport.abort()  # a TLS one would wait for its peer to say goodbye
        await self._runner.cleanup()
        for transport in list(self._loop._transports.values()):
            transport.abort()  # one that is still shaking hands is known to the loop alone
        await asyncio.sleep(0.001)  # transports close in the loop's next rounds
