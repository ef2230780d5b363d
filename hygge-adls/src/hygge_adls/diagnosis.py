"""``hygge check``: what is wrong between here and the lake, in plain words, with what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit
from urllib.request import getproxies
from uuid import uuid4

from hygge_adls.border import speaking
from hygge_core.errors import HyggeError, StoreError

if TYPE_CHECKING:
    from hygge_adls.account import Account
    from hygge_adls.shelf import LakeShelf
    from hygge_core.staged import Places

Finding = tuple[str, str, str]
_HOST = "look at account_url (https://ACCOUNT.dfs.core.windows.net), at DNS and the firewall"
_PLACE = "is it there? look at filesystem (OneLake: workspace), item and path"
_PORTS = {"https": 443, "http": 80}


def examined(account: Account) -> Iterator[Finding]:
    """Host, then token: what fails first is all that is told."""
    parts = urlsplit(account.url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    if not getproxies():  # a proxy knows the way where this host does not
        try:
            socket.create_connection((host, port), timeout=account.config.connect_seconds).close()
        except OSError as exc:
            yield f"{host} can be reached", f"{host}:{port}: {exc}", _HOST
            return
        yield f"{host} can be reached", "ok", ""
    # Keys and signatures are tried by the first request; tokens can be asked for right here.
    if hasattr(account.service.credential, "get_token"):
        yield _tried(f"{account.config.auth} signs in", lambda: _sign_in(account))


def _sign_in(account: Account) -> None:
    with speaking(StoreError, account.url):
        account.service.credential.get_token("https://storage.azure.com/.default")


class OnLake(Protocol):
    """A store that settles files on a lake."""

    account: Account
    config: Any
    shelf: LakeShelf
    places: Places


def examined_store(store: OnLake) -> Iterator[Finding]:
    """The account where it is the store's own, the filesystem, and a file written and removed."""
    if store.config.connection is None:
        findings = list(examined(store.account))
        yield from findings
        if any(result != "ok" for _, result, _ in findings):
            return
    container = store.config.container
    flat = _tried(
        f"{container} has a hierarchical namespace",
        lambda: store.account.require_hierarchy(container),
    )
    yield flat
    if flat[1] == "ok":
        place = store.shelf.address(store.places.live)
        yield _tried(f"{place} can be written", lambda: _write(store))


def _write(store: OnLake) -> None:
    """By writing: what the roles say and what the service does are two things."""
    name = f"{store.places.own}/check/{uuid4().hex}"
    store.shelf.lake.upload(store.shelf.path(name), b"hygge")
    store.shelf.delete(name)


def _tried(what: str, attempt: Callable[[], None]) -> Finding:
    try:
        attempt()
    except HyggeError as exc:
        return what, str(exc), exc.hint or _PLACE
    return what, "ok", ""
