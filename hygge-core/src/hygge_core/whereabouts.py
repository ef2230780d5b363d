"""Where homes and stores are, as text that can be compared. Pure; nothing is looked at.

An address is a kind's one line for a person (``Kind.address``). What makes two of them comparable
is that ``/`` (or a backslash) goes one level down, that ``*``, ``?`` and ``[...]`` in one level
match names in it, ``**`` any levels, and that one which begins with the name of its connection and
a colon leads on from where that connection is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from hygge_core.files.homes.sources import skipped

_MAGIC = re.compile(r"[*?\[]")
_LEVEL = re.compile(r"[/\\]")


def led_on(address: str, connections: Mapping[str, str]) -> str:
    """``address``, and in it where its connection leads instead of that one's name.

    ``connections`` are the addresses of those that it may begin with, by name.
    """
    name, colon, rest = address.partition(":")
    reached = connections.get(name, "") if colon else ""
    return f"{reached}/{rest}" if reached else address


def within(address: str, root: Path) -> str:
    """``address`` as it is told from ``root``, so that both may be moved together."""
    top = str(root)
    inside = address.startswith(top) and _LEVEL.match(address, len(top))
    return address[len(top) + 1 :] if inside else address


def above(address: str) -> Iterator[str]:
    """Each place that ``address`` lies in, the nearest first."""
    for cut in range(len(address) - 1, 0, -1):
        if address[cut] in "/\\":
            yield address[:cut]


def fixed(address: str) -> str:
    """The place above the first level with a glob in it; the address where there is none."""
    magic = _MAGIC.search(address)
    return next(above(address[: magic.start() + 1]), "") if magic else address


def reads(home: str, store: str) -> bool:
    """Whether a home at ``home`` reads what lies in the table at ``store``, somewhere below it.

    A folder is read with all that is below it, but for what homes skip.
    """
    top = fixed(home)
    folder = store[len(top) + 1 :]
    pattern = _LEVEL.split(home[len(top) + 1 :]) if top != home else ["**"]
    below = _LEVEL.split(folder)
    return not skipped("/".join(below)) and _reaches(pattern, below)


def _reaches(pattern: Sequence[str], folder: Sequence[str]) -> bool:
    """Whether ``pattern`` may match a file somewhere below ``folder``."""
    if not folder or not pattern:
        return bool(pattern)
    if pattern[0] == "**":
        return _reaches(pattern[1:], folder) or _reaches(pattern, folder[1:])
    return fnmatchcase(folder[0], pattern[0]) and _reaches(pattern[1:], folder[1:])
