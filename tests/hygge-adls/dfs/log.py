"""The request log: what was asked, in what order, and what was answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from attrs import define

from .calls import Call
from .routes import known

_KEPT = ("accept", "content-length", "host", "range", "user-agent")
_PLAIN_NOISE = ("x-ms-date", "x-ms-client-request-id")


@define(eq=False, kw_only=True)
class Request:
    """One request. ``status`` is None while it is in flight, and for one that got no answer.

    ``began`` and ``ended`` are seconds of ``time.monotonic``; ``received`` and ``sent`` are bytes
    of body. ``fault`` tells what was done to it on purpose. No secret is in here.
    """

    number: int
    method: str
    endpoint: str
    operation: str
    filesystem: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    began: float
    ended: float | None = None
    received: int = 0
    sent: int = 0
    status: int | None = None
    code: str = ""
    fault: str = ""

    @classmethod
    def of(cls, call: Call) -> Request:
        headers = {name.lower(): value for name, value in call.headers.items()}
        kept = {name: value for name, value in headers.items() if _interesting(name)}
        if "authorization" in headers:
            kept["authorization"] = headers["authorization"].partition(" ")[0]
        if "x-ms-rename-source" in kept:
            kept["x-ms-rename-source"] = kept["x-ms-rename-source"].partition("?")[0]
        return cls(
            number=call.number,
            method=call.method,
            endpoint=call.endpoint,
            operation=call.operation,
            filesystem=call.filesystem,
            path=call.path,
            query={k: v for k, v in call.query.items() if k != "sig"},
            headers=kept,
            began=time.monotonic(),
        )


class Log:
    """Every request since the start or the last ``clear``; read it from any thread."""

    def __init__(self) -> None:
        self._arrived = threading.Condition()
        self._all: list[Request] = []

    def __iter__(self) -> Iterator[Request]:
        return iter(tuple(self._all))

    def __len__(self) -> int:
        return len(self._all)

    def add(self, request: Request) -> None:
        with self._arrived:
            self._all.append(request)
            self._arrived.notify_all()

    def clear(self) -> None:
        self._all.clear()

    def select(self, *, path: str = "*", **fields: Any) -> list[Request]:
        """Those whose "filesystem/path" fits ``path`` and whose fields have these values."""
        known(fields.get("operation"))
        return [
            request
            for request in self
            if fnmatchcase(f"{request.filesystem}/{request.path}", path)
            and all(getattr(request, name) == value for name, value in fields.items())
        ]

    def wait(self, count: int, *, timeout_seconds: float = 10.0, **fields: Any) -> list[Request]:
        """Wait until so many matching requests have arrived; ``TimeoutError`` if they do not."""
        with self._arrived:
            if self._arrived.wait_for(lambda: len(self.select(**fields)) >= count, timeout_seconds):
                return self.select(**fields)
        raise TimeoutError(f"{len(self.select(**fields))} of {count} requests like {fields}")

    def busiest(self, **fields: Any) -> int:
        """How many matching requests were in flight at the same moment, at most."""
        steps = []
        for request in self.select(**fields):
            steps += [(request.began, 1), (request.ended or time.monotonic(), -1)]
        now = most = 0
        for _, step in sorted(steps):
            now += step
            most = max(most, now)
        return most


def _interesting(name: str) -> bool:
    ours = name.startswith(("if-", "x-ms-")) and name not in _PLAIN_NOISE
    return ours or name in _KEPT
