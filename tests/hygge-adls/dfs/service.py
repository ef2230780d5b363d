"""From a socket to an operation and back: parse, log, fail on purpose, let in, do, answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote

from aiohttp import ClientPayloadError, web
from attrs import define, evolve, field

from . import access, blobs, filesystems, listing, onelake, paths
from .account import Account
from .answers import refusal, reset, send
from .calls import OPERATIONS, Call, Reply
from .door import Door
from .errors import Refused
from .faults import Fault, Faults, Moment
from .log import Log, Request
from .routes import route

OPERATION_MODULES = (access, blobs, filesystems, listing, paths)  # imported: they register
_NOT_DONE = {"misdirected": "InvalidQueryParameterValue"}


#: Called on the server's loop after each request's work, done or refused, before its answer.
Watcher = Callable[[Account, Call], None]


class _Gone(Exception):
    """The connection was reset, on purpose or by the client."""


@define(eq=False)
class Service:
    """Answers every request.

    Reading a body, faults and sending wait; the work does not, so each operation is atomic.
    """

    account: Account
    door: Door
    log: Log = field(factory=Log)
    faults: Faults = field(factory=Faults)
    watchers: list[Watcher] = field(factory=list)
    _count: int = 0

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self._count += 1
        call = _parse(self._count, request, self.account.name)
        entry, due = Request.of(call), self.faults.due(call)
        entry.fault = ", ".join(fault.told() for fault in due)
        self.log.add(entry)
        try:
            reply = await self._reply(request, call, entry, due)
            entry.sent, entry.status = reply.size, reply.status
            cut = call.method == "GET" and _resets(due, "during")
            return await send(request, call, reply, cut_short=cut)
        except (_Gone, ClientPayloadError, ConnectionError):
            entry.status = None
            return web.Response()  # goes nowhere
        finally:
            entry.ended = time.monotonic()

    async def _reply(
        self, request: web.BaseRequest, call: Call, entry: Request, due: list[Fault]
    ) -> Reply:
        self._reset(request, when=_resets(due, "before"))
        half = _resets(due, "during") and call.method != "GET"
        call = evolve(call, body=await _received(request, entry, half=half))
        self._reset(request, when=half)
        await asyncio.sleep(self.account.manners.latency_seconds)
        refused = await _strike(due, "before")
        if refused is None:
            try:
                reply = self._work(call)
            except Refused as no:
                refused = no
            for watcher in tuple(self.watchers):
                watcher(self.account, call)
        refused = await _strike(due, "after") or refused
        self._reset(request, when=_resets(due, "after"))
        if refused is not None:
            entry.code = refused.named(call.endpoint)
            return refusal(call, refused, self.door.challenge())
        return reply

    def _work(self, call: Call) -> Reply:
        self.door.check(call)
        if call.operation not in OPERATIONS:
            raise Refused(_NOT_DONE.get(call.operation, "NotImplemented"))
        if self.account.manners.onelake:
            onelake.check(self.account, call)
        reply = OPERATIONS[call.operation](self.account, call)
        unheard = onelake.unheard(call) if self.account.manners.onelake else ""
        more = {"x-ms-rejected-headers": unheard} if unheard else {}
        return evolve(reply, headers={**reply.headers, **more})

    def _reset(self, request: web.BaseRequest, *, when: bool) -> None:
        if when:
            reset(request)
            raise _Gone


def _parse(number: int, request: web.BaseRequest, account: str) -> Call:
    """``/filesystem/path`` or ``/account/filesystem/path``; slashes may come escaped."""
    raw_path, _, raw_query = request.raw_path.partition("?")
    names = raw_path.removeprefix("/").removeprefix(f"{account}/")
    filesystem, _, path = names.partition("/")
    level = "path" if path else "filesystem" if filesystem else "account"
    query = dict(parse_qsl(raw_query, keep_blank_values=True))
    operation, endpoint = route(request.method, level, query, request.headers)
    return Call(
        number=number,
        method=request.method,
        endpoint=endpoint,
        operation=operation,
        filesystem=unquote(filesystem),
        path=unquote(path).strip("/"),
        query=query,
        headers=request.headers,
        raw_path=raw_path,
    )


async def _received(request: web.BaseRequest, entry: Request, *, half: bool) -> bytes:
    stated, parts = request.content_length or 0, []
    if request.transport and request.headers.get("expect", "").lower() == "100-continue":
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    async for part in request.content.iter_any():
        parts.append(part)
        entry.received += len(part)
        if half and 2 * entry.received >= stated:
            break
    return b"".join(parts)


def _resets(due: list[Fault], moment: Moment) -> bool:
    return any(fault.reset and fault.moment == moment for fault in due)


async def _strike(due: list[Fault], moment: Moment) -> Refused | None:
    """Wait as the faults of this moment wish; the refusal of the first that has a status."""
    now = [fault for fault in due if fault.moment == moment]
    for fault in now:
        await fault.wait()
    refusals = (Refused(f.code, f.status, f.headers()) for f in now if f.status is not None)
    return next(refusals, None)
