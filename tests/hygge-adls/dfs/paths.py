"""Creating, writing, renaming and deleting paths: the operations of the dfs endpoint."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping

from . import conditions
from .account import Account
from .calls import Call, Reply, does
from .errors import Refused
from .nodes import Directory, File, Node
from .tree import Filesystem

_FLUSH_WAS_304 = "2020-02-10"  # the last version seen to answer 304 where later ones say 412
_RENAME_WAS_BARE = "2019-02-02"  # the last version seen to answer a rename without an ETag
_NOOP_FLUSH_KEPT_ETAG = "2019-12-12"  # the last version of the year in which that was seen


def stamped(node: Node, **more: str) -> dict[str, str]:
    return {"ETag": node.etag, "Last-Modified": node.changed.http_date, **more}


@does("create")
def create(account: Account, call: Call) -> Reply:
    """An empty file, visible at once and in place of an older one, or a directory."""
    tree = account.filesystem(call.filesystem)
    found = tree.find(call.path)
    conditions.check(call.headers, found, exists="PathAlreadyExists")
    stamp = account.clock.stamp()
    made: Node
    if call.query["resource"] == "directory":
        kept = found.children if isinstance(found, Directory) else {}
        made = Directory(created=stamp, changed=stamp, children=kept)
    else:
        made = File(created=stamp, changed=stamp, settings=call.settings())
    if found is not None:
        if type(found) is not type(made):
            raise Refused("PathConflict")
        found.lease.guard(call.lease, account.clock.now())
        made.lease = found.lease
    made.metadata = call.properties()
    tree.put(call.path, made)
    if isinstance(made, File):
        account.changes.add(call.number, "create", call.filesystem, appeared=[(call.path, made)])
    return Reply(201, stamped(made, **{"x-ms-request-server-encrypted": "true"}))


@does("append")
def append(account: Account, call: Call) -> Reply:
    """Keep a block where no reader sees it; with ``flush=true``, flush up to its end as well."""
    file = _writable(account, call)
    if "x-ms-structured-body" in call.headers or "x-ms-lease-action" in call.headers:
        raise Refused("UnsupportedHeader")
    if not call.body:
        raise Refused("InvalidHeaderValue")
    _verify_md5(call)
    position = call.number_of("position")
    file.append(position, call.body)
    headers = {"x-ms-request-server-encrypted": "true"}
    if call.flag("flush"):
        _flush(account, call, file, position + len(call.body))
        headers |= stamped(file)
    return Reply(202, headers)


@does("flush")
def flush(account: Account, call: Call) -> Reply:
    """Make everything up to ``position`` visible in one step."""
    file = _writable(account, call)
    if "x-ms-lease-action" in call.headers:
        raise Refused("UnsupportedHeader")
    old = call.version <= _FLUSH_WAS_304
    if old and conditions.unchanged(call.headers, file):
        return Reply(304)
    conditions.check(call.headers, file)
    answered = _flush(account, call, file, call.number_of("position"))
    file.settings |= call.settings()
    return Reply(200, answered | {"x-ms-request-server-encrypted": "false"})


@does("rename")
def rename(account: Account, call: Call) -> Reply:
    """Move a path, replacing what is there; ETag and Last-Modified stay those of the source."""
    (filesystem, old), new = call.source, call.path
    source, tree = account.filesystem(filesystem), account.filesystem(call.filesystem)
    moved = _leaving(account, call, source.find(old) if old else None)
    found = _landing(account, call, tree)
    if source is tree and isinstance(moved, Directory) and f"{new}/".startswith(f"{old}/"):
        raise Refused("InvalidRenameSourcePath")
    if found is not None and found is not moved:
        _replaceable(account, moved, found)
    _move(account, call, (source, old), (tree, new))
    return Reply(201, {} if call.version <= _RENAME_WAS_BARE else stamped(moved))


@does("delete")
def delete(account: Account, call: Call) -> Reply:
    """Remove a file, or a directory with all that it holds, in one step.

    A paginated delete only checks rights page by page: until its last answer nothing is gone.
    """
    tree = account.filesystem(call.filesystem)
    node = tree.get(call.path)
    conditions.check(call.headers, node)
    node.lease.guard(call.lease, account.clock.now())
    if isinstance(node, Directory) and node.children and not call.flag("recursive"):
        raise Refused("DirectoryNotEmpty")
    page, pages = int(call.query.get("continuation") or 0), account.manners.delete_pages
    if isinstance(node, Directory) and call.flag("paginated") and page < pages:
        return Reply(200, {"x-ms-continuation": str(page + 1)})
    gone = tree.files(call.path)
    if call.path:
        tree.take(call.path)
    else:
        tree.root.children.clear()
    account.changes.add(call.number, "delete", call.filesystem, vanished=gone)
    return Reply(200 if call.endpoint == "dfs" else 202)


def _writable(account: Account, call: Call) -> File:
    file = account.filesystem(call.filesystem).file(call.path)
    if file.made_by == "blob":
        raise Refused("InvalidFlushOperation")
    file.lease.guard(call.lease, account.clock.now())
    return file


def _verify_md5(call: Call) -> None:
    stated = call.headers.get("content-md5")
    if stated:
        digest = hashlib.md5(call.body, usedforsecurity=False).digest()
        if stated != base64.b64encode(digest).decode():
            raise Refused("Md5Mismatch")


def _flush(account: Account, call: Call, file: File, position: int) -> dict[str, str]:
    """The headers to answer: once, a flush of nothing told a new ETag but kept the stored one."""
    added = file.flush(position, retain=call.flag("retainUncommittedData"))
    kept = file.changed
    account.touch(file)
    answered = stamped(file)
    if not added and call.version <= _NOOP_FLUSH_KEPT_ETAG:
        file.changed = kept
    account.changes.add(call.number, call.operation, call.filesystem, appeared=[(call.path, file)])
    return answered


def _leaving(account: Account, call: Call, node: Node | None) -> Node:
    """The node that a rename moves, if it is there and as the source's headers demand."""
    if node is None:
        raise Refused("SourcePathNotFound")
    lease = call.headers.get("x-ms-source-lease-id") or None
    node.lease.guard(lease, account.clock.now())
    conditions.check(call.headers, node, prefix="x-ms-source-", failed="SourceConditionNotMet")
    return node


