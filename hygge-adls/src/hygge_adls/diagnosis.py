"""``hygge check`` of a store on a lake: its account, its filesystem, and a file that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from hygge_adls.reaching import Finding, tried

if TYPE_CHECKING:
    from hygge_adls.account import Account
    from hygge_adls.lake.shelf import LakeShelf
    from hygge_core.staged import Places


class OnLake(Protocol):
    """A store that settles files on a lake."""

    account: Account
    config: Any
    shelf: LakeShelf
    places: Places


def examined_store(store: OnLake) -> Iterator[Finding]:
    """The account where it is the store's own, the filesystem, and a file written and removed."""
    if store.config.connection is None:
        findings = list(store.account.check())
        yield from findings
        if any(result != "ok" for _, result, _ in findings):
            return
    container = store.config.container
    flat = tried(
        f"{container} has a hierarchical namespace",
        lambda: store.account.require_hierarchy(container),
    )
    yield flat
    if flat[1] == "ok":
        place = store.shelf.address(store.places.live)
        yield tried(f"{place} can be written", lambda: _write(store))


def _write(store: OnLake) -> None:
    """By writing: what the roles say and what the service does are two things."""
    name = f"{store.places.own}/check/{uuid4().hex}"
    store.shelf.lake.upload(store.shelf.path(name), b"hygge")
    store.shelf.delete(name)
