"""Properties, rights and reading: what is asked about a path without changing its bytes."""

from __future__ import annotations

import base64
import hashlib
import re

from . import conditions
from .account import Account
from .calls import Call, Reply, does
from .errors import Refused
from .listing import rights
from .nodes import Directory, File, Node
from .paths import stamped

_MD5_LIMIT = 4 * 1024 * 1024


@does("properties")
@does("status")
def properties(account: Account, call: Call) -> Reply:
    """All headers of a path; a directory is a blob of no bytes that says it is a folder."""
    node = _readable(account, call)
    if conditions.unchanged(call.headers, node):
        return Reply(304)
    size = node.content.size if isinstance(node, File) else 0
    return Reply(200, _described(account, call, node) | {"Content-Length": str(size)})


@does("read")
def read(account: Account, call: Call) -> Reply:
    """The committed bytes, or the asked range of them."""
    node = _readable(account, call)
    if conditions.unchanged(call.headers, node):
        return Reply(304)
    headers = _described(account, call, node)
    if not isinstance(node, File):
        return Reply(200, headers)
    size = node.content.size
    asked = call.headers.get("x-ms-range") or call.headers.get("range")
    start, stop = _range(asked, size) if asked else (0, size)
    parts = tuple(node.content.between(start, stop))
    if not asked:
        return Reply(200, headers, parts)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    if call.headers.get("x-ms-range-get-content-md5", "").lower() == "true":
        headers["Content-MD5"] = _md5(parts)
    return Reply(206, headers, parts)


@does("access_control")
def access_control(account: Account, call: Call) -> Reply:
    """Owner, group, permissions and ACL; asked of the root, what kind of account it is."""
    if account.manners.flat:
        raise Refused("HierarchicalNamespaceNotEnabled")
    node = _readable(account, call)
    told = {f"x-ms-{name}": value for name, value in rights(account, node).items()}
    acl = {"x-ms-acl": "user::rwx,group::r-x,other::---"} if "x-ms-acl" not in told else {}
    return Reply(200, stamped(node) | told | acl)


@does("set_access_control")
def set_access_control(account: Account, call: Call) -> Reply:
    """Remembered and told again, never enforced."""
    node = account.filesystem(call.filesystem).get(call.path)
    conditions.check(call.headers, node)
    node.lease.guard(call.lease, account.clock.now())
    names = ("owner", "group", "permissions", "acl")
    given = {name: call.headers.get(f"x-ms-{name}") for name in names}
    node.rights |= {name: value for name, value in given.items() if value}
    account.touch(node)
    return Reply(200, stamped(node))


@does("set_metadata")
def set_metadata(account: Account, call: Call) -> Reply:
    node = _changeable(account, call)
    node.metadata = call.metadata()
    return Reply(200, stamped(node))


@does("set_properties")
def set_properties(account: Account, call: Call) -> Reply:
    node = _changeable(account, call)
    if isinstance(node, File):
        node.settings = call.settings("x-ms-blob-")
    return Reply(200, stamped(node))


def _readable(account: Account, call: Call) -> Node:
    node = account.filesystem(call.filesystem).get(call.path)
    conditions.check_kept(call.headers, node)
    node.lease.guard(call.lease, account.clock.now(), reading=True)
    return node


def _changeable(account: Account, call: Call) -> Node:
    node = account.filesystem(call.filesystem).get(call.path)
    conditions.check(call.headers, node)
    node.lease.guard(call.lease, account.clock.now())
    account.touch(node)
    return node


def _described(account: Account, call: Call, node: Node) -> dict[str, str]:
    now, folder = account.clock.now(), isinstance(node, Directory)
    held, state = node.lease.held(now), node.lease.state(now)
    settings = node.settings if isinstance(node, File) else {}
    told = {f"x-ms-{name}": value for name, value in rights(account, node).items()}
    metadata = node.metadata | ({"hdi_isfolder": "true"} if folder else {})
    if call.endpoint == "dfs":
        pairs = (f"{k}={base64.b64encode(v.encode()).decode()}" for k, v in node.metadata.items())
        told["x-ms-properties"] = ",".join(pairs)
    else:
        told |= {f"x-ms-meta-{name}": value for name, value in metadata.items()}
        told["x-ms-blob-type"] = "BlockBlob"
    return {
        **stamped(node),
        "Content-Type": "application/octet-stream",
        **{name.title(): value for name, value in settings.items()},
        "Accept-Ranges": "bytes",
        "x-ms-creation-time": node.created.http_date,
        "x-ms-lease-state": state,
        "x-ms-lease-status": "locked" if held else "unlocked",
        "x-ms-resource-type": "directory" if folder else "file",
        "x-ms-server-encrypted": "true",
        **told,
    }


def _range(text: str, size: int) -> tuple[int, int]:
    """Where to begin and where to end: "bytes=5-9" of ten bytes is (5, 10)."""
    match = re.fullmatch(r"bytes=(\d+)-(\d*)", text)
    if match is None:
        raise Refused("InvalidHeaderValue")
    start = int(match[1])
    if start >= size:
        raise Refused("InvalidRange", headers={"Content-Range": f"bytes */{size}"})
    return start, min(size, int(match[2]) + 1) if match[2] else size


def _md5(parts: tuple[memoryview, ...]) -> str:
    if sum(map(len, parts)) > _MD5_LIMIT:
        raise Refused("InvalidHeaderValue")
    digest = hashlib.md5(usedforsecurity=False)
    for part in parts:
        digest.update(part)
    return base64.b64encode(digest.digest()).decode()
