"""Real host names without a network: requests for ``https://*.dfs.*`` arrive at the test server."""

from __future__ import annotations

from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from azure.core.pipeline.transport import HttpRequest, HttpResponse, RequestsTransport


class ToServer(RequestsTransport):  # type: ignore[misc] # untyped: the SDK loads it late
    """Sends every request to ``url`` (plain HTTP) and says in ``Host`` where it was meant to go.

    The SDK still sees ``https://account.dfs.core.windows.net``: it derives the blob host, sends
    its token and retries as it would there. ``hosts`` tells which names were dialled, in order.
    """

    def __init__(self, url: str, **options: Any) -> None:
        super().__init__(**options)
        self._netloc = urlsplit(url).netloc
        self.hosts: list[str] = []

    def send(self, request: HttpRequest, **options: Any) -> HttpResponse:
        meant = urlsplit(request.url)
        self.hosts.append(meant.netloc)
        sent = HttpRequest(
            request.method, request.url, deepcopy(request.headers), data=request.data
        )
        sent.files = request.files
        sent.headers["Host"] = meant.netloc
        sent.url = urlunsplit(meant._replace(scheme="http", netloc=self._netloc))
        response: HttpResponse = super().send(sent, **options)
        response.request = request  # the retry policy asks it whether it was https
        return response
