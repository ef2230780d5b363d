"""``hygge check`` of an account: what is wrong between here and the lake, with what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from hygge_adls.lake.border import speaking
from hygge_adls.settings.connections import AdlsConnection, OneLakeConnection
from hygge_core.errors import HyggeError, StoreError

Finding = tuple[str, str, str]
_HOST = "look at account_url (https://ACCOUNT.dfs.core.windows.net), at DNS and the firewall"
_PLACE = "is it there? look at filesystem (OneLake: workspace), item and path"
_PORTS = {"https": 443, "http": 80}
_SCOPE = "https://storage.azure.com/.default"


def reached(config: AdlsConnection | OneLakeConnection, credential: Any) -> Iterator[Finding]:
    """Host, then token: what fails first is all that is told."""
    parts = urlsplit(config.account_url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    if not _by_proxy(parts.scheme, host):  # a proxy knows the way where this host does not
        try:
            socket.create_connection((host, port), timeout=config.connect_seconds).close()
        except OSError as exc:
            yield f"{host} can be reached", f"{host}:{port}: {exc}", _HOST
            return
        yield f"{host} can be reached", "ok", ""
    # Keys and signatures are tried by the first request; tokens can be asked for right here.
    if hasattr(credential, "get_token"):
        yield tried(f"{config.auth} signs in", lambda: _sign_in(config.account_url, credential))


def _by_proxy(scheme: str, host: str) -> bool:
    """Whether requests go by a proxy: ``NO_PROXY`` alone names none."""
    return not {scheme, "all"}.isdisjoint(getproxies()) and not proxy_bypass(host)


def _sign_in(place: str, credential: Any) -> None:
    with speaking(StoreError, place):
        credential.get_token(_SCOPE)


def tried(what: str, attempt: Callable[[], None]) -> Finding:
    """``what`` was tried: ok, or why not and what to do."""
    try:
        attempt()
    except HyggeError as exc:
        return what, str(exc), exc.hint or _PLACE
    return what, "ok", ""