def _landing(account: Account, call: Call, tree: Filesystem) -> Node | None:
    """What a rename replaces, if that is allowed; its directory must be there already."""
    if not isinstance(tree.find(call.path.rpartition("/")[0]), Directory):
        raise Refused("RenameDestinationParentPathNotFound")
    found = tree.find(call.path)
    conditions.check(call.headers, found, exists="PathAlreadyExists")
    if found is not None:
        found.lease.guard(call.lease, account.clock.now())
    elif call.lease:
        raise Refused("LeaseNotPresent")
    return found


def _replaceable(account: Account, moved: Node, found: Node) -> None:
    if type(moved) is not type(found):
        raise Refused("InvalidSourceOrDestinationResourceType")
    full = isinstance(found, Directory) and bool(found.children)
    if full and account.manners.nonempty_rename == "refuse":
        raise Refused("PathAlreadyExists")


def _move(
    account: Account, call: Call, source: tuple[Filesystem, str], target: tuple[Filesystem, str]
) -> None:
    (tree, old), (onto, new) = source, target
    replaced, moving = onto.files(new), tree.files(old)
    node = tree.take(old)
    onto.put(new, node)
    arrived = onto.files(new)
    gone: Mapping[str, File] = {**(moving if tree is onto else {}), **replaced}
    account.changes.add(call.number, "rename", onto.name, vanished=gone, appeared=arrived.items())
    if tree is not onto:
        account.changes.add(call.number, "rename", tree.name, vanished=moving)
