"""Listing paths, page by page, and filesystems."""

from __future__ import annotations

import base64
import binascii
import json
from itertools import islice
from xml.sax.saxutils import escape

from .account import Account
from .calls import Call, Reply, does
from .errors import Refused
from .nodes import Directory, File, Node
from .tree import walk


@does("list")
def list_paths(account: Account, call: Call) -> Reply:
    """A page of paths below ``directory``, which must exist. ``upn`` changes nothing here."""
    prefix = call.query.get("directory", "").strip("/")
    folder = account.filesystem(call.filesystem).get(prefix)
    if not isinstance(folder, Directory):
        raise Refused("PathConflict")
    if "beginFrom" in call.query:
        raise Refused("UnsupportedQueryParameter")
    after, empty = _opened(call.query.get("continuation"), account.manners.empty_pages)
    if empty:
        return _page([], _token(after, empty - 1))
    found = walk(folder, prefix, recursive=call.flag("recursive"), after=tuple(after))
    size = min(_wanted(call), account.manners.page_items)
    page = list(islice(found, size + 1))
    more = len(page) > size
    last = page[size - 1][0].removeprefix(prefix).strip("/").split("/") if more else []
    token = _token(last, account.manners.empty_pages) if more else ""
    return _page([_entry(account, path, node) for path, node in page[:size]], token)


@does("list_filesystems")
def list_filesystems(account: Account, call: Call) -> Reply:
    """All of them at once, whatever page is asked for."""
    prefix = call.query.get("prefix", "")
    found = [each for name, each in sorted(account.filesystems.items()) if name.startswith(prefix)]
    if call.endpoint == "dfs":
        entries = [
            {"name": each.name, "etag": each.root.etag, "lastModified": each.root.changed.http_date}
            for each in found
        ]
        return _json({"filesystems": entries})
    items = "".join(
        f"<Container><Name>{escape(each.name)}</Name><Properties>"
        f"<Last-Modified>{each.root.changed.http_date}</Last-Modified>"
        f"<Etag>{each.root.etag}</Etag></Properties></Container>"
        for each in found
    )
    return xml(
        f"<EnumerationResults><Containers>{items}</Containers><NextMarker /></EnumerationResults>"
    )


def xml(text: str) -> Reply:
    body = b'<?xml version="1.0" encoding="utf-8"?>' + text.encode()
    return Reply(200, {"Content-Type": "application/xml"}, (body,))


def rights(account: Account, node: Node) -> dict[str, str]:
    """Owner, group and permissions as they are told; OneLake has none of its own to tell."""
    told = "rwxr-x---" if isinstance(node, Directory) else "rw-r-----"
    if account.manners.onelake:
        told = "---------"
    return {"owner": "$superuser", "group": "$superuser", "permissions": told} | node.rights


def _wanted(call: Call) -> int:
    wanted = call.number_of("maxResults") if "maxResults" in call.query else 5000
    if wanted < 1:
        raise Refused("InvalidQueryParameterValue")
    return wanted


def _entry(account: Account, path: str, node: Node) -> dict[str, str]:
    """One path as it is listed: ETag without quotes, lengths and flags as text."""
    told = rights(account, node)
    entry = {
        "contentLength": str(node.content.size) if isinstance(node, File) else "0",
        "creationTime": node.created.file_time,
        "etag": node.etag.strip('"'),
        "group": told["group"],
        "lastModified": node.changed.http_date,
        "name": _spelled(account, path),
        "owner": told["owner"],
        "permissions": told["permissions"],
    }
    only = {"isDirectory": "true"} if isinstance(node, Directory) else {"expiryTime": "0"}
    return dict(sorted({**entry, **only}.items()))


def _spelled(account: Account, path: str) -> str:
    item, slash, rest = path.partition("/")
    return f"{account.manners.item_spelled or item}{slash}{rest}"


def _page(paths: list[dict[str, str]], token: str) -> Reply:
    headers = {"x-ms-continuation": token} if token else {}
    return _json({"paths": paths}, headers)


def _json(content: object, headers: dict[str, str] | None = None) -> Reply:
    told = {"Content-Type": "application/json;charset=utf-8", **(headers or {})}
    return Reply(200, told, (json.dumps(content, separators=(",", ":")).encode() + b"\n",))


def _token(after: list[str], empty: int) -> str:
    return base64.b64encode(json.dumps([after, empty]).encode()).decode()


def _opened(token: str | None, empty: int) -> tuple[list[str], int]:
    """The names of the last path told, and how many empty pages come before the next."""
    if not token:
        return [], empty
    try:
        after, left = json.loads(base64.b64decode(token, validate=True))
    except (binascii.Error, ValueError):
        raise Refused("InvalidQueryParameterValue") from None
    return after, left
