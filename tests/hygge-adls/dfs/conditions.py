"""Conditional headers: ``If-Match`` and its relatives, on a path and on a rename's source."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import Refused
from .nodes import Node
from .stamps import seconds_of


def check(
    headers: Mapping[str, str],
    node: Node | None,
    *,
    prefix: str = "",
    failed: str = "ConditionNotMet",
    exists: str = "",
) -> None:
    """Refuse with ``failed`` unless ``node`` (None: there is nothing) is as the headers demand.

    ``prefix`` is "x-ms-source-" for a rename's source. ``exists`` is the code for something
    that ``If-None-Match: *`` forbids, where that differs: creating and renaming have their own.
    """
    if node is not None and headers.get(f"{prefix}if-none-match") == "*":
        raise Refused(exists or failed)
    check_kept(headers, node, prefix=prefix, failed=failed)
    if node is not None and unchanged(headers, node, prefix=prefix):
        raise Refused(failed)


def check_kept(
    headers: Mapping[str, str],
    node: Node | None,
    *,
    prefix: str = "",
    failed: str = "ConditionNotMet",
) -> None:
    """The half that readers are refused by as well: ``If-Match``, ``If-Unmodified-Since``."""
    wanted = headers.get(f"{prefix}if-match")
    if wanted and not (node is not None and wanted in ("*", node.etag)):
        raise Refused(failed)
    until = headers.get(f"{prefix}if-unmodified-since")
    if until and node is not None and node.changed.seconds > _seconds(until):
        raise Refused(failed)


def unchanged(headers: Mapping[str, str], node: Node, *, prefix: str = "") -> bool:
    """Whether the other half is not met; a reader then has this already, and is told 304."""
    unwanted = headers.get(f"{prefix}if-none-match")
    if unwanted:
        return unwanted in ("*", node.etag)
    since = headers.get(f"{prefix}if-modified-since")
    return bool(since) and node.changed.seconds <= _seconds(str(since))


def _seconds(http_date: str) -> int:
    try:
        return seconds_of(http_date)
    except ValueError:
        raise Refused("InvalidHeaderValue") from None
