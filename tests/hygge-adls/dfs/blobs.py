"""Writing and listing through the blob endpoint, as other clients of the same account do."""

from __future__ import annotations

import base64
from itertools import islice
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from . import conditions
from .account import Account
from .calls import Call, Reply, does
from .errors import Refused
from .listing import xml
from .nodes import Content, Directory, File, Node
from .paths import stamped
from .tree import walk


@does("put_blob")
def put_blob(account: Account, call: Call) -> Reply:
    """A whole file in one request: atomic, and the only way to write over one made through dfs."""
    if call.headers["x-ms-blob-type"] != "BlockBlob":
        raise Refused("NotImplemented")
    return _publish(account, call, [call.body] if call.body else [], "x-ms-blob-")


@does("put_block")
def put_block(account: Account, call: Call) -> Reply:
    """Keep a block until a block list names it; refused over a file made through dfs."""
    _ours(account, call)
    blocks = account.blocks.setdefault((call.filesystem, call.path), {})
    blocks[call.query.get("blockid", "")] = call.body
    return Reply(201, {"x-ms-request-server-encrypted": "true"})


@does("put_block_list")
def put_block_list(account: Account, call: Call) -> Reply:
    _ours(account, call)
    kept = account.blocks.get((call.filesystem, call.path), {})
    named = [(each.text or "").strip() for each in ET.fromstring(call.body)]
    if any(name not in kept for name in named):
        raise Refused("InvalidBlockList")
    reply = _publish(account, call, [kept[name] for name in named], "x-ms-blob-")
    account.blocks.pop((call.filesystem, call.path), None)
    return reply


@does("list_blobs")
def list_blobs(account: Account, call: Call) -> Reply:
    """Flat, or one level with ``delimiter=/``. Directories are listed as blobs of no bytes."""
    prefix, levels = call.query.get("prefix", ""), "delimiter" in call.query
    tree = account.filesystem(call.filesystem)
    folder = prefix.rpartition("/")[0] if levels else ""
    start = tree.find(folder)
    marker = base64.b64decode(call.query.get("marker", "")).decode()
    last = tuple(marker.removeprefix(folder).strip("/").split("/")) if marker else ()
    found = (
        walk(start, folder, recursive=not levels, after=last)
        if isinstance(start, Directory)
        else ()
    )
    size = min(int(call.query.get("maxresults", 5000)), account.manners.page_items)
    page = list(islice(((p, n) for p, n in found if p.startswith(prefix)), size + 1))
    token = base64.b64encode(page[size - 1][0].encode()).decode() if len(page) > size else ""
    items = "".join(_item(path, node, levels=levels) for path, node in page[:size])
    told = f"<Prefix>{escape(prefix)}</Prefix>" + ("<Delimiter>/</Delimiter>" if levels else "")
    return xml(
        f'<EnumerationResults ContainerName="{escape(call.filesystem)}">{told}'
        f"<Blobs>{items}</Blobs><NextMarker>{token}</NextMarker></EnumerationResults>"
    )


def _ours(account: Account, call: Call) -> None:
    found = account.filesystem(call.filesystem).find(call.path)
    if isinstance(found, File) and found.made_by == "dfs":
        raise Refused("InvalidOperation")


def _publish(account: Account, call: Call, blocks: list[bytes], prefix: str) -> Reply:
    tree = account.filesystem(call.filesystem)
    found = tree.find(call.path)
    conditions.check(call.headers, found, exists="PathAlreadyExists")
    if isinstance(found, Directory):
        raise Refused("PathConflict")
    if found is not None:
        found.lease.guard(call.lease, account.clock.now())
    stamp = account.clock.stamp()
    file = File(
        created=stamp,
        changed=stamp,
        metadata=call.metadata(),
        content=Content().plus(blocks),
        settings=call.settings(prefix),
        made_by="blob",
    )
    tree.put(call.path, file)
    account.changes.add(call.number, call.operation, call.filesystem, appeared=[(call.path, file)])
    return Reply(201, stamped(file, **{"x-ms-request-server-encrypted": "true"}))


def _item(path: str, node: Node, *, levels: bool) -> str:
    folder = isinstance(node, Directory)
    if folder and levels:
        return f"<BlobPrefix><Name>{escape(path)}/</Name></BlobPrefix>"
    size = node.content.size if isinstance(node, File) else 0
    known = node.metadata | ({"hdi_isfolder": "true"} if folder else {})
    metadata = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in known.items())
    return (
        f"<Blob><Name>{escape(path)}</Name><Properties>"
        f"<Creation-Time>{node.created.http_date}</Creation-Time>"
        f"<Last-Modified>{node.changed.http_date}</Last-Modified>"
        f"<Etag>{node.etag.strip(chr(34))}</Etag>"
        f"<ResourceType>{'directory' if folder else 'file'}</ResourceType>"
        f"<Content-Length>{size}</Content-Length>"
        "<Content-Type>application/octet-stream</Content-Type>"
        "<BlobType>BlockBlob</BlobType></Properties>"
        f"<Metadata>{metadata}</Metadata></Blob>"
    )
