"""Replies on the wire: common headers, errors in either endpoint's shape, connections broken."""

from __future__ import annotations

import asyncio
import socket
import struct
import uuid
from datetime import UTC, datetime

from aiohttp import web

from .calls import Call, Reply
from .errors import Refused

_JOINED_UP_TO = 64 * 1024
_SERVERS = {
    "dfs": "Windows-Azure-HDFS/1.0 Microsoft-HTTPAPI/2.0",
    "blob": "Windows-Azure-Blob/1.0 Microsoft-HTTPAPI/2.0",
}


def refusal(call: Call, refused: Refused, challenge: str) -> Reply:
    """The reply that says no; with a challenge where nobody, or somebody unknown, came."""
    time = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    content_type, body = refused.body(call.endpoint, f"RequestId:{uuid.uuid4()}\nTime:{time}")
    headers = {"x-ms-error-code": refused.named(call.endpoint), **refused.headers}
    if refused.status == 401:
        headers["WWW-Authenticate"] = challenge
    if call.method == "HEAD":
        return Reply(refused.status, headers)
    return Reply(refused.status, headers | {"Content-Type": content_type}, (body,))


async def send(
    request: web.BaseRequest, call: Call, reply: Reply, *, cut_short: bool
) -> web.StreamResponse:
    """Send it; ``cut_short`` resets the connection in the middle of the body."""
    headers = _common(call) | dict(reply.headers)
    if reply.size <= _JOINED_UP_TO and not cut_short:
        return web.Response(
            status=reply.status, headers=headers, body=b"".join(reply.parts) or None
        )
    response = web.StreamResponse(status=reply.status, headers=headers)
    response.content_length = reply.size
    await response.prepare(request)
    for part in reply.first(reply.size // 2 if cut_short else reply.size):
        await response.write(part)
    if cut_short:
        await asyncio.sleep(0.02)  # the client is to meet the half that was sent
        reset(request)
    else:
        await response.write_eof()
    return response


def reset(request: web.BaseRequest) -> None:
    """Close the connection with RST, as a crash or a broken network would."""
    transport = request.transport
    if transport is not None:
        peer: socket.socket = transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()


def _common(call: Call) -> dict[str, str]:
    headers = {
        "Server": _SERVERS[call.endpoint],
        "x-ms-request-id": str(uuid.uuid4()),
        "x-ms-version": call.version,
    }
    client = call.headers.get("x-ms-client-request-id")
    return headers | ({"x-ms-client-request-id": client} if client else {})
