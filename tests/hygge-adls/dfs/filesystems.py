"""The account and its filesystems (containers, to the blob endpoint), and leases on anything."""

from __future__ import annotations

from . import conditions
from .account import Account
from .calls import Call, Reply, does
from .errors import Refused
from .leases import Lease
from .paths import stamped


@does("account")
def about(account: Account, call: Call) -> Reply:
    hierarchical = "false" if account.manners.flat else "true"
    told = {"x-ms-sku-name": "Standard_LRS", "x-ms-account-kind": "StorageV2"}
    return Reply(200, told | {"x-ms-is-hns-enabled": hierarchical})


@does("create_filesystem")
def create_filesystem(account: Account, call: Call) -> Reply:
    made = account.create_filesystem(call.filesystem)
    made.metadata = call.properties() or call.metadata()
    return Reply(201, stamped(made.root))


@does("delete_filesystem")
def delete_filesystem(account: Account, call: Call) -> Reply:
    tree = account.filesystem(call.filesystem)
    conditions.check(call.headers, tree.root)
    tree.lease.guard(call.lease, account.clock.now())
    del account.filesystems[call.filesystem]
    account.changes.add(call.number, "delete", call.filesystem, vanished=tree.files(""))
    return Reply(202)


@does("filesystem_properties")
def filesystem_properties(account: Account, call: Call) -> Reply:
    tree = account.filesystem(call.filesystem)
    now = account.clock.now()
    hierarchical = "false" if account.manners.flat else "true"
    told = {f"x-ms-meta-{name}": value for name, value in tree.metadata.items()}
    told["x-ms-lease-state"] = tree.lease.state(now)
    told["x-ms-lease-status"] = "locked" if tree.lease.held(now) else "unlocked"
    return Reply(200, stamped(tree.root, **told, **{"x-ms-namespace-enabled": hierarchical}))


@does("lease")
def lease(account: Account, call: Call) -> Reply:
    """Acquire, renew, change, release or break the lease of a path or of a filesystem."""
    tree = account.filesystem(call.filesystem)
    whole = "restype" in call.query
    node = tree.root if whole else tree.get(call.path)
    conditions.check(call.headers, node)
    kept = tree.lease if whole else node.lease
    status, told = _leased(kept, call, account.clock.now())
    return Reply(status, stamped(node) | told)


def _leased(lease: Lease, call: Call, now: float) -> tuple[int, dict[str, str]]:
    action, proposed = (
        call.headers.get("x-ms-lease-action"),
        call.headers.get("x-ms-proposed-lease-id"),
    )
    if action == "acquire":
        lease.acquire(_seconds(call, "x-ms-lease-duration") or -1, proposed, now)
        return 201, {"x-ms-lease-id": lease.id}
    if action == "renew":
        lease.renew(call.lease, now)
    elif action == "change":
        lease.change(call.lease, proposed)
    elif action == "release":
        lease.release(call.lease)
        return 200, {}
    elif action == "break":
        left = lease.break_(_seconds(call, "x-ms-lease-break-period"), now)
        return 202, {"x-ms-lease-time": str(left)}
    else:
        raise Refused("InvalidHeaderValue")
    return 200, {"x-ms-lease-id": lease.id}


def _seconds(call: Call, header: str) -> int | None:
    text = call.headers.get(header)
    try:
        return None if text is None else int(text)
    except ValueError:
        raise Refused("InvalidHeaderValue") from None
