"""A request as the operations see it, and the reply that they give."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import field, frozen

from .errors import Refused

if TYPE_CHECKING:
    from .account import Account

Endpoint = Literal["dfs", "blob"]
_VERSION = "2021-08-06"  # for a request that names none: the newest whose answers were recorded


@frozen(kw_only=True)
class Call:
    """One request. ``path`` has no slash at either end; "" is the filesystem's root."""

    number: int
    method: str
    endpoint: Endpoint
    operation: str
    filesystem: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw_path: str
    body: bytes = b""

    @property
    def version(self) -> str:
        """``x-ms-version``: dates, which compare as text."""
        return self.headers.get("x-ms-version", _VERSION)

    @property
    def lease(self) -> str | None:
        return self.headers.get("x-ms-lease-id") or None

    @property
    def source(self) -> tuple[str, str]:
        """Filesystem and path of a rename's source: ``/filesystem/path?sas``, or a whole URL."""
        path = unquote(urlsplit(self.headers["x-ms-rename-source"]).path).strip("/")
        return path.partition("/")[0], path.partition("/")[2]

    @property
    def source_query(self) -> dict[str, str]:
        """Where the source of a rename has a signature of its own."""
        return dict(parse_qsl(urlsplit(self.headers["x-ms-rename-source"]).query))

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() == "true"

    def number_of(self, name: str) -> int:
        """A whole number from the query."""
        text = self.query.get(name)
        if text is None:
            raise Refused("MissingRequiredQueryParameter")
        if not text.isdecimal():
            raise Refused("InvalidQueryParameterValue")
        return int(text)

    def settings(self, prefix: str = "x-ms-") -> dict[str, str]:
        """The content headers that are to be kept: ``x-ms-content-type`` and the like."""
        names = ("cache-control", *(f"content-{name}" for name in _CONTENT_HEADERS))
        given = {name: self.headers.get(f"{prefix}{name}") for name in names}
        return {name: value for name, value in given.items() if value}

    def properties(self) -> dict[str, str]:
        """``x-ms-properties``: names with base64 values, with commas between."""
        pairs = [each.partition("=") for each in self.headers.get("x-ms-properties", "").split(",")]
        try:
            return {name: base64.b64decode(value).decode() for name, _, value in pairs if name}
        except (binascii.Error, UnicodeDecodeError):
            raise Refused("InvalidHeaderValue") from None

    def metadata(self) -> dict[str, str]:
        """``x-ms-meta-*``, as the blob endpoint takes it."""
        return {
            name[len("x-ms-meta-") :]: value
            for name, value in self.headers.items()
            if name.lower().startswith("x-ms-meta-")
        }


_CONTENT_HEADERS = ("type", "encoding", "language", "disposition", "md5")


@frozen
class Reply:
    """The answer; ``parts`` are sent one after the other and are never joined."""

    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    parts: Sequence[bytes | memoryview] = ()

    @property
    def size(self) -> int:
        return sum(map(len, self.parts))

    def first(self, count: int) -> Iterator[bytes | memoryview]:
        """As many parts, the last one cut, as make ``count`` bytes."""
        for part in self.parts:
            if count > 0:
                yield part[:count]
            count -= len(part)


Operation = Callable[["Account", Call], Reply]
OPERATIONS: dict[str, Operation] = {}


def does(name: str) -> Callable[[Operation], Operation]:
    """Register what does the operation ``name`` of the table in ``routes``."""

    def registered(operation: Operation) -> Operation:
        OPERATIONS[name] = operation
        return operation

    return registered
